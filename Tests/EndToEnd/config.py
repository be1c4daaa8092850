#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configuration file, environment, their precedence, and SIGHUP.

    config.py BINARY
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"failed: {name}{': ' + str(detail) if detail != '' else ''}")


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HOST_EXPORTER_")}
    return dict(kept, **more)


def run(binary, *words, stdin=None, **environment):
    return subprocess.run(
        [binary, *words], input=stdin, capture_output=True, text=True, timeout=30,
        env=clean_environment(**environment))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(port, path="/metrics"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.02)
    return None


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def test_check(binary, folder):
    path = f"{folder}/config.yml"
    write(path, "log.level: debug\ncollector.loadavg: false\n")
    found = run(binary, "config", "check", path)
    check("a good file is ok", found.returncode == 0 and found.stdout == f"{path}: ok, 2 settings\n", found)
    write(path, "log.level: loud\nno-such: 1\ncollector.loadavg: [true]\n")
    found = run(binary, "config", "check", path)
    lines = found.stderr.splitlines()
    check("errors end with 2", found.returncode == 2 and found.stdout == "", found)
    check("each error has its line", [line.split(": ")[0] for line in lines] == [f"{path}:{n}" for n in (1, 2, 3)], lines)
    write(path, "web.listen-address: ['nowhere']\n")
    found = run(binary, "config", "check", path)
    check("what only the server knows is checked too",
          found.returncode == 2 and found.stderr.startswith(f"{path}:1: web.listen-address: "), found)
    write(path, "web.telemetry-path: metrics\n")
    found = run(binary, "config", "check", path)
    check("a telemetry path without a slash is refused", found.returncode == 2, found)
    found = run(binary, "config", "check", f"{folder}/absent.yml")
    check("a file that is not there is an error", found.returncode == 2 and "absent.yml" in found.stderr, found)
    found = run(binary, "config")
    check("half a subcommand names the halves", found.returncode == 2 and "config check FILE" in found.stderr, found)


def test_backslashes(binary, folder):
    text = run(binary, "--help").stdout
    names = [m[1] for m in re.finditer(r"--(collector\.\S+)=REGEX\n((?:        .*\n)+)", text) if "\\d+" in m[2]]
    if not names:
        print("skipped: eaten backslashes, because no default has one")
        return
    path = f"{folder}/config.yml"
    write(path, f"{names[0]}: '^(ram|loop)d+$'\n")
    found = run(binary, "config", "check", path)
    check("d+ for \\d+ is a warning", found.returncode == 0 and f"{path}:1: {names[0]}: has \"d+\"" in found.stderr, found)
    write(path, f"{names[0]}: '^(ram|loop)\\d+$'\n")
    found = run(binary, "config", "check", path)
    check("\\d+ is not", found.returncode == 0 and found.stderr == "", found)


def test_precedence(binary, folder):
    path = f"{folder}/config.yml"
    write(path, "scrape.timeout: 1s\nlog.format: json\npath.procfs: /file\npath.sysfs: /file\n")
    found = run(
        binary, "config", "print", "--path.procfs=/flag", HOST_EXPORTER_CONFIG_FILE=path,
        HOST_EXPORTER_PATH_PROCFS="/environment", HOST_EXPORTER_PATH_SYSFS="/environment",
        HOST_EXPORTER_WEB_LISTEN_ADDRESS=":1\n:2\n", HOST_EXPORTER_UNHEARD_OF="1")
    lines = [line for line in found.stdout.splitlines() if not line.startswith("#")]
    expected = [
        "web.listen-address: [':1', ':2']  # HOST_EXPORTER_WEB_LISTEN_ADDRESS",
        f"scrape.timeout: 1s  # {path}:1",
        "path.procfs: '/flag'  # command line",
        "path.sysfs: '/environment'  # HOST_EXPORTER_PATH_SYSFS",
        f"log.format: json  # {path}:2",
    ]
    check("flag beats environment beats file", lines == expected, lines)
    check("an unknown variable is a warning", "HOST_EXPORTER_UNHEARD_OF" in found.stderr, found.stderr)
    check("a default is a comment", "# log.level: info  # default" in found.stdout, found.stdout)
    printed = f"{folder}/printed.yml"
    write(printed, found.stdout)
    again = run(binary, "config", "print", "--config.file", printed)
    check("what is printed is a file that says the same",
          [line.split("  # ")[0] for line in again.stdout.splitlines() if not line.startswith("#")]
          == [line.split("  # ")[0] for line in expected], again)
    found = run(binary, "config", "print", HOST_EXPORTER_SCRAPE_TIMEOUT="soon")
    check("a bad variable is an error that names it",
          found.returncode == 2 and "HOST_EXPORTER_SCRAPE_TIMEOUT: \"soon\"" in found.stderr, found)
    write(path, "config.file: other.yml\n")
    found = run(binary, "once", "--config.file", path)
    check("a file cannot name a file", found.returncode == 2 and f"{path}:1: config.file: " in found.stderr, found)


