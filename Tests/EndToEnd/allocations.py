#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what the kernel lane's thread allocates per scrape: the same at scrape 100 and at scrape 1,100.

    allocations.py BINARY [FLAGS...]
"""

import http.client
import mmap
import os
import struct
import subprocess
import sys

from harness import Agent, environment, equal, need_tool, suite

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "malloc_count.c")


class Counter:
    """Scrapes over one connection, and what the preloaded library has counted meanwhile."""

    def __init__(self, agent, page):
        self.connection = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=10)
        self.page = page

    def scrape(self):
        self.connection.request("GET", "/metrics")
        answer = self.connection.getresponse()
        answer.read()
        equal(answer.status, 200)

    def batch(self):
        """Allocations and bytes of the median scrape of 21: a device that comes or goes may cost one scrape more."""
        seen = []
        for _ in range(21):
            before = struct.unpack_from("QQ", self.page)
            self.scrape()
            after = struct.unpack_from("QQ", self.page)
            seen.append((after[0] - before[0], after[1] - before[1]))
        return sorted(seen)[10]


def same(folder):
    library, counts = f"{folder}/count.so", f"{folder}/counts"
    compiler = need_tool("cc", "gcc")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    variables = environment(LD_PRELOAD=library, HX_COUNT_FILE=counts, HX_COUNT_THREAD="hx-kernel")
    with Agent("--log.level=error", *sys.argv[2:], env=variables) as agent, open(counts, "rb") as file, mmap.mmap(
            file.fileno(), 4096, prot=mmap.PROT_READ) as page:
        counter = Counter(agent, page)
        for _ in range(90):
            counter.scrape()
        early = counter.batch()
        for _ in range(980):
            counter.scrape()
        late = counter.batch()
        with open(f"/proc/{agent.process.pid}/status", encoding="ascii", errors="replace") as status:
            anonymous = next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    print(f"    kernel lane: {early[0]:.1f} allocations ({early[1]:.0f} bytes) per scrape at scrape 100, "
          f"{late[0]:.1f} ({late[1]:.0f} bytes) at scrape 1,100; anonymous memory {anonymous} kB")
    equal(late[0], early[0], "allocations per scrape")


suite([("a scrape allocates the same after a thousand", same)])
