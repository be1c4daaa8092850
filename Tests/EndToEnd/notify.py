#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What systemd is told and hands over: readiness, reloads, the watchdog, the end, and listening sockets."""

import http.client
import os
import signal
import socket
import sys
import time

from harness import Agent, check, environment, run, suite


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.seen = []

    def wait(self, text, seconds=10):
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                message = self.socket.recv(4096).decode()
            except socket.timeout:
                return None
            self.seen.append(message)
            if message.startswith(text):
                return message


def lifecycle(address, name):
    manager = Manager(name)
    with Agent(ready=False, env=environment(NOTIFY_SOCKET=address, WATCHDOG_USEC="900000")) as agent:
        check(manager.wait("READY=1") is not None, "it is ready", manager.seen)
        before = time.monotonic()
        beats = [manager.wait("WATCHDOG=1", 3) for _ in range(3)]
        check(None not in beats and time.monotonic() - before < 2.7, "the watchdog is fed in time", beats)
        agent.process.send_signal(signal.SIGHUP)
        message = manager.wait("RELOADING=1")
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        stamp = int(message.split("MONOTONIC_USEC=")[1]) if message else 0
        check(0 <= now - stamp < 5_000_000, "a reload is told with its time", message)
        check(manager.wait("READY=1") is not None, "and its end")
        agent.process.send_signal(signal.SIGTERM)
        check(manager.wait("STOPPING=1") is not None, "the end is told")
        check(agent.process.wait(10) == 0, "and comes")


def path_name(folder):
    lifecycle(f"{folder}/notify", f"{folder}/notify")


def abstract_name():
    name = f"host-exporter-test-{os.getpid()}"
    lifecycle("@" + name, "\0" + name)


def not_watched(folder):
    manager = Manager(f"{folder}/other")
    variables = environment(NOTIFY_SOCKET=f"{folder}/other", WATCHDOG_USEC="300000", WATCHDOG_PID="1")
    with Agent(ready=False, env=variables):
        check(manager.wait("READY=1") is not None, "it is ready", manager.seen)
        check(manager.wait("WATCHDOG=1", 1) is None, "another process's watchdog is not fed", manager.seen)


LAUNCHER = """
import os, sys
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[1], sys.argv[1:])
"""


def with_sockets(sockets):
    """It, started as systemd does: the sockets are 3, 4, ... and LISTEN_PID is its own."""
    numbers = [s.fileno() for s in sockets]

    def arrange():
        high = [os.dup2(number, 100 + i) for i, number in enumerate(numbers)]
        for i, number in enumerate(high):
            os.dup2(number, 3 + i, inheritable=True)
            os.close(number)

    return Agent(
        "--web.systemd-socket", listen=False, ready=False, prefix=[sys.executable, "-c", LAUNCHER], preexec_fn=arrange,
        close_fds=False, env=environment(LISTEN_FDS=str(len(sockets))))


def sockets():
    sockets = [socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))]
    ports = [s.getsockname()[1] for s in sockets]
    # A request that waits in the queue before the process is there.
    early = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=15)
    early.request("GET", "/metrics")
    with with_sockets(sockets) as agent:
        for s in sockets:
            s.close()
        answer = early.getresponse()
        check(answer.status == 200 and b"node_" in answer.read(), "a request that came before is answered")
        agent.port = ports[1]
        check(agent.get("/-/ready").status == 200, "the second socket serves too")
        agent.process.send_signal(signal.SIGTERM)
        check(agent.process.wait(10) == 0, "it ends")


def no_sockets():
    found = run("--web.systemd-socket")
    check(found.returncode == 2 and "LISTEN_FDS" in found.stderr, "without sockets it says so", found)
    found = run("--web.systemd-socket", env=environment(LISTEN_FDS="1", LISTEN_PID="1"))
    check(found.returncode == 2, "another process's sockets are not taken", found)
    pair = socket.socketpair()
    with with_sockets(pair[:1]) as agent:
        status = agent.process.wait(10)
        check(
            status == 1 and "no listening socket" in agent.log_text(), "what is no listening socket is refused",
            agent.log_text())


suite([
    ("systemd is told of its life at a path", path_name),
    ("and at an abstract name", abstract_name),
    ("another process's watchdog is not fed", not_watched),
    ("sockets that systemd hands over serve", sockets),
    ("sockets that are none are refused", no_sockets),
])
