#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The runner and the harness over scripts that are wrong: none of them passes, and nothing of them is left."""

import os
import shutil
import subprocess
import sys

from harness import BINARY, check, equal, eventually, suite, write

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = "import os, subprocess, sys\nfrom harness import Skip, check, equal, suite, need_tool\n"
GOOD = HEAD + 'suite([("is", lambda: equal(1, 1))])\n'
WRONG = {
    "nothing": "",
    "empty": HEAD + "suite([])\n",
    "unchecked": HEAD + 'suite([("looks at nothing", lambda: None)])\n',
    "broken": "import nosuchmodule\n",
    "failing": HEAD + 'suite([("is", lambda: equal(1, 1)), ("is not", lambda: equal(1, 2))])\n',
    "lying": HEAD + 'try:\n    suite([("is not", lambda: equal(1, 2))])\nexcept SystemExit:\n    sys.exit(0)\n',
    "dying": HEAD + 'suite([("dies", lambda: os.kill(os.getpid(), 9))])\n',
}


def run(folder, scripts):
    """The runner over these scripts alone: its status and what it prints."""
    for name in ["run", "harness.py"]:
        shutil.copy(f"{HERE}/{name}", folder)
    for name, text in scripts.items():
        write(f"{folder}/{name}.py", text)
    done = subprocess.run(
        [sys.executable, "-B", f"{folder}/run", BINARY], capture_output=True, encoding="utf-8", timeout=60)
    equal(done.stderr, "", "standard error")
    return done.returncode, done.stdout.rstrip("\n").split("\n")


def wrong(name):
    def test(folder):
        status, lines = run(folder, {name: WRONG[name], "good": GOOD})
        equal(status, 1, "status")
        # A status that is not that of the tests is a failure more.
        passed, failed = 2 if name == "failing" else 1, 2 if name == "lying" else 1
        equal(lines[-2:], [f"failed: {name}", f"{passed} passed, {failed} failed, 0 skipped"], "the closing lines")
    return test


def skips(folder):
    skipping = HEAD + 'suite([("a tool", lambda: need_tool("no-such-tool", "none")), ("is", lambda: equal(1, 1))])\n'
    status, lines = run(folder, {"skipping": skipping, "good": GOOD})
    equal(status, 0, "status")
    equal(lines[-3:], [
        "skipped:", "  skipping: a tool: no-such-tool is not installed (package none)", "2 passed, 0 failed, 1 skipped",
    ], "the closing lines")


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def leftovers(folder):
    """What a script starts and puts down is gone with it, also where it is killed itself."""
    leaving = HEAD + f"""
import tempfile
started = subprocess.Popen(["sleep", "600"])
with open({folder + "/pid"!r}, "w") as file:
    file.write(f"{{started.pid}} {{tempfile.mkdtemp()}}")
suite([("dies", lambda: os.kill(os.getpid(), 9))])
"""
    run(folder, {"leaving": leaving})
    with open(f"{folder}/pid") as file:
        pid, place = file.read().split(" ")
    check(not os.path.exists(place), f"{place} is still there")
    eventually(lambda: not runs(pid), f"process {pid} is still there")


suite([
    *((f"a script that is {name} has failed", wrong(name)) for name in WRONG),
    ("skips are listed with their reasons", skips),
    ("nothing is left of a script", leftovers),
])
