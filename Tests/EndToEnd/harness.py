# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the agent under test, pages, and the count of what passed."""

import http.client
import inspect
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

# What the caller's environment says is no part of a test: neither to the agent nor to the tools that tests ask.
for name in list(os.environ):
    if name.startswith(("HOST_EXPORTER_", "LISTEN_", "WATCHDOG_", "LC_")) or name in (
            "NOTIFY_SOCKET", "LANG", "LANGUAGE", "LD_PRELOAD", "http_proxy", "HTTP_PROXY"):
        del os.environ[name]
os.environ.update(LC_ALL="C.UTF-8", TZ="UTC")
time.tzset()

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None


def is_open(folder):
    """Whether every user reaches a folder, and programs may run from there."""
    try:
        if os.statvfs(folder).f_flag & os.ST_NOEXEC or not os.access(folder, os.W_OK | os.X_OK):
            return False
        path = os.path.realpath(folder)
        while os.stat(path).st_mode & stat.S_IXOTH:
            if path == "/":
                return True
            path = os.path.dirname(path)
    except OSError:
        pass
    return False


# Tests run programs from their folders, some of them as another user.
tempfile.tempdir = next(filter(is_open, [tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"]), None)
# `with` blocks end what they began, also when the runner gives up on this script.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Skip(Exception):
    """A test that cannot be done here, with the reason."""


def need_root(what):
    if os.geteuid() != 0:
        raise Skip(f"not root: {what}")


def need_tool(name, package=None):
    """The path of a program; without it the test is skipped."""
    path = shutil.which(name)
    if path is None:
        raise Skip(f"{name} is not installed" + (f" (package {package})" if package else ""))
    return path


class Results:
    """Runs tests, prints how each of them ended, and ends the script."""

    # How many things were looked at; a test that looks at nothing cannot fail.
    checks = 0

    def __init__(self, name):
        self.name = name
        self.passed = self.failed = self.skipped = 0

    def run(self, title, body):
        start = time.monotonic()
        before = Results.checks
        try:
            if "folder" in inspect.signature(body).parameters:
                with tempfile.TemporaryDirectory() as folder:
                    os.chmod(folder, 0o755)
                    body(folder=folder)
            else:
                body()
            if Results.checks == before:
                raise AssertionError("nothing was checked")
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
        sys.exit(1 if self.failed or self.passed + self.skipped == 0 else 0)


def suite(tests):
    """The body of a script: runs its tests, which are pairs of a title and a function, against the binary.

    A function with the parameter `folder` is given a temporary folder of its own.
    """
    if BINARY is None or not os.access(BINARY, os.X_OK):
        print(f"usage: {sys.argv[0]} BINARY", file=sys.stderr)
        sys.exit(2)
    results = Results(os.path.basename(sys.argv[0]).removesuffix(".py"))
    for title, body in tests:
        results.run(title, body)
    results.end()


def check(condition, message, found=None):
    """Fails with a message, and with what was found instead where that is given."""
    Results.checks += 1
    if not condition:
        raise AssertionError(message if found is None else f"{message}: {found}")


def write(path, content):
    """Writes a file, and makes the folders above it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def eventually(condition, what, seconds=10):
    """Waits until a condition holds; what cannot be reached does not hold yet. What it gave."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except OSError:
            found = None
        if found or time.monotonic() > end:
            check(found, what)
            return found
        time.sleep(0.02)


def equal(found, wanted, what=""):
    Results.checks += 1
    if found != wanted:
        raise AssertionError(f"{what + ': ' if what else ''}{found!r} is not {wanted!r}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments, **options):
    """Runs the binary to its end."""
    standard = {"capture_output": True, "encoding": "utf-8", "timeout": 30}
    if "input" not in options:
        standard["stdin"] = subprocess.DEVNULL
    return subprocess.run([BINARY, *arguments], **{**standard, **options})


def environment(**more):
    """This process's environment with more variables in it."""
    return dict(os.environ, **more)


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

    def __init__(self, *arguments, prefix=(), address="127.0.0.1", port=None, stderr=None, ready=True, listen=None,
                 **options):
        """`port` is one that the agent is told otherwise; without `listen` it is told no address at all."""
        self.arguments, self.prefix, self.address, self.ready = arguments, prefix, address, ready
        self.wanted_port = port
        self.listen = port is None if listen is None else listen
        self.stderr = stderr
        self.options = options
        self.log = None

    def __enter__(self):
        for _ in range(2):
            self.port = self.wanted_port or free_port()
            # A file, not a pipe: nobody reads while the agent runs.
            self.log = tempfile.TemporaryFile("w+")
            address = [f"--web.listen-address={self.address}:{self.port}"] if self.listen else []
            command = [*self.prefix, BINARY, *address, *self.arguments]
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
