# SPDX-License-Identifier: Apache-2.0
"""Interfaces that come, go and change their names while the agent runs, in a network namespace of this script's own."""

import ctypes
import os
import re
import subprocess

from harness import Agent, Skip, check, equal, need_tool, suite

CLONE_NEWNET = 0x40000000


def namespace():
    """Moves this process, and the agents it starts, into a new network namespace with a loopback that is up."""
    need_tool("ip", "iproute2")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise Skip("this sandbox gives no network namespace: " + os.strerror(ctypes.get_errno()))
    ip("link", "set", "lo", "up")


def ip(*words, needed=True):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode != 0:
        message = f"ip {' '.join(words)}: {done.stderr.strip()}"
        if needed:
            raise AssertionError(message)
        raise Skip(message)


def veth(name, peer):
    ip("link", "add", name, "type", "veth", "peer", "name", peer, needed=False)
    for one in (name, peer):
        ip("link", "set", one, "up")


def ours(page):
    """The received bytes by interface."""
    found = {}
    for series, value in page.samples.items():
        match = re.match(r'node_network_receive_bytes_total\{device="(\w+)"\}$', series)
        if match:
            found[match[1]] = float(value)
    return found


def kernels():
    with open("/proc/self/net/dev") as lines:
        rows = [line.split(":", 1) for line in lines.readlines()[2:]]
    return {name.strip(): float(columns.split()[0]) for name, columns in rows}


def same(agent, what):
    """The agent's interfaces are the kernel's, and so are the counters of those that nothing is sent to meanwhile."""
    before, page, after = kernels(), ours(agent.get().page), kernels()
    equal(set(page), set(after), what)
    for name, value in page.items():
        check(before[name] <= value <= after[name], f"{what}: {name} has {value}, not {before[name]} to {after[name]}")


FLAGS = ("--collector.disable-defaults", "--collector.netdev", "--collector.loadavg")


def changes(*more):
    namespace()
    with Agent(*FLAGS, *more) as agent:
        for _ in range(3):
            same(agent, "the loopback alone")
        veth("va", "vb")
        for _ in range(3):
            same(agent, "a pair came")
        ip("link", "set", "va", "down")
        ip("link", "set", "va", "name", "vc")
        same(agent, "one has another name")
        ip("link", "set", "vc", "name", "vd")
        ip("link", "set", "vb", "down")
        ip("link", "set", "vb", "name", "vc")
        same(agent, "another one has its name")
        same(agent, "and the next scrape")
        ip("link", "del", "vd")
        same(agent, "the pair went")
        veth("va", "vb")
        same(agent, "one came for one that went")


def storm():
    """More changes between two scrapes than the agent's socket has room for."""
    namespace()
    with Agent(*FLAGS) as agent:
        same(agent, "before")
        same(agent, "before")
        for round in range(40):
            veth("va", "vb")
            ip("link", "del", "va")
        veth("vx", "vy")
        for _ in range(3):
            same(agent, "after")


def counters_move():
    """Counters are this scrape's, not those of the dump that the names are from."""
    namespace()
    with Agent(*FLAGS) as agent:
        values = []
        for _ in range(5):
            values.append(ours(agent.get().page)["lo"])
        check(values == sorted(set(values)), f"the loopback's bytes stand still: {values}")


suite([
    ("interfaces come, go and change their names", changes),
    ("the same with netclass, which wants whole dumps", lambda: changes("--collector.netclass")),
    ("counters are this scrape's", counters_move),
    ("more changes than the socket has room for", storm),
])
