# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the agent under test, pages, and the count of what passed."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

# What the caller's environment says to the agent is no part of a test.
for name in [name for name in os.environ if name.startswith("HOST_EXPORTER_") or name == "NOTIFY_SOCKET"]:
    del os.environ[name]

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None


class Skip(Exception):
    """A test that cannot be done here, with the reason."""


class Results:
    """Runs tests, prints what did not pass, and ends the script."""

    def __init__(self, name):
        self.name = name
        self.passed = self.failed = self.skipped = 0

    def run(self, title, body, *arguments):
        start = time.monotonic()
        try:
            body(*arguments)
        except Skip as reason:
            self.skipped += 1
            print(f"  skipped: {title}: {reason}", flush=True)
        except Exception as error:  # Whatever goes wrong in one test must not keep the others from running.
            self.failed += 1
            print(f"  FAILED: {title}: {type(error).__name__}: {error}", flush=True)
        else:
            self.passed += 1
            print(f"  passed: {title} ({time.monotonic() - start:.1f} s)", flush=True)

    def end(self):
        print(f"{self.name}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        sys.exit(1 if self.failed else 0)


def suite(tests):
    """The body of a script: runs its tests against the binary of the command line."""
    if BINARY is None or not os.access(BINARY, os.X_OK):
        print(f"usage: {sys.argv[0]} BINARY", file=sys.stderr)
        sys.exit(2)
    results = Results(os.path.basename(sys.argv[0]))
    for title, body in tests:
        results.run(title, body)
    results.end()


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def equal(found, wanted, what=""):
    if found != wanted:
        raise AssertionError(f"{what + ': ' if what else ''}{found!r} is not {wanted!r}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments, timeout=20, **options):
    """Runs the binary to its end."""
    return subprocess.run(
        [BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, **options)


class Answer:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    @property
    def text(self):
        return self.body.decode()

    @property
    def page(self):
        return Page(self.text)


class Page:
    """The samples of a page in the text format."""

    LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?) (\S+)$')
    LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        self.samples = {}
        for line in text.split("\n"):
            if not line or line.startswith("#"):
                continue
            match = self.LINE.match(line)
            check(match, f"not a sample: {line!r}")
            check(match[1] not in self.samples, f"twice: {match[1]}")
            self.samples[match[1]] = match[2]

    @property
    def series(self):
        return set(self.samples)

    def states(self):
        """State by collector; every collector has exactly one."""
        states = {}
        for series in self.samples:
            if series.startswith("host_collector_state{"):
                labels = dict(self.LABEL.findall(series))
                check(labels["collector"] not in states, f"two states of {labels['collector']}")
                states[labels["collector"]] = labels["state"]
        return states

    def names(self):
        return {series.split("{")[0] for series in self.samples}


class Agent:
    """The binary, serving on a free port, for the length of a `with`."""

    def __init__(self, *arguments, prefix=(), address="127.0.0.1", stderr=None, ready=True, **options):
        self.arguments, self.prefix, self.address, self.ready = arguments, prefix, address, ready
        self.stderr = stderr
        self.options = options
        self.log = None

    def __enter__(self):
        for _ in range(2):
            self.port = free_port()
            # A file, not a pipe: nobody reads while the agent runs.
            self.log = tempfile.TemporaryFile("w+")
            command = [*self.prefix, BINARY, f"--web.listen-address={self.address}:{self.port}", *self.arguments]
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=self.log if self.stderr is None else self.stderr, **self.options)
            if not self.ready or self.wait_until_ready():
                return self
            # Somebody took the port in between: another one.
            self.__exit__()
        raise AssertionError("the agent does not get ready: " + self.log_text())

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        # A thread may hang in the kernel until its file system is gone; whoever made it sees to that.
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            print("  note: the agent's process is still there 10 s after SIGKILL", flush=True)

    def wait_until_ready(self):
        limit = time.monotonic() + 15
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                if self.get("/-/ready", timeout=2).status == 200:
                    return True
            except OSError:
                pass
            except http.client.HTTPException:
                pass
            time.sleep(0.02)
        return False

    def log_text(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def get(self, path="/metrics", method="GET", headers=None, timeout=15):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=timeout)
        try:
            start = time.monotonic()
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, response.headers, body, time.monotonic() - start)
        finally:
            connection.close()

    def threads(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"^Threads:\s+(\d+)", status.read(), re.M)[1])

    def stop(self, number=signal.SIGTERM, timeout=5):
        """Sends a signal; the exit status and the seconds until the end."""
        start = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(timeout=timeout)
        return status, time.monotonic() - start
