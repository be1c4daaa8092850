#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sources that never answer cost themselves: every scrape is out by its deadline with all the rest on it."""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
import time

import hangingfs
from harness import Agent, Skip, check, equal, need_root, suite, write

SCRAPES = 100
# The agent takes half a second off for the way: its deadline is 2 s.
SCRAPER_TIMEOUT = 2.5
DEADLINE = 2.0
HEADERS = {"X-Prometheus-Scrape-Timeout-Seconds": str(SCRAPER_TIMEOUT)}


def chip(folder, name, attributes):
    write(f"{folder}/name", name + "\n")
    for attribute, value in attributes.items():
        write(f"{folder}/{attribute}", value + "\n")


def scrape(agent):
    answer = agent.get(headers=HEADERS)
    equal(answer.status, 200)
    return answer


def settled(agent):
    """The series of a page while all is well: those that come and go by themselves are left out."""
    series = scrape(agent).page.series
    for _ in range(3):
        time.sleep(0.4)
        series &= scrape(agent).page.series
    return series


def state_series(series):
    """Series that say how a collector did, which change when one is hurt."""
    return {one for one in series if one.startswith("host_collector_state{")}


def hundred_scrapes(agent, whole, states_before, hurt, wanted_states, what):
    """Scrapes and holds every page against what was there while all was well, but for `hurt` series."""
    states_before = {name: state for name, state in states_before.items() if name not in wanted_states}
    answers, threads = [], []
    for number in range(SCRAPES):
        answer = scrape(agent)
        answers.append(answer.seconds)
        page = answer.page
        check(answer.seconds < DEADLINE + 0.25, f"scrape {number} took {answer.seconds:.3f} s")
        missing = {one for one in whole - page.series - state_series(whole) if not hurt(one)}
        equal(sorted(missing), [], f"missing in scrape {number}")
        states = page.states()
        for collector, state in wanted_states.items():
            check(states[collector] in state, f"scrape {number}: {collector} is {states[collector]}, not {state}")
        equal({name: states[name] for name in states_before}, states_before, f"states in scrape {number}")
        threads.append(agent.threads())
    ordered = sorted(answers)
    print(f"    {what}: {SCRAPES} scrapes, first {answers[0]:.3f} s, median {ordered[SCRAPES // 2]:.4f} s, "
          f"longest {ordered[-1]:.3f} s; {len(whole)} series before; threads {min(threads)} to {max(threads)}")
    # The first scrapes find out what hangs; from then on nothing grows.
    check(max(threads[5:]) <= threads[4] + 1, f"threads grow: {threads}")
    return threads[-1]


# FIFOs in place of files: no privilege is needed.

def fifos(writer_holds_them):
    def test():
        with tempfile.TemporaryDirectory() as folder:
            chip(f"{folder}/sys/class/hwmon/hwmon0", "stuckchip", {"temp1_label": "one", "temp2_input": "41000"})
            os.mkfifo(f"{folder}/sys/class/hwmon/hwmon0/temp1_input")
            chip(f"{folder}/sys/class/hwmon/hwmon1", "goodchip", {"temp1_input": "42000", "fan1_input": "900"})
            write(f"{folder}/text/good.prom", "test_good 1\n")
            write(f"{folder}/text/zz.prom", "test_last 1\n")
            os.mkfifo(f"{folder}/text/fifo.prom")
            pipes = [f"{folder}/text/fifo.prom", f"{folder}/sys/class/hwmon/hwmon0/temp1_input"]
            holders = [os.open(pipe, os.O_RDWR) for pipe in pipes] if writer_holds_them else []
            try:
                with Agent(f"--path.sysfs={folder}/sys", f"--collector.textfile.directory={folder}/text") as agent:
                    whole = settled(agent)
                    for part in ["test_good", "test_last", 'node_hwmon_temp_celsius{chip="goodchip"', "node_load1"]:
                        check(any(one.startswith(part) for one in whole), f"{part} is missing")
                    check(any("stuckchip" in one and "temp2" in one for one in whole), "hwmon0's other sensor is missing")
                    hundred_scrapes(
                        agent, whole, scrape(agent).page.states(), lambda one: False, {"textfile": ["degraded"], "hwmon": ["ok", "degraded"]},
                        "FIFOs that somebody holds open" if writer_holds_them else "FIFOs that nobody writes to")
                    status, seconds = agent.stop()
                    equal(status, 0, "status")
                    check(seconds < 5, f"took {seconds:.2f} s")
            finally:
                for holder in holders:
                    os.close(holder)
    return test


