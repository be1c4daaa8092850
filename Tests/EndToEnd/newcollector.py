#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""packaging/new-collector in a copy of the tree: what it writes, and what it refuses. Nothing is compiled."""

import os
import re
import shutil
import subprocess

from harness import check, equal, suite

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIXTURES = "Tests/CollectorsTests/Fixtures"


def copy(folder):
    """What the script reads and changes of the repository."""
    for name in ["packaging", "collectors"]:
        shutil.copytree(f"{ROOT}/{name}", f"{folder}/{name}")
    for name in os.listdir(f"{ROOT}/{FIXTURES}"):
        os.makedirs(f"{folder}/{FIXTURES}/{name}", exist_ok=True)
    return folder


def new(folder, *words):
    return subprocess.run(
        [f"{folder}/packaging/new-collector", *words], capture_output=True, text=True, timeout=30, cwd="/")


def files(folder):
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                found[os.path.relpath(os.path.join(place, name), folder)] = file.read()
    return found


def entries(content):
    return re.findall(r"(\w+)Collector\.self", content.decode())


def writes(name, part, type_name, before_type, *more):
    def test(folder):
        old = files(copy(folder))
        done = new(folder, name, part, *more)
        equal((done.returncode, done.stderr), (0, ""))
        now = files(folder)
        cases = [f"{FIXTURES}/{name}/{case}" for case in ["absent", "malformed", "typical"]]
        made = [f"collectors/{part}/{type_name}Collector.swift"]
        made += [f"{case}/{file}" for case in cases for file in ["expected.prom", "expected.state"]]
        made += [f"{cases[0]}/proc/.keep", f"{cases[1]}/proc/{name}", f"{cases[2]}/proc/{name}"]
        equal(sorted(set(now) - set(old)), sorted(made), "new files")
        equal([path for path in old if now[path] != old[path]], ["collectors/Registry.swift"], "changed files")
        for path in made:
            equal(re.findall(rb"@\w+@", now[path]), [], f"left in {path}")
            check(path.split("/")[-1] in done.stdout, f"{path} is not told")
        source = now[made[0]].decode()
        for part_of_it in [f"struct {type_name}Collector: Collector", f'name: "{name}", group: .{part}']:
            check(part_of_it in source, f"no {part_of_it} in the source")
        check(source.startswith("// SPDX-License-Identifier: Apache-2.0\n"), "no licence")
        known, wanted = entries(old["collectors/Registry.swift"]), entries(now["collectors/Registry.swift"])
        equal([one for one in wanted if one != type_name], known, "the others")
        place = wanted.index(type_name)
        equal(wanted[place + 1:place + 2], [before_type] if before_type else [], "what comes behind it")
        lines = [line for line in now["collectors/Registry.swift"].split(b"\n") if b"Collector.self" in line]
        equal(len({re.sub(rb"\w+Collector", b"", line) for line in lines}), 1, "forms of an entry")
    return test


REFUSALS = [
    ([], "NAME and PART"), (["one"], "NAME and PART"), (["", "memory"], "NAME and PART"),
    (["a", "memory", "A", "b"], "NAME and PART"), (["Upper", "memory"], 'NAME: "Upper"'),
    (["with-dash", "memory"], 'NAME: "with-dash"'), (["_x", "memory"], 'NAME: "_x"'), (["1x", "memory"], 'NAME: "1x"'),
    (["../x", "memory"], 'NAME: "../x"'), (["x__y", "memory"], 'NAME: "x__y"'), (["new", "nowhere"], 'PART: "nowhere"'),
    (["new", "../memory"], 'PART: "../memory"'), (["new", "memory", "Old"], 'TYPE: "Old"'),
    (["new", "memory", "nEW"], 'TYPE: "nEW"'), (["loadavg", "cpu"], "collector loadavg already"),
    (["udpqueues", "network"], "collector udpqueues already"), (["udp_queues", "memory"], "collector udp_queues already"),
]


def refuses(folder):
    old = files(copy(folder))
    for words, start in REFUSALS:
        done = new(folder, *words)
        equal((done.returncode, done.stdout), (2, ""), words)
        equal(done.stderr.count("\n"), 1, f"lines of {done.stderr!r}")
        check(start in done.stderr, f"{words}: {done.stderr!r}")
    equal(files(folder), old, "the tree")
    equal(new(folder, "pagecache", "memory").returncode, 0)
    equal(new(folder, "pagecache", "memory").returncode, 2, "a second time")


def parts(folder):
    """Every folder that there is, is a part."""
    message = new(copy(folder), "new", "nowhere").stderr
    for part in os.listdir(f"{ROOT}/collectors"):
        if os.path.isdir(f"{ROOT}/collectors/{part}"):
            check(re.search(rf"\b{part}\b", message), f"{part} is no part in {message!r}")


suite([
    ("a collector is begun, in its place", writes("pagecache", "memory", "Pagecache", "Pcidevice")),
    ("a name of two words", writes("cpu_microcode", "cpu", "CPUMicrocode", "CPUVulnerabilities", "CPUMicrocode")),
    ("the first of all", writes("aaa", "process", "Aaa", "Accel")),
    ("the last of all", writes("zzz_last", "system", "ZzzLast", None)),
    ("what cannot be is refused in one line, and nothing is written", refuses),
    ("all folders of collectors are parts", parts),
])