def test_collisions(binary):
    printed = run(binary, "config", "print").stdout
    names = set(re.findall(r"^(?:# )?([a-z0-9._-]+): ", printed, re.M)) | {"config.file"}
    for collector in json.loads(run(binary, "metrics", "--json").stdout)["collectors"]:
        for flag in collector["flags"]:
            names |= {flag["name"], *flag["older_names"]}
    variables = {}
    for name in names:
        variables.setdefault(re.sub(r"[.-]", "_", name).upper(), set()).add(name)
    check("there are flags to compare", len(names) > 30, len(names))
    check("no two flags have one variable", all(len(v) == 1 for v in variables.values()),
          [v for v in variables.values() if len(v) > 1])


def test_reload(binary, folder):
    path, log = f"{folder}/config.yml", f"{folder}/log"
    port = free_port()
    write(path, f"web.listen-address: ['127.0.0.1:{port}']\nlog.level: info\n")
    with open(log, "w", encoding="utf-8") as file:
        agent = subprocess.Popen([binary, "--config.file", path], stderr=file, env=clean_environment())

    def logged(text, count=1):
        with open(log, encoding="utf-8") as file:
            return file.read().count(text) >= count

    def has_loadavg():
        return "node_load1 " in get(port)[1]

    try:
        check("it serves with a file", wait_for(has_loadavg) is True)
        base = f"web.listen-address: ['127.0.0.1:{port}']\n"
        write(path, base + "collector.loadavg: false\nscrape.timeout: 2s\nlog.level: debug\n")
        agent.send_signal(signal.SIGHUP)
        check("SIGHUP takes a collector away", wait_for(lambda: not has_loadavg()) is True)
        check("and says what changed", wait_for(lambda: logged("collector.loadavg log.level scrape.timeout")) is True)
        check("all others stay", "node_uname_info" in get(port)[1] or "node_cpu" in get(port)[1])
        write(path, base + "collector.loadavg: maybe\n")
        agent.send_signal(signal.SIGHUP)
        check("an invalid file is one warning", wait_for(lambda: logged("not taken over")) is True)
        check("and changes nothing", not has_loadavg())
        write(path, f"web.listen-address: ['127.0.0.1:{port + 1}']\npath.procfs: /nowhere\n")
        agent.send_signal(signal.SIGHUP)
        check("what needs a restart says so", wait_for(lambda: logged("needs a restart", 2)) is True)
        check("and the rest is taken over", wait_for(has_loadavg) is True)
        agent.send_signal(signal.SIGHUP)
        check("nothing to change is nothing", wait_for(lambda: logged("nothing to change")) is True)
        # Threads of scrapers that were exchanged end.
        for round in range(20):
            write(path, base + f"collector.loadavg: {'true' if round % 2 else 'false'}\n")
            agent.send_signal(signal.SIGHUP)
            wait_for(lambda: has_loadavg() == (round % 2 == 1))
        threads = wait_for(lambda: len(os.listdir(f"/proc/{agent.pid}/task")) <= 16)
        check("no threads are left behind", threads is True, len(os.listdir(f"/proc/{agent.pid}/task")))
        agent.send_signal(signal.SIGTERM)
        check("it ends with 0", agent.wait(10) == 0)
    finally:
        if agent.poll() is None:
            agent.kill()
            agent.wait()


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        test_check(binary, folder)
        test_backslashes(binary, folder)
        test_precedence(binary, folder)
        test_collisions(binary)
        test_reload(binary, folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