# FUSE: reads and statfs that really hang, in a mount namespace of this script's own.

class Host:
    """The live host with FUSE files for some of /proc; its /sys and its list of mounts are this script's own.

    Two chips, one of which has a FUSE file, and two mounts beside the root, one of which is FUSE's.
    """

    def __init__(self, *proc_files):
        self.proc_files = proc_files

    def __enter__(self):
        need_root("no mount can be made")
        if not os.path.exists("/dev/fuse"):
            raise Skip("no /dev/fuse")
        self.folder = tempfile.mkdtemp()
        try:
            hangingfs.private_mounts()
            self.make()
        except OSError as error:
            raise Skip(f"no private mounts or no FUSE here ({error})") from error
        return self

    def make(self):
        # What is mounted from here on lies in a tmpfs, so that nothing is left behind.
        hangingfs.mount("none", self.folder, "tmpfs")
        self.mount_point = f"{self.folder}/stuck"
        os.mkdir(self.mount_point)
        self.files = hangingfs.HangingFileSystem(
            self.mount_point, {"temp1_input": b"43000\n", **{name: self.live(name) for name in self.proc_files}})
        self.other_mount = f"{self.folder}/other"
        os.mkdir(self.other_mount)
        hangingfs.mount("fine", self.other_mount, "tmpfs")
        hwmon = f"{self.folder}/sys/class/hwmon"
        chip(f"{hwmon}/hwmon90", "stuckchip", {"temp2_input": "41000"})
        os.symlink(f"{self.mount_point}/temp1_input", f"{hwmon}/hwmon90/temp1_input")
        chip(f"{hwmon}/hwmon91", "goodchip", {"temp1_input": "42000", "fan1_input": "900"})
        self.flags = [f"--path.sysfs={self.folder}/sys"]
        # Without these files the C library counts CPUs in /proc/stat, which hangs here, before anything of ours runs.
        hangingfs.mount("none", "/sys", "tmpfs")
        for name in ["online", "possible"]:
            write(f"/sys/devices/system/cpu/{name}", f"0-{os.cpu_count() - 1}\n")
        with open("/proc/self/mountinfo") as mounts:
            ours = [line for line in mounts if line.split()[4] in ("/", self.mount_point, self.other_mount)]
        write(f"{self.folder}/mountinfo", "".join(ours))
        hangingfs.bind(f"{self.folder}/mountinfo", "/proc/1/mountinfo")
        for name in self.proc_files:
            hangingfs.bind(f"{self.mount_point}/{name}", f"/proc/{name}")

    @staticmethod
    def live(name):
        with open(f"/proc/{name}", "rb") as file:
            return file.read()

    def __exit__(self, *_):
        self.files.close()
        for target in [*(f"/proc/{name}" for name in self.proc_files), "/proc/1/mountinfo", "/sys", self.folder]:
            hangingfs.libc.umount2(target.encode(), hangingfs.MNT_DETACH)
        shutil.rmtree(self.folder, ignore_errors=True)

    def hurts(self, series):
        """True for a series that the hanging file system takes with it."""
        # The number of threads stands in /proc/loadavg too.
        return (series.startswith("node_load") or series == "sunflower_thread_count" or 'chip="stuckchip"' in series
                or f'"{self.mount_point}"' in series or series == 'host_collector_items_lost{collector="loadavg"}')

    @contextlib.contextmanager
    def hanging(self):
        """Hangs, and lets everybody go in the end: nobody can end a process that sleeps in it."""
        self.files.hang()
        try:
            yield
        finally:
            self.files.release()


