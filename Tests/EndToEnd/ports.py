#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Listening: busy ports, several addresses, IPv6."""

import os
import socket

from harness import Agent, Skip, check, equal, free_port, run, suite


def busy_other_process():
    with Agent() as first:
        done = run(f"--web.listen-address=127.0.0.1:{first.port}")
        equal((done.returncode, done.stdout), (1, ""))
        equal(done.stderr.count("\n"), 1, done.stderr)
        check(f"127.0.0.1:{first.port}" in done.stderr, f"no address in {done.stderr!r}")
        check("in use" in done.stderr, done.stderr)
        check(f"pid {first.process.pid}" in done.stderr, f"no owner in {done.stderr!r}")
        equal(first.get("/-/healthy").status, 200, "the first one")


def busy_second_address():
    """One of two addresses is taken: nothing is served on the other one."""
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        done = run(f"--web.listen-address=127.0.0.1:{port}", f"--web.listen-address=127.0.0.1:{busy}")
        equal(done.returncode, 1)
        check(f":{busy}" in done.stderr and f"pid {os.getpid()}" in done.stderr, done.stderr)
        equal(done.stderr.count("\n"), 1, done.stderr)


def several_addresses():
    other = free_port()
    with Agent(f"--web.listen-address=127.0.0.1:{other}") as agent:
        equal(agent.get("/-/healthy").status, 200)
        agent.port = other
        equal(agent.get("/-/healthy").status, 200)


def ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            port = probe.getsockname()[1]
    except OSError as error:
        raise Skip(f"no IPv6 loopback here ({error})") from error
    with Agent(f"--web.listen-address=[::1]:{port}") as agent:
        agent.address, agent.port = "::1", port
        equal(agent.get("/-/healthy").status, 200)


def restart_at_once():
    """The port is free again as soon as the process has ended, whatever connections it had."""
    with Agent() as agent:
        keep = socket.create_connection(("127.0.0.1", agent.port))
        keep.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
        check(keep.recv(100).startswith(b"HTTP/1.1 200"), "no answer")
        equal(agent.stop()[0], 0)
        port = agent.port
    again = Agent(f"--web.listen-address=127.0.0.1:{port}")
    with again:
        again.port = port
        equal(again.get("/-/healthy").status, 200)
    keep.close()


suite([
    ("a busy port is one line with the address and its owner, status 1", busy_other_process),
    ("one busy address of two ends it", busy_second_address),
    ("it serves on several addresses", several_addresses),
    ("it serves on IPv6", ipv6),
    ("it can be started again at once", restart_at_once),
])
