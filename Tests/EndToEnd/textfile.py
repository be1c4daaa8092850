#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`textfile put` and `textfile check`.

    textfile.py BINARY
"""

import os
import stat
import subprocess
import sys
import tempfile

passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"failed: {name}{': ' + str(detail) if detail != '' else ''}")


def run(binary, *words, stdin=b""):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOST_EXPORTER_")}
    return subprocess.run([binary, "textfile", *words], input=stdin, capture_output=True, timeout=30, env=environment)


GOOD = b"# TYPE backup_age_seconds gauge\nbackup_age_seconds{job=\"a\"} 12\nbackup_age_seconds{job=\"b\"} 13\n"


def test_put(binary, folder):
    where = f"--directory={folder}"
    old = os.umask(0o077)
    found = run(binary, "put", "backup", where, stdin=GOOD)
    os.umask(old)
    check("good metrics are put", found.returncode == 0 and found.stderr == b"", found)
    path = f"{folder}/backup.prom"
    with open(path, "rb") as file:
        check("as they came", file.read() == GOOD)
    check("for everybody to read", stat.S_IMODE(os.stat(path).st_mode) == 0o644, oct(os.stat(path).st_mode))
    inode = os.stat(path).st_ino
    found = run(binary, "put", "backup.prom", where, stdin=b"a 1\n")
    check("a second time replaces the file by another", os.stat(path).st_ino != inode and found.returncode == 0, found)
    for bad, line in [(b"a 1\nb x\n", 2), (b"a 1", 1), (b"a 1 123\n", 1), (b"a 1\na 2\n", 2), (b"a{b=\"\xff\"} 1\n", 1)]:
        found = run(binary, "put", "backup", where, stdin=bad)
        check(f"{bad} is refused with its line",
              found.returncode == 1 and found.stderr.startswith(b"standard input: line %d: " % line), found)
    with open(path, "rb") as file:
        check("a refusal leaves the file alone", file.read() == b"a 1\n")
    for name in ["", ".", "..", ".hidden", "a/b", "../a", "a b", "ä", "a" * 201]:
        found = run(binary, "put", where, "--", name, stdin=GOOD)
        check(f"the name {name!r} is refused", found.returncode == 2, found)
    check("nothing else is left", os.listdir(folder) == ["backup.prom"], os.listdir(folder))
    found = run(binary, "put", "x", stdin=GOOD)
    check("without a directory it says what to give", found.returncode == 2 and b"--directory" in found.stderr, found)
    found = run(binary, "put", "x", f"--collector.textfile.directory={folder}", stdin=GOOD)
    check("the collector's directory is taken", found.returncode == 0 and os.path.exists(f"{folder}/x.prom"), found)
    found = run(binary, "put", "x", f"--directory={folder}/absent", stdin=GOOD)
    check("a directory that is not there is an error", found.returncode == 1 and b"absent" in found.stderr, found)
    # A link in the file's place is replaced and not followed.
    os.symlink("/nonexistent/target", f"{folder}/link.prom")
    found = run(binary, "put", "link", where, stdin=GOOD)
    check("a link is replaced", found.returncode == 0 and not os.path.islink(f"{folder}/link.prom"), found)


def test_check(binary, folder):
    path = f"{folder}/file.prom"
    with open(path, "wb") as file:
        file.write(GOOD)
    found = run(binary, "check", path)
    check("a good file is ok", found.returncode == 0 and found.stdout.endswith(b": ok, 2 samples\n"), found)
    with open(path, "wb") as file:
        file.write(b"a 1\n{} 2\n")
    found = run(binary, "check", path)
    check("a bad one has its line", found.returncode == 1 and f"{path}: line 2: ".encode() in found.stderr, found)
    found = run(binary, "check", "-", stdin=GOOD)
    check("standard input is read as -", found.returncode == 0, found)
    check("no file is an error", run(binary, "check", f"{folder}/absent").returncode == 1)


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/put")
        test_put(binary, f"{folder}/put")
        test_check(binary, folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
