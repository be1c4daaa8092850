#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what the kernel lane's thread allocates per scrape: the same at scrape 100 and at scrape 1,100.

    allocations.py BINARY [FLAGS...]
"""

import http.client
import mmap
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    binary, flags = sys.argv[1], sys.argv[2:]
    if not shutil.which("cc"):
        print("skipped: allocations, because there is no C compiler")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        library, counts = f"{folder}/count.so", f"{folder}/counts"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, f"{HERE}/malloc_count.c"], check=True)
        port = free_port()
        environment = dict(os.environ, LD_PRELOAD=library, HX_COUNT_FILE=counts, HX_COUNT_THREAD="hx-kernel")
        agent = subprocess.Popen(
            [binary, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error", *flags], env=environment)
        try:
            figures = measure(port, counts, agent.pid)
        finally:
            agent.terminate()
            agent.wait(10)
    early, late, anonymous = figures
    print(f"kernel lane: {early[0]:.1f} allocations ({early[1]:.0f} bytes) per scrape at scrape 100, "
          f"{late[0]:.1f} ({late[1]:.0f} bytes) at scrape 1,100; anonymous memory {anonymous} kB")
    failures = 0
    # The median scrape of each batch: a device that comes or goes may cost one scrape more.
    if early[0] != late[0]:
        print("failed: the number of allocations per scrape has changed")
        failures += 1
    print(f"{1 - failures} passed, {failures} failed")
    return failures


def measure(port, counts, pid):
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def scrape():
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    with open(counts, "rb") as file, mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ) as page:

        def batch():
            seen = []
            for _ in range(21):
                before = struct.unpack_from("QQ", page)
                scrape()
                after = struct.unpack_from("QQ", page)
                seen.append((after[0] - before[0], after[1] - before[1]))
            return sorted(seen)[10]

        for _ in range(90):
            scrape()
        early = batch()
        for _ in range(980):
            scrape()
        late = batch()
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        anonymous = next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    return early, late, anonymous


if __name__ == "__main__":
    sys.exit(main())
