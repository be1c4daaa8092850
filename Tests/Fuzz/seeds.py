#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what fuzzing begins with, from the fixtures: seeds.py TREES CORPUS

TREES gets the trees of the collectors' fixtures and the file `files`, which says what the first two bytes of the
collectors' inputs mean. CORPUS gets a folder of inputs for each target.
"""

import pathlib
import shutil
import struct
import sys

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "CollectorsTests" / "Fixtures"
ROOTS = ("proc", "sys", "root", "udev")


def put(folder, number, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{number:05}").write_bytes(content)


def trees(target, corpus):
    rows = []
    for case in sorted(FIXTURES.glob("*/*")):
        # A scripted driver has no file to fuzz.
        if (case / "nvml.script").exists():
            continue
        copy = target / case.parent.name / case.name
        shutil.copytree(case, copy, symlinks=True)
        if (copy / "links").exists():
            for line in (copy / "links").read_text().splitlines():
                name, to = line.split(" ", 1)
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                (copy / name).symlink_to(to)
        for root in ROOTS:
            for path in sorted((copy / root).rglob("*")):
                if path.is_file() and not path.is_symlink():
                    rows.append((case.parent.name, case.name, path.relative_to(copy), path))
    for index, row in enumerate(rows):
        row[3].chmod(0o644)
        put(corpus / "collectors", index, struct.pack(">H", index) + row[3].read_bytes())
    (target / "files").write_text("".join(f"{a}\t{b}\t{c}\n" for a, b, c, _ in rows))


def text(corpus):
    pages = sorted(FIXTURES.glob("*/*/expected.prom")) + sorted(FIXTURES.glob("textfile/**/*.prom"))
    pages = [path for path in pages if path.is_file()]
    for index, path in enumerate(pages):
        put(corpus / "text", index, path.read_bytes()[:4096])
    summary = (
        b"# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 2\ns_count 3\n"
        b"# HELP h A\\nb\\\\c.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{a=\"\\\"\",le=\"+Inf\"} 2\nh_sum NaN\n"
        b"u 1e3 123\nv{} 0x1p-3\n"
    )
    put(corpus / "text", len(pages), summary)


def attribute(kind, value):
    return struct.pack("=HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


def message(kind, payload):
    return struct.pack("=IHHII", len(payload) + 16, kind, 2, 1, 4711) + payload + bytes(-len(payload) % 4)


def netlink(corpus):
    link = struct.pack("=BxHiII", 0, 1, 2, 0x11043, 0) + attribute(3, b"eth0\0") + attribute(13, struct.pack("=I", 9))
    for kind, size in ((16, 1), (17, 1), (4, 4), (27, 4), (33, 1), (35, 4), (47, 4), (48, 4), (1, 6), (2, 6), (23, 200)):
        link += attribute(kind, bytes(range(size)))
    link += attribute(20, b"alias\0")
    four = struct.pack("=BBBBi", 2, 24, 0x80, 253, 4) + attribute(1, bytes((10, 0, 0, 2))) + attribute(3, b"eth0\0")
    six = struct.pack("=BBBBi", 10, 64, 0x80, 253, 4) + attribute(1, bytes(range(16))) + attribute(8, bytes(4))
    near = struct.pack("=BxxxiHBB", 2, 4, 2, 0, 1)
    done = message(3, bytes(4))
    whole = message(16, link) + message(20, four) + message(20, six) + message(28, near)
    seeds = (message(16, link), message(20, four), message(20, six), message(28, near), whole)
    seeds += (message(2, struct.pack("=i", -1)), message(1, b""), message(4, b""))
    for index, seed in enumerate(seeds):
        put(corpus / "netlink", index, b"\xff" + seed + done)
        put(corpus / "netlink", index + len(seeds), bytes((len(seed) // 4,)) + seed + done)


def configuration(corpus):
    flags = sorted({path.read_text() for path in FIXTURES.glob("*/*/flags")})
    for index, words in enumerate(flags):
        put(corpus / "configuration", 2 * index, b"\1" + words.encode())
        lines = [word[2:].replace("=", ": '", 1) + "'" for word in words.split() if "=" in word]
        put(corpus / "configuration", 2 * index + 1, b"\0" + "\n".join(lines).encode())
    yaml = (
        b"\0# A comment.\n---\ncollector.cpu: false\ncollector.diskstats.device-exclude: '^(sd\\d+)$'\n"
        b"web.listen-address:\n  - \":9100\"\n  - 127.0.0.1:9200\n\nweb.max-requests: 3\nscrape.timeout: 1.5s\n"
        b"log.level: debug\n..."
    )
    put(corpus / "configuration", 2 * len(flags), yaml)


def main():
    target, corpus = map(pathlib.Path, sys.argv[1:])
    trees(target, corpus)
    text(corpus)
    netlink(corpus)
    configuration(corpus)


main()
