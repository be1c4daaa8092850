#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures CPU, latency and memory per scrape, alone or beside a node_exporter.

    scrapes.py .build/release/host-exporter [--peer /usr/bin/prometheus-node-exporter]
        [--collectors cpu,stat,meminfo] [--large-host 1.0] [--rounds 6] [--scrapes 100] [--max-cpu-ratio 0.15]

With --peer both are scraped in turn, A B B A, so that whatever else the machine does falls on both alike; what counts
are the ratios of the same round, of which the median is printed. --collectors runs only these, on both sides.
--large-host has both read the trees of largehost.py, at this scale, instead of this host.
"""

import argparse
import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import largehost


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Exporter:
    def __init__(self, binary, collectors, further):
        port = free_port()
        flags = [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error", *further]
        if collectors:
            flags += ["--collector.disable-defaults", *(f"--collector.{name}" for name in collectors)]
        self.process = subprocess.Popen([binary, *flags], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    sys.exit(f"{binary} did not start")
                time.sleep(0.01)

    def scrape(self):
        begin = time.perf_counter_ns()
        self.connection.request("GET", "/metrics")
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"status {answer.status}: {body[:200]!r}")
        return (time.perf_counter_ns() - begin) / 1e6, body

    def cpu_ms(self):
        """CPU time of the whole process, clock_getcpuclockid(3)."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e6

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii", errors="replace") as status:
            lines = dict(line.split(":", 1) for line in status)
        return {key: int(lines[key].split()[0]) for key in ("VmRSS", "RssAnon")}

    def batch(self, scrapes):
        before = self.cpu_ms()
        spent = [self.scrape()[0] for _ in range(scrapes)]
        return (self.cpu_ms() - before) / scrapes, statistics.median(spent)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--peer")
    parser.add_argument("--collectors", type=lambda text: text.split(","), default=[])
    parser.add_argument("--large-host", type=float, metavar="SCALE")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--scrapes", type=int, default=100)
    parser.add_argument("--max-cpu-ratio", type=float)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="largehost-") as folder:
        return measure(args, largehost.make(folder, args.large_host) if args.large_host else [])


def measure(args, further):
    sides = [Exporter(args.binary, args.collectors, further)]
    if args.peer:
        sides.append(Exporter(args.peer, args.collectors, further))
    try:
        for side in sides:
            for _ in range(20):
                side.scrape()
        rounds = [[] for _ in sides]
        for number in range(args.rounds):
            order = list(enumerate(sides))
            for index, side in order if number % 2 == 0 else reversed(order):
                rounds[index].append(side.batch(args.scrapes))
        for index, side in enumerate(sides):
            memory = side.memory()
            body = side.scrape()[1]
            samples = sum(1 for line in body.splitlines() if line and not line.startswith(b"#"))
            print(f"{'agent' if index == 0 else 'peer ':5}  CPU {statistics.median(r[0] for r in rounds[index]):.3f} ms  "
                  f"p50 {statistics.median(r[1] for r in rounds[index]):.3f} ms  RSS {memory['VmRSS']} kB "
                  f"(anonymous {memory['RssAnon']} kB)  {samples} samples")
    finally:
        for side in sides:
            side.process.terminate()
            side.process.wait(10)
    if not args.peer:
        return 0
    ratios = [a[0] / b[0] for a, b in zip(*rounds)]
    latencies = [a[1] / b[1] for a, b in zip(*rounds)]
    cpu = statistics.median(ratios)
    print(f"ratio  CPU {cpu:.3f} ({min(ratios):.3f} to {max(ratios):.3f})  p50 {statistics.median(latencies):.3f}")
    if args.max_cpu_ratio is not None and cpu > args.max_cpu_ratio:
        print(f"failed: the CPU ratio is above {args.max_cpu_ratio}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
