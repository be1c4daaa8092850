#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configuration file, environment, their precedence, and SIGHUP."""

import json
import os
import re
import signal

from harness import Agent, Skip, check, environment, equal, eventually, free_port, run, suite, write


def check_command(folder):
    path = f"{folder}/config.yml"
    write(path, "log.level: debug\ncollector.loadavg: false\n")
    found = run("config", "check", path)
    check(found.returncode == 0 and found.stdout == f"{path}: ok, 2 settings\n", "a good file is ok", found)
    write(path, "log.level: loud\nno-such: 1\ncollector.loadavg: [true]\n")
    found = run("config", "check", path)
    lines = found.stderr.splitlines()
    check(found.returncode == 2 and found.stdout == "", "errors end with 2", found)
    check(
        [line.split(": ")[0] for line in lines] == [f"{path}:{n}" for n in (1, 2, 3)],
        "each error has its line", lines)
    write(path, "web.listen-address: ['nowhere']\n")
    found = run("config", "check", path)
    check(
        found.returncode == 2 and found.stderr.startswith(f"{path}:1: web.listen-address: "),
        "what only the server knows is checked too", found)
    write(path, "web.telemetry-path: metrics\n")
    found = run("config", "check", path)
    check(found.returncode == 2, "a telemetry path without a slash is refused", found)
    found = run("config", "check", f"{folder}/absent.yml")
    check(found.returncode == 2 and "absent.yml" in found.stderr, "a file that is not there is an error", found)
    found = run("config")
    check(found.returncode == 2 and "config check FILE" in found.stderr, "half a subcommand names the halves", found)


def backslashes(folder):
    text = run("--help").stdout
    names = [m[1] for m in re.finditer(r"--(collector\.\S+)=REGEX\n((?:        .*\n)+)", text) if "\\d+" in m[2]]
    if not names:
        raise Skip("no default has a backslash")
    path = f"{folder}/config.yml"
    write(path, f"{names[0]}: '^(ram|loop)d+$'\n")
    found = run("config", "check", path)
    check(
        found.returncode == 0 and f"{path}:1: {names[0]}: has \"d+\"" in found.stderr,
        "d+ for \\d+ is a warning", found)
    write(path, f"{names[0]}: '^(ram|loop)\\d+$'\n")
    found = run("config", "check", path)
    check(found.returncode == 0 and found.stderr == "", "\\d+ is not", found)


def precedence(folder):
    path = f"{folder}/config.yml"
    write(path, "scrape.timeout: 1s\nlog.format: json\npath.procfs: /file\npath.sysfs: /file\n")
    found = run(
        "config", "print", "--path.procfs=/flag", env=environment(
            HOST_EXPORTER_CONFIG_FILE=path, HOST_EXPORTER_PATH_PROCFS="/environment",
            HOST_EXPORTER_PATH_SYSFS="/environment", HOST_EXPORTER_WEB_LISTEN_ADDRESS=":1\n:2\n",
            HOST_EXPORTER_UNHEARD_OF="1"))
    lines = [line for line in found.stdout.splitlines() if not line.startswith("#")]
    expected = [
        "web.listen-address: [':1', ':2']  # HOST_EXPORTER_WEB_LISTEN_ADDRESS",
        f"scrape.timeout: 1s  # {path}:1",
        "path.procfs: '/flag'  # command line",
        "path.sysfs: '/environment'  # HOST_EXPORTER_PATH_SYSFS",
        f"log.format: json  # {path}:2",
    ]
    check(lines == expected, "flag beats environment beats file", lines)
    check("HOST_EXPORTER_UNHEARD_OF" in found.stderr, "an unknown variable is a warning", found.stderr)
    check("# log.level: info  # default" in found.stdout, "a default is a comment", found.stdout)
    printed = f"{folder}/printed.yml"
    write(printed, found.stdout)
    again = run("config", "print", "--config.file", printed)
    check(
        [line.split("  # ")[0] for line in again.stdout.splitlines() if not line.startswith("#")]
        == [line.split("  # ")[0] for line in expected],
        "what is printed is a file that says the same", again)
    found = run("config", "print", env=environment(HOST_EXPORTER_SCRAPE_TIMEOUT="soon"))
    check(
        found.returncode == 2 and "HOST_EXPORTER_SCRAPE_TIMEOUT: \"soon\"" in found.stderr,
        "a bad variable is an error that names it", found)
    write(path, "config.file: other.yml\n")
    found = run("once", "--config.file", path)
    check(found.returncode == 2 and f"{path}:1: config.file: " in found.stderr, "a file cannot name a file", found)


def collisions():
    printed = run("config", "print").stdout
    names = set(re.findall(r"^(?:# )?([a-z0-9._-]+): ", printed, re.M)) | {"config.file"}
    for collector in json.loads(run("metrics", "--json").stdout)["collectors"]:
        for flag in collector["flags"]:
            names |= {flag["name"], *flag["older_names"]}
    variables = {}
    for name in names:
        variables.setdefault(re.sub(r"[.-]", "_", name).upper(), set()).add(name)
    check(len(names) > 30, "there are flags to compare", len(names))
    check(
        all(len(v) == 1 for v in variables.values()),
        "no two flags have one variable",
        [v for v in variables.values() if len(v) > 1])


def reload(folder):
    path, port = f"{folder}/config.yml", free_port()
    base = f"web.listen-address: ['127.0.0.1:{port}']\n"
    write(path, base + "log.level: info\n")
    with Agent("--config.file", path, port=port) as agent:
        def reloads(text):
            write(path, text)
            agent.process.send_signal(signal.SIGHUP)

        def has_loadavg():
            return "node_load1 " in agent.get().text

        def logged(text, count=1):
            return agent.log_text().count(text) >= count

        check(has_loadavg(), "it serves with a file")
        reloads(base + "collector.loadavg: false\nscrape.timeout: 2s\nlog.level: debug\n")
        eventually(lambda: not has_loadavg(), "SIGHUP takes a collector away")
        eventually(lambda: logged("collector.loadavg log.level scrape.timeout"), "and says what changed")
        names = agent.get().page.names()
        check("node_uname_info" in names or "node_cpu_seconds_total" in names, "all others stay")
        reloads(base + "collector.loadavg: maybe\n")
        eventually(lambda: logged("not taken over"), "an invalid file is one warning")
        check(not has_loadavg(), "and changes nothing")
        reloads(f"web.listen-address: ['127.0.0.1:{port + 1}']\npath.procfs: /nowhere\n")
        eventually(lambda: logged("needs a restart", 2), "what needs a restart says so")
        eventually(has_loadavg, "and the rest is taken over")
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: logged("nothing to change"), "nothing to change is nothing")
        # Threads of scrapers that were exchanged end.
        threads = agent.threads()
        for number in range(20):
            reloads(base + f"collector.loadavg: {'true' if number % 2 else 'false'}\n")
            eventually(lambda: has_loadavg() == (number % 2 == 1), f"reload {number} is taken over")
        eventually(lambda: agent.threads() <= threads, f"no threads are left behind of {threads}")
        equal(agent.stop(timeout=10)[0], 0, "status")


suite([
    ("config check tells what is wrong with a file", check_command),
    ("a backslash that YAML ate is a warning", backslashes),
    ("flag beats environment beats file", precedence),
    ("no two flags have one variable", collisions),
    ("SIGHUP takes over what changed", reload),
])
