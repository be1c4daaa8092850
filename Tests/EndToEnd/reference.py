#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is generated from the descriptors: the metric reference, the manual page, the completions."""

import json
import os
import re
import subprocess

from harness import check, environment, need_tool, run, suite, write

REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "metrics.md")


def output(*words):
    found = run(*words)
    check(found.returncode == 0 and found.stderr == "", f"{' '.join(words)} works", found.stderr)
    return found.stdout


def reference():
    text = output("metrics")
    with open(REFERENCE, encoding="utf-8") as file:
        recorded = file.read()
    check(text == recorded, "docs/metrics.md is what the descriptors say (make reference writes it anew)")
    parsed = json.loads(output("metrics", "--json"))
    names = [c["name"] for c in parsed["collectors"]]
    check(names == re.findall(r"^## ([a-z0-9_]+)$", text, re.M), "JSON lists the same collectors", names)
    families = [f["name"] for c in parsed["collectors"] for f in c["families"]] + [f["name"] for f in parsed["agent"]]
    check(all(f"| `{name}` |" in text for name in families), "each family of JSON stands in Markdown")
    check(len(families) > 50, "there are many", len(families))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    check(all(line.endswith("|") for line in rows), "no table row is broken")


def manual():
    page = output("man")
    for flag in ["web.listen-address", "collector.loadavg", "config.file"]:
        check(flag.replace("-", "\\-") in page, f"the manual page has --{flag}")


def manual_form(folder):
    need_tool("man", "man-db")
    path = f"{folder}/host-exporter.1"
    write(path, output("man"))
    found = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], capture_output=True, text=True, timeout=60,
        env=environment(MANROFFSEQ="", MANWIDTH="80"))
    check(found.returncode == 0 and found.stderr == "", "man has no warnings", found.stderr)


COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($#-1))
_host_exporter 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def readable(shell):
    def test(folder):
        need_tool(shell)
        script = f"{folder}/host-exporter.{shell}"
        write(script, output("completions", shell))
        found = subprocess.run([shell, "-n", script], capture_output=True, text=True, timeout=30)
        check(found.returncode == 0 and found.stderr == "", f"{shell} can read its script", found.stderr)
    return test


def completions(folder):
    need_tool("bash")
    script = f"{folder}/host-exporter.bash"
    write(script, output("completions", "bash"))

    def complete(*words):
        found = subprocess.run(
            ["bash", "-c", COMPLETE, "bash", script, "host-exporter", *words], capture_output=True, text=True,
            timeout=30)
        return found.stdout.split()

    check(complete("onc") == ["once"], "a subcommand is completed", complete("onc"))
    check(complete("config", "") == ["check", "print"], "its second word too", complete("config", ""))
    check(complete("--log.lev") == ["--log.level="], "a flag is completed", complete("--log.lev"))
    check(complete("--no-collector.loada") == ["--no-collector.loadavg"], "a switch has both forms")
    check(complete("--log.level", "=", "d") == ["debug"], "a choice behind = is completed")
    check(complete("--log.level", "w") == ["warn"], "and before a word")
    check(complete("--path.procfs", "=", folder + "/host-exporter.ba") == [script], "a path is completed")
    check(complete("completions", "z") == ["zsh"], "a shell is completed")


suite([
    ("docs/metrics.md is what the descriptors say", reference),
    ("the manual page has the flags", manual),
    ("man has no warnings about the manual page", manual_form),
    *((f"{shell} can read its completions", readable(shell)) for shell in ["bash", "zsh", "fish"]),
    ("bash completes subcommands, flags and values", completions),
])
