#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the shipped alert rules and runs their tests with promtool."""

import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "packaging", "monitoring", "rules")
TESTS = os.path.join(ROOT, "Tests", "Rules")


def main():
    promtool = shutil.which("promtool")
    if promtool is None:
        print("skipped: promtool is not installed")
        return 0
    rules = sorted(name for name in os.listdir(RULES) if name.endswith(".yml"))
    tests = sorted(name for name in os.listdir(TESTS) if name.endswith(".test.yml"))
    if not rules or not tests:
        print("no rules or no tests found")
        return 1
    # promtool looks for rule files beside the test file.
    with tempfile.TemporaryDirectory() as folder:
        for name in rules:
            shutil.copy(os.path.join(RULES, name), folder)
        for name in tests:
            shutil.copy(os.path.join(TESTS, name), folder)
        for command in ([promtool, "check", "rules"] + rules, [promtool, "test", "rules"] + tests):
            done = subprocess.run(command, cwd=folder, check=False)
            if done.returncode != 0:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
