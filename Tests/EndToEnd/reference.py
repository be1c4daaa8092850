#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is generated from the descriptors: the metric reference, the manual page, the completions.

    reference.py BINARY

RECORD_FIXTURES=1 writes docs/metrics.md anew.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(HERE, "..", "..", "docs", "metrics.md")
passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"failed: {name}{': ' + str(detail) if detail != '' else ''}")


def output(binary, *words):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOST_EXPORTER_")}
    found = subprocess.run([binary, *words], capture_output=True, text=True, timeout=30, env=environment)
    check(f"{' '.join(words)} works", found.returncode == 0 and found.stderr == "", found.stderr)
    return found.stdout


def test_reference(binary):
    text = output(binary, "metrics")
    if os.environ.get("RECORD_FIXTURES") == "1":
        with open(REFERENCE, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with open(REFERENCE, encoding="utf-8") as file:
        recorded = file.read()
    check("docs/metrics.md is what the descriptors say (make reference writes it anew)", text == recorded)
    parsed = json.loads(output(binary, "metrics", "--json"))
    names = [c["name"] for c in parsed["collectors"]]
    check("JSON lists the same collectors", names == re.findall(r"^## ([a-z0-9_]+)$", text, re.M), names)
    families = [f["name"] for c in parsed["collectors"] for f in c["families"]] + [f["name"] for f in parsed["agent"]]
    check("each family of JSON stands in Markdown", all(f"| `{name}` |" in text for name in families))
    check("there are many", len(families) > 50, len(families))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    check("no table row is broken", all(line.endswith("|") for line in rows))


def test_manual(binary, folder):
    page = output(binary, "man")
    for flag in ["web.listen-address", "collector.loadavg", "config.file"]:
        check(f"the manual page has --{flag}", flag.replace("-", "\\-") in page)
    if not shutil.which("man"):
        print("skipped: the manual page's form, because man is not installed")
        return
    path = f"{folder}/host-exporter.1"
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)
    environment = dict(os.environ, LC_ALL="C.UTF-8", MANROFFSEQ="", MANWIDTH="80")
    found = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], capture_output=True, text=True, timeout=60,
        env=environment)
    check("man has no warnings", found.returncode == 0 and found.stderr == "", found.stderr)


COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($#-1))
_host_exporter 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def test_completions(binary, folder):
    scripts = {}
    for shell in ["bash", "zsh", "fish"]:
        scripts[shell] = f"{folder}/host-exporter.{shell}"
        with open(scripts[shell], "w", encoding="utf-8") as file:
            file.write(output(binary, "completions", shell))
        if shutil.which(shell):
            found = subprocess.run([shell, "-n", scripts[shell]], capture_output=True, text=True, timeout=30)
            check(f"{shell} can read its script", found.returncode == 0 and found.stderr == "", found.stderr)
        else:
            print(f"skipped: {shell}, because it is not installed")
    if not shutil.which("bash"):
        return

    def complete(*words):
        found = subprocess.run(
            ["bash", "-c", COMPLETE, "bash", scripts["bash"], "host-exporter", *words], capture_output=True, text=True,
            timeout=30)
        return found.stdout.split()

    check("a subcommand is completed", complete("onc") == ["once"], complete("onc"))
    check("its second word too", complete("config", "") == ["check", "print"], complete("config", ""))
    check("a flag is completed", complete("--log.lev") == ["--log.level="], complete("--log.lev"))
    check("a switch has both forms", complete("--no-collector.loada") == ["--no-collector.loadavg"])
    check("a choice behind = is completed", complete("--log.level", "=", "d") == ["debug"])
    check("and before a word", complete("--log.level", "w") == ["warn"])
    check("a path is completed", complete("--path.procfs", "=", "/pro") == ["/proc"])
    check("a shell is completed", complete("completions", "z") == ["zsh"])


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        test_reference(binary)
        test_manual(binary, folder)
        test_completions(binary, folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
