#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Flags: what is refused is refused in one line, with status 2, and nothing is started."""

import subprocess

from harness import BINARY, check, equal, run, suite

REFUSALS = [
    (["--collector.foo"], "unknown flag --collector.foo: "),
    (["--colector.loadavg"], "unknown flag --colector.loadavg: did you mean --collector.loadavg?"),
    (["--no-colector.loadavg"], "unknown flag --no-colector.loadavg: did you mean --no-collector.loadavg?"),
    (["-x"], "unknown flag -x: "),
    (["--log.level=loud"], "--log.level: "),
    (["--log.level"], "--log.level: needs a value"),
    (["--scrape.timeout=5"], "--scrape.timeout: "),
    (["--scrape.timeout=-1s"], "--scrape.timeout: "),
    (["--web.max-requests=many"], "--web.max-requests: "),
    (["--web.max-requests=-1"], "--web.max-requests: "),
    (["--web.listen-address=nonsense"], "--web.listen-address: "),
    (["--web.listen-address=:99999"], "--web.listen-address: "),
    (["--web.listen-address=[::1"], "--web.listen-address: "),
    (["--web.telemetry-path=metrics"], "--web.telemetry-path: "),
    (["--collector.loadavg=yes"], "--collector.loadavg: "),
    (["--no-collector.loadavg=true"], "--no-collector.loadavg: "),
    (["--collector.diskstats.device-exclude=("], '--collector.diskstats.device-exclude: "(" is not a regular'),
    (["--collector.diskstats.device-exclude=a", "--collector.diskstats.device-include=b"],
     "--collector.diskstats.device-include: cannot be used together with --collector.diskstats.device-exclude"),
    (["--collector.netdev.device-exclude=a", "--collector.netdev.device-include=b"],
     "--collector.netdev.device-include: cannot be used together with --collector.netdev.device-exclude"),
    (["dance"], 'unknown subcommand "dance"'),
    (["once", "serve"], 'unexpected "serve"'),
    (["--path.procfs=/proc", "--bad\nflag"], "unknown flag --bad"),
]


# node_exporter takes these with their excludes, both in force.
TAKEN_TOGETHER = ["--collector.slabinfo.slabs-include", "--collector.systemd.unit-include"]


def refused(words, start):
    def test():
        has_address = any(word.startswith("--web.listen-address") for word in words)
        address = [] if has_address else ["--web.listen-address=127.0.0.1:0"]
        done = run(*address, *words, timeout=10)
        equal(done.returncode, 2, "status")
        equal(done.stdout, "", "standard output")
        check(done.stderr.endswith("\n") and done.stderr.count("\n") == 1, f"not one line: {done.stderr!r}")
        check(done.stderr.startswith("host-exporter: " + start), f"{done.stderr!r} does not begin with {start!r}")
    return test


def every_filter_pair():
    """Each collector that has an include and an exclude refuses both at once."""
    words = [line.split("=")[0].strip() for line in run("--help").stdout.split("\n") if line.startswith("  --")]
    pairs = [(word, word.replace("include", "exclude")) for word in words if word.endswith("-include")]
    pairs = [pair for pair in pairs if pair[1] in words and pair[0] not in TAKEN_TOGETHER]
    check(len(pairs) >= 3, f"only {pairs}")
    for include, exclude in pairs:
        # A collector that is off looks at none of its flags.
        done = run("once", "--collector." + include.split(".")[1], f"{include}=a", f"{exclude}=b")
        equal((done.returncode, done.stdout), (2, ""), include)
        check(done.stderr.startswith(f"host-exporter: {include}: cannot be used together with {exclude}"), done.stderr)
        check(done.stderr.count("\n") == 1, done.stderr)


def every_pattern():
    """Each flag that takes an expression refuses what is none, by its own name."""
    for line in run("--help").stdout.split("\n"):
        if line.startswith("  --") and line.endswith("=REGEX"):
            flag = line.strip().removesuffix("=REGEX")
            done = run("once", flag + "=[")
            equal((done.returncode, done.stdout), (2, ""), flag)
            check(done.stderr.startswith(f'host-exporter: {flag}: "[" is not a regular expression'), done.stderr)


def help_text():
    done = run("--help")
    equal((done.returncode, done.stderr), (0, ""))
    lines = done.stdout.split("\n")
    # An expression that is a default may be one long word.
    long = [line for line in lines if len(line) > 110 and len(line.split()) > 1]
    equal(long, [], "long lines")
    collectors = [line.strip() for line in lines if line.startswith("  --[no-]collector.") and line.count(".") == 1]
    collectors = [line for line in collectors if line != "--[no-]collector.disable-defaults"]
    equal(collectors, sorted(collectors), "collectors of --help")
    check(len(collectors) >= 1, "no collectors in --help")
    equal(run("-h").stdout, done.stdout, "-h")
    equal(run("help").stdout, done.stdout, "help")


def version():
    done = run("--version")
    equal((done.returncode, done.stderr), (0, ""))
    check(done.stdout.startswith("host-exporter ") and done.stdout.count("\n") == 1, done.stdout)


def inert():
    done = run("once", "--runtime.gomaxprocs=2", "--collector.disable-defaults", "--collector.loadavg")
    equal(done.returncode, 0)
    equal(done.stderr.count("\n"), 1, "lines of " + done.stderr)
    check("--runtime.gomaxprocs" in done.stderr, done.stderr)


def once():
    done = run("once", "--collector.disable-defaults", "--collector.loadavg")
    equal((done.returncode, done.stderr), (0, ""))
    check("\nnode_load1 " in done.stdout, done.stdout)
    equal(done.stdout.count("\nhost_collector_state{"), 1, "collectors")


def once_into_nothing():
    """A page that cannot be written is status 1 and one line."""
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "once", "--log.level=error"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=20)
    equal(done.returncode, 1)
    equal(done.stderr.count("\n"), 1, done.stderr)


def collectors_command():
    done = run("collectors", "--no-collector.loadavg")
    equal((done.returncode, done.stderr), (0, ""))
    rows = done.stdout.strip().split("\n")
    equal(rows[0].split(), ["COLLECTOR", "DEFAULT", "STATE", "WHY"])
    names = [row.split()[0] for row in rows[1:]]
    equal(names, sorted(names))
    loadavg = next(row for row in rows if row.startswith("loadavg "))
    equal(loadavg.split()[:3], ["loadavg", "on", "off"])


suite([(f"refuses {' '.join(words)!r}", refused(words, start)) for words, start in REFUSALS] + [
    ("an include and an exclude together are refused everywhere", every_filter_pair),
    ("what is no regular expression is refused everywhere", every_pattern),
    ("--help is readable and sorted", help_text),
    ("--version is one line", version),
    ("an inert flag is one warning", inert),
    ("once prints one page", once),
    ("once says when it cannot write", once_into_nothing),
    ("collectors lists every collector with its state", collectors_command),
])
