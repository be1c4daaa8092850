#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`textfile put` and `textfile check`."""

import os
import stat

import harness
from harness import check, suite, write


def run(*words, stdin=b""):
    return harness.run("textfile", *words, input=stdin, encoding=None)


GOOD = b"# TYPE backup_age_seconds gauge\nbackup_age_seconds{job=\"a\"} 12\nbackup_age_seconds{job=\"b\"} 13\n"


def put(folder):
    where = f"--directory={folder}"
    old = os.umask(0o077)
    found = run("put", "backup", where, stdin=GOOD)
    os.umask(old)
    check(found.returncode == 0 and found.stderr == b"", "good metrics are put", found)
    path = f"{folder}/backup.prom"
    with open(path, "rb") as file:
        check(file.read() == GOOD, "as they came")
    check(stat.S_IMODE(os.stat(path).st_mode) == 0o644, "for everybody to read", oct(os.stat(path).st_mode))
    inode = os.stat(path).st_ino
    found = run("put", "backup.prom", where, stdin=b"a 1\n")
    check(os.stat(path).st_ino != inode and found.returncode == 0, "a second time replaces the file by another", found)
    for bad, line in [(b"a 1\nb x\n", 2), (b"a 1", 1), (b"a 1 123\n", 1), (b"a 1\na 2\n", 2), (b"a{b=\"\xff\"} 1\n", 1)]:
        found = run("put", "backup", where, stdin=bad)
        check(
            found.returncode == 1 and found.stderr.startswith(b"standard input: line %d: " % line),
            f"{bad} is refused with its line", found)
    with open(path, "rb") as file:
        check(file.read() == b"a 1\n", "a refusal leaves the file alone")
    for name in ["", ".", "..", ".hidden", "a/b", "../a", "a b", "ä", "a" * 201]:
        found = run("put", where, "--", name, stdin=GOOD)
        check(found.returncode == 2, f"the name {name!r} is refused", found)
    check(os.listdir(folder) == ["backup.prom"], "nothing else is left", os.listdir(folder))
    found = run("put", "x", stdin=GOOD)
    check(found.returncode == 2 and b"--directory" in found.stderr, "without a directory it says what to give", found)
    found = run("put", "x", f"--collector.textfile.directory={folder}", stdin=GOOD)
    check(found.returncode == 0 and os.path.exists(f"{folder}/x.prom"), "the collector's directory is taken", found)
    found = run("put", "x", f"--directory={folder}/absent", stdin=GOOD)
    check(found.returncode == 1 and b"absent" in found.stderr, "a directory that is not there is an error", found)
    # A link in the file's place is replaced and not followed.
    os.symlink("/nonexistent/target", f"{folder}/link.prom")
    found = run("put", "link", where, stdin=GOOD)
    check(found.returncode == 0 and not os.path.islink(f"{folder}/link.prom"), "a link is replaced", found)


def check_command(folder):
    path = f"{folder}/file.prom"
    write(path, GOOD)
    found = run("check", path)
    check(found.returncode == 0 and found.stdout.endswith(b": ok, 2 samples\n"), "a good file is ok", found)
    write(path, b"a 1\n{} 2\n")
    found = run("check", path)
    check(found.returncode == 1 and f"{path}: line 2: ".encode() in found.stderr, "a bad one has its line", found)
    found = run("check", "-", stdin=GOOD)
    check(found.returncode == 0, "standard input is read as -", found)
    check(run("check", f"{folder}/absent").returncode == 1, "no file is an error")


suite([
    ("textfile put takes good metrics and nothing else", put),
    ("textfile check names the line", check_command),
])