def fuse():
    with Host("loadavg") as host, Agent(*host.flags) as agent:
        whole = settled(agent)
        for part in ["node_load1", 'chip="stuckchip"', 'chip="goodchip"', f'"{host.mount_point}"', f'"{host.other_mount}"']:
            check(any(part in one for one in whole), f"{part} is missing while all is well")
        states_before = scrape(agent).page.states()
        threads_before = agent.threads()
        with host.hanging():
            lost = {"loadavg": ["timed_out"], "hwmon": ["degraded"], "daena": ["degraded"]}
            if "filesystem" in states_before:
                lost["filesystem"] = ["ok", "degraded"]
            threads = hundred_scrapes(
                agent, whole, states_before, host.hurts, lost, "a FUSE file system that hangs")
            page = scrape(agent).page
            check(not any(one.startswith("node_load") for one in page.series), "a stale load average")
            check(not any('chip="stuckchip"' in one for one in page.series if "celsius" in one), "a stale temperature")
            device_error = [one for one in page.series if one.startswith("node_filesystem_device_error{")
                            and f'"{host.mount_point}"' in one]
            equal([page.samples[one] for one in device_error], ["1"], "node_filesystem_device_error of the stuck mount")
            equal(host.files.held_count, 3, "requests that wait in the file system")
            check(threads - threads_before <= 6, f"threads: {threads_before} before, {threads} while it hangs")
            equal(len(agent.log_text().split("state=timed_out")) - 1, 1, "lines on the time-out")
        # It comes back by itself.
        limit = time.monotonic() + 10
        while scrape(agent).page.states() != states_before and time.monotonic() < limit:
            time.sleep(0.05)
        page = scrape(agent).page
        equal(page.states(), states_before, "states afterwards")
        equal(sorted(whole - page.series), [], "missing afterwards")
        after = agent.threads()
        check(after <= threads_before + 1, f"threads: {threads_before} before, {after} after")
        print(f"    threads: {threads_before} before, {threads} while it hangs, {after} afterwards")


def from_the_start():
    """What hangs already when the agent starts, /proc/stat among it, which is sampled between scrapes as well."""
    with Host("stat", "loadavg") as host, host.hanging():
        with Agent(*host.flags) as agent:
            seconds, threads = [], []
            start = time.monotonic()
            while time.monotonic() < start + 11:
                answer = scrape(agent)
                seconds.append(answer.seconds)
                threads.append(agent.threads())
                states = answer.page.states()
                equal(states["loadavg"], "timed_out")
                for collector in ["meminfo", "vmstat", "netdev"]:
                    equal(states.get(collector, "ok"), "ok", collector)
                check(answer.seconds < DEADLINE + 0.25, f"took {answer.seconds:.3f} s")
                time.sleep(0.2)
            print(f"    {len(seconds)} scrapes in 11 s, longest {max(seconds):.3f} s, threads {threads[0]} to {threads[-1]}; "
                  f"held back: {sorted(name for name, state in states.items() if state == 'timed_out')}")
            check(max(threads) <= threads[5] + 1, f"threads grow: {threads}")
            host.files.release()
            limit = time.monotonic() + 10
            while "timed_out" in scrape(agent).page.states().values() and time.monotonic() < limit:
                time.sleep(0.05)
            states = scrape(agent).page.states()
            for collector in ["cpu", "stat", "loadavg"]:
                equal(states[collector], "ok", f"{collector} afterwards")
            check("timed_out" not in states.values(), f"still held back: {states}")


def process_state(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def stop_while_hanging():
    """The answer that runs at SIGTERM is whole, and the process ends although threads sleep where no signal reaches."""
    with Host("loadavg") as host, Agent(*host.flags) as agent:
        settled(agent)
        with host.hanging():
            answers = []
            client = threading.Thread(target=lambda: answers.append(scrape(agent)))
            client.start()
            limit = time.monotonic() + 5
            while host.files.held_count == 0 and time.monotonic() < limit:
                time.sleep(0.001)
            start = time.monotonic()
            agent.process.send_signal(signal.SIGTERM)
            # The kernel lets nobody wait for a process while one of its threads sleeps; its end is seen in its state.
            while process_state(agent.process.pid) != "Z" and time.monotonic() < start + 8:
                time.sleep(0.005)
            seconds = time.monotonic() - start
            client.join()
            check(seconds < 5, f"took {seconds:.2f} s")
            equal(len(answers), 1, "answers")
            check("node_scrape_collector_success" in answers[0].page.names(), "not a page")
            equal(answers[0].page.states()["loadavg"], "timed_out")
        equal(agent.process.wait(timeout=10), 0, "status")
        print(f"    SIGTERM during a scrape that hangs: answer after {answers[0].seconds:.2f} s, end after {seconds:.2f} s")


suite([
    ("FIFOs in place of a text file and a hwmon attribute", fifos(False)),
    ("FIFOs that a writer holds open", fifos(True)),
    ("a FUSE file system that hangs: /proc/loadavg, a hwmon attribute, a mount", fuse),
    ("files that hang from the start on", from_the_start),
    ("SIGTERM while a scrape hangs", stop_while_hanging),
])
