#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the symbols of Foundation in an unstripped binary: there must be none."""

import subprocess

from harness import BINARY, check, equal, need_tool, suite


def no_foundation():
    done = subprocess.run([need_tool("nm", "binutils"), BINARY], capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, f"nm: {done.stderr}")
    symbols = done.stdout.split("\n")
    # A stripped binary would pass whatever is in it.
    check(len(symbols) >= 1000, f"it has {len(symbols)} symbols; it has to be checked before it is stripped")
    found = [line for line in symbols if "Foundation" in line]
    equal(found[:3], [], f"{len(found)} symbols of Foundation")
    print(f"    {len(symbols)} symbols")


suite([("nothing of Foundation is in the binary", no_foundation)])
