# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts of this folder share: they say how each check ended in the words of Tests/EndToEnd/harness.py.

passed=0 failures=0 skips=0

ok() {
    echo "  passed: $1"
    passed=$((passed + 1))
}
bad() {
    echo "  FAILED: $1"
    failures=$((failures + 1))
}
# skip WHAT REASON
skip() {
    echo "  skipped: $1: $2"
    skips=$((skips + 1))
}
# Ends the script with its closing line; one that has tried nothing has failed.
finish() {
    echo "$1: $passed passed, $failures failed, $skips skipped"
    [ "$failures" -eq 0 ] && [ $((passed + skips)) -gt 0 ]
    exit
}
