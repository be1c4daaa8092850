#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the shipped alert rules and runs their tests with promtool."""

import os
import shutil
import subprocess

from harness import check, equal, need_tool, suite

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "packaging", "monitoring", "rules")
TESTS = os.path.join(ROOT, "Tests", "Rules")


def rules(folder):
    promtool = need_tool("promtool", "prometheus")
    shipped = sorted(name for name in os.listdir(RULES) if name.endswith(".yml"))
    tests = sorted(name for name in os.listdir(TESTS) if name.endswith(".test.yml"))
    check(shipped and tests, "no rules or no tests found")
    # promtool looks for rule files beside the test file.
    for name in shipped:
        shutil.copy(os.path.join(RULES, name), folder)
    for name in tests:
        shutil.copy(os.path.join(TESTS, name), folder)
    for command in (["check", "rules", *shipped], ["test", "rules", *tests]):
        done = subprocess.run([promtool, *command], cwd=folder, capture_output=True, text=True, timeout=120)
        equal(done.returncode, 0, f"{' '.join(command)}: {done.stdout}{done.stderr}")


suite([("the shipped rules are good and alert as their tests say", rules)])
