#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What systemd is told and hands over: readiness, reloads, the watchdog, the end, and listening sockets.

    notify.py BINARY
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"failed: {name}{': ' + str(detail) if detail != '' else ''}")


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HOST_EXPORTER_", "LISTEN_", "WATCHDOG_"))}
    return dict(kept, **more)


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


def stop(agent):
    if agent.poll() is None:
        agent.kill()
        agent.wait()


def test_lifecycle(binary, address, name):
    manager = Manager(name)
    agent = subprocess.Popen(
        [binary, "--web.listen-address=127.0.0.1:0", "--log.level=error"],
        env=environment(NOTIFY_SOCKET=address, WATCHDOG_USEC="900000"))
    try:
        check(f"{address}: it is ready", manager.wait("READY=1") is not None, manager.seen)
        before = time.monotonic()
        beats = [manager.wait("WATCHDOG=1", 3) for _ in range(3)]
        check(f"{address}: the watchdog is fed in time", None not in beats and time.monotonic() - before < 2.7, beats)
        agent.send_signal(signal.SIGHUP)
        message = manager.wait("RELOADING=1")
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        stamp = int(message.split("MONOTONIC_USEC=")[1]) if message else 0
        check(f"{address}: a reload is told with its time", 0 <= now - stamp < 5_000_000, message)
        check(f"{address}: and its end", manager.wait("READY=1") is not None)
        agent.send_signal(signal.SIGTERM)
        check(f"{address}: the end is told", manager.wait("STOPPING=1") is not None)
        check(f"{address}: and comes", agent.wait(10) == 0)
    finally:
        stop(agent)


def test_not_watched(binary, folder):
    manager = Manager(f"{folder}/other")
    agent = subprocess.Popen(
        [binary, "--web.listen-address=127.0.0.1:0", "--log.level=error"],
        env=environment(NOTIFY_SOCKET=f"{folder}/other", WATCHDOG_USEC="300000", WATCHDOG_PID="1"))
    try:
        manager.wait("READY=1")
        check("another process's watchdog is not fed", manager.wait("WATCHDOG=1", 1) is None, manager.seen)
    finally:
        stop(agent)


LAUNCHER = """
import os, sys
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[1], sys.argv[1:])
"""


def start_with_sockets(binary, sockets, *flags):
    """Starts it as systemd does: the sockets are 3, 4, ... and LISTEN_PID is its own."""
    numbers = [s.fileno() for s in sockets]

    def arrange():
        high = [os.dup2(number, 100 + i) for i, number in enumerate(numbers)]
        for i, number in enumerate(high):
            os.dup2(number, 3 + i, inheritable=True)
            os.close(number)

    return subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, binary, "--log.level=error", *flags], preexec_fn=arrange, close_fds=False,
        env=environment(LISTEN_FDS=str(len(sockets))), stderr=subprocess.PIPE, text=True)


def test_sockets(binary):
    sockets = [socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))]
    ports = [s.getsockname()[1] for s in sockets]
    # A request that waits in the queue before the process is there.
    early = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=15)
    early.request("GET", "/metrics")
    agent = start_with_sockets(binary, sockets, "--web.systemd-socket")
    for s in sockets:
        s.close()
    try:
        answer = early.getresponse()
        check("a request that came before is answered", answer.status == 200 and b"node_" in answer.read())
        late = http.client.HTTPConnection("127.0.0.1", ports[1], timeout=15)
        late.request("GET", "/-/ready")
        check("the second socket serves too", late.getresponse().status == 200)
        agent.send_signal(signal.SIGTERM)
        check("it ends", agent.wait(10) == 0)
    finally:
        stop(agent)


def test_no_sockets(binary, folder):
    found = subprocess.run(
        [binary, "--web.systemd-socket"], env=environment(), capture_output=True, text=True, timeout=10)
    check("without sockets it says so", found.returncode == 2 and "LISTEN_FDS" in found.stderr, found)
    found = subprocess.run(
        [binary, "--web.systemd-socket"], env=environment(LISTEN_FDS="1", LISTEN_PID="1"), capture_output=True,
        text=True, timeout=10)
    check("another process's sockets are not taken", found.returncode == 2, found)
    pair = socket.socketpair()
    agent = start_with_sockets(binary, pair[:1], "--web.systemd-socket")
    _, error = agent.communicate(timeout=10)
    check("what is no listening socket is refused", agent.returncode == 1 and "no listening socket" in error, error)


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        test_lifecycle(binary, f"{folder}/notify", f"{folder}/notify")
        abstract = f"host-exporter-test-{os.getpid()}"
        test_lifecycle(binary, "@" + abstract, "\0" + abstract)
        test_not_watched(binary, folder)
        test_sockets(binary)
        test_no_sockets(binary, folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
