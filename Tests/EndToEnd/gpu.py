#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""GPUs of NVIDIA's through a scripted library: what a page costs, what a hang costs, and that nothing grows."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time

from harness import Agent, check, equal, eventually, need_tool, suite

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = {"X-Prometheus-Scrape-Timeout-Seconds": "2.5"}
EIGHT = "profile h200\ngpus 8\n"
TICKS = os.sysconf("SC_CLK_TCK")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # The script is read while it changes.
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def add_gpu(sysfs, number):
    address = f"0000:{0x1B + 0x10 * number:02x}:00.0"
    folder = f"{sysfs}/devices/pci0000:00/{address}"
    attributes = {
        "vendor": "0x10de", "device": "0x2335", "class": "0x030200", "revision": "0xa1", "numa_node": "0",
        "subsystem_vendor": "0x10de", "subsystem_device": "0x18be", "power/runtime_status": "active",
    }
    for name, value in attributes.items():
        write(f"{folder}/{name}", value + "\n")
    os.makedirs(f"{sysfs}/bus/pci/devices", exist_ok=True)
    os.makedirs(f"{sysfs}/bus/pci/drivers/nvidia", exist_ok=True)
    os.symlink("../../../bus/pci/drivers/nvidia", f"{folder}/driver")
    os.symlink(f"../../../devices/pci0000:00/{address}", f"{sysfs}/bus/pci/devices/{address}")


class Host:
    """A sysfs with GPUs and a library beside it that does what its script says."""

    def __init__(self, folder, gpus):
        self.sysfs = folder + "/sys"
        self.library = folder + "/libnvidia-ml.so.1"
        need_tool("cc", "gcc")
        build = os.path.join(os.path.dirname(HERE), "FakeNVML", "build")
        subprocess.run(["sh", build, folder], check=True, capture_output=True)
        os.makedirs(self.sysfs + "/bus/pci/devices")
        for number in range(gpus):
            add_gpu(self.sysfs, number)
        write(self.sysfs + "/module/nvidia/version", "590.48.01\n")

    def script(self, text):
        write(self.library + ".script", text)

    def agent(self, *flags):
        return Agent(f"--path.sysfs={self.sysfs}", f"--collector.nvidia.library={self.library}", *flags)


@contextlib.contextmanager
def host(gpus=8, script=EIGHT):
    with tempfile.TemporaryDirectory() as folder:
        made = Host(folder, gpus)
        made.script(script)
        yield made


def scrape(agent, path="/metrics"):
    answer = agent.get(path, headers=HEADERS)
    equal(answer.status, 200)
    return answer


def cpu_seconds(agent):
    with open(f"/proc/{agent.process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kilobytes(agent):
    with open(f"/proc/{agent.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def descriptors(agent):
    return len(os.listdir(f"/proc/{agent.process.pid}/fd"))


def maps(agent):
    with open(f"/proc/{agent.process.pid}/maps") as file:
        return file.read()


def count(page, start):
    return sum(1 for series in page.series if series.startswith(start))


def thread_names(agent):
    folder = f"/proc/{agent.process.pid}/task"
    names = []
    for task in os.listdir(folder):
        with open(f"{folder}/{task}/comm") as file:
            names.append(file.read().strip())
    return names


def eight():
    with host() as made, made.agent() as agent:
        page = scrape(agent).page
        equal(count(page, "host_gpu_info{"), 8, "GPUs")
        equal(count(page, "sunflower_gpu_usage_percent{"), 8, "Daena's GPUs")
        equal(page.samples['daena_device_available{device_type="gpu"}'], "1")
        equal(count(page, 'host_device_state{'), count(page, 'host_device_available{'), "one state each")
        equal(page.states()["nvidia"], "ok")
        for path in ("/metrics?collect[]=nvidia", "/metrics"):
            for _ in range(20):
                scrape(agent, path)
            before = cpu_seconds(agent)
            for _ in range(300):
                scrape(agent, path)
            cost = (cpu_seconds(agent) - before) / 300 * 1e3
            print(f"  {path}: {cost:.2f} ms of CPU per scrape with 8 GPUs", flush=True)
            check(cost <= 5, f"{path} costs {cost:.2f} ms")


def none():
    with host(gpus=0) as made, made.agent() as agent:
        page = scrape(agent).page
        scrape(agent)
        equal(page.states()["nvidia"], "no_device")
        equal(count(page, "host_gpu_"), 0)
        check('device_type="gpu"' not in "".join(page.series), "a GPU that nobody expects")
        check("libnvidia-ml" not in maps(agent), "the library is loaded without a GPU")
        check("hx-nvml" not in thread_names(agent), "a thread without a GPU")


def hang():
    with host() as made, made.agent() as agent:
        scrape(agent)
        time.sleep(1.2)
        whole = scrape(agent).page
        made.script(EIGHT + "gpu 3 call DeviceGetUtilizationRates hang forever\n")
        first = scrape(agent)
        check(first.seconds < 2.4, f"the first page took {first.seconds:.2f} s")
        one_hurt(first.page, whole)
        threads = agent.threads()
        before = cpu_seconds(agent)
        slowest = 0
        for _ in range(100):
            answer = scrape(agent)
            slowest = max(slowest, answer.seconds)
            one_hurt(answer.page, whole)
        cost = (cpu_seconds(agent) - before) / 100 * 1e3
        print(f"  while a call hangs: slowest page {slowest * 1e3:.0f} ms, {cost:.2f} ms of CPU", flush=True)
        check(slowest < 0.5, f"a page took {slowest:.2f} s though the hang was known")
        check(agent.threads() <= threads, f"{threads} threads became {agent.threads()}")
        made.script(EIGHT)
        eventually(lambda: scrape(agent).page.states()["nvidia"] == "ok", "the GPU is not back")
        # Another one has long taken the place of the thread that came back.
        eventually(lambda: agent.threads() < threads, "the thread that hung is still there")
        equal(count(scrape(agent).page, "host_gpu_info{"), 8, "GPUs after the hang")


def hang_everywhere():
    with host() as made, made.agent() as agent:
        scrape(agent)
        time.sleep(1.2)
        whole = scrape(agent).page
        made.script(EIGHT + "call DeviceGetUtilizationRates hang forever\n")
        check(scrape(agent).seconds < 2.4, "the first page is late")
        # Each takes its share of a scrape, so not all are tried in the first one.
        eventually(lambda: scrape(agent).page.states()["nvidia"] == "timed_out", "not all GPUs are stuck")
        threads = agent.threads()
        for _ in range(20):
            answer = scrape(agent)
            check(answer.seconds < 0.5, f"a page took {answer.seconds:.2f} s though the hangs were known")
            hurt(answer.page, whole)
        # One for each GPU and one that waits for the next scrape.
        check(agent.threads() <= threads + 1, f"{threads} threads became {agent.threads()}")
        made.script(EIGHT)
        eventually(lambda: scrape(agent).page.states()["nvidia"] == "ok", "the GPUs are not back")
        equal(count(scrape(agent).page, "host_gpu_info{"), 8, "GPUs after the hang")


def stuck(page):
    return {series for series in page.series if 'state="stuck"' in series and series.startswith("host_device_state")}


def one_hurt(page, whole):
    """All that there was before, but for what one GPU of eight says."""
    equal(page.states()["nvidia"], "degraded")
    equal(len(stuck(page)), 1, "stuck GPUs")
    equal(page.samples['daena_device_available{device_type="gpu"}'], "1")
    equal(count(page, "host_gpu_performance_state{"), 7, "GPUs with values")
    apart = ("host_device", "host_collector_state")
    lost = {
        series for series in whole.series - page.series
        if not series.startswith(apart) and 'gpu="3"' not in series and 'gpu_id="3"' not in series
    }
    check(not lost, f"other series are lost: {sorted(lost)[:5]}")


def hurt(page, whole):
    """All that there was before, but for the values of the GPUs."""
    equal(page.states()["nvidia"], "timed_out")
    equal(len(stuck(page)), 8, "stuck GPUs")
    equal(count(page, "host_gpu_") + count(page, "sunflower_gpu_"), 0, "values of GPUs")
    equal(page.samples['daena_device_available{device_type="gpu"}'], "0")
    apart = ("host_gpu_", "sunflower_gpu_", "host_device", "host_collector_state", "host_preferred")
    lost = {series for series in whole.series - page.series if not series.startswith(apart)}
    check(not lost, f"other series are lost: {sorted(lost)[:5]}")
    others = {name: state for name, state in whole.states().items() if name != "nvidia"}
    equal({name: state for name, state in page.states().items() if name != "nvidia"}, others)


def library_missing():
    with host(gpus=1, script="profile h200\n") as made:
        os.remove(made.library)
        with made.agent() as agent:
            for _ in range(3):
                page = scrape(agent).page
            equal(page.states()["nvidia"], "library_missing")
            equal(agent.log_text().count("collector lacks a library"), 1, "lines about the library")


def end_in_a_hang():
    for symbol in ("Init_v2", "DeviceGetUtilizationRates"):
        with host(script=EIGHT + f"call {symbol} hang forever\n") as made, made.agent() as agent:
            scrape(agent)
            scrape(agent)
            _, seconds = agent.stop(timeout=8)
            check(seconds < 5, f"SIGTERM took {seconds:.1f} s while {symbol} hung")


def slow_start():
    """Without a persistence daemon the first initialisation takes seconds."""
    with host(script=EIGHT + "call Init_v2 hang 3\n") as made, made.agent() as agent:
        first = scrape(agent)
        check(first.seconds < 2.4, f"the first page took {first.seconds:.2f} s")
        equal(first.page.states()["nvidia"], "timed_out")
        limit = time.monotonic() + 10
        while scrape(agent).page.states()["nvidia"] != "ok":
            check(time.monotonic() < limit, "the GPUs do not come")
            time.sleep(0.2)
        equal(count(scrape(agent).page, "host_gpu_info{"), 8, "GPUs")


def growth():
    flags = ("--collector.nvidia.nvlinks", "--collector.nvidia.gpm", "--collector.nvidia.processes=5")
    script = EIGHT + "gpu * process compute 4711 1000000 times 20\n"
    with host(script=script) as made, made.agent(*flags) as agent:
        for _ in range(300):
            scrape(agent)
        memory, files, threads = resident_kilobytes(agent), descriptors(agent), agent.threads()
        for _ in range(2000):
            scrape(agent)
        grown = resident_kilobytes(agent) - memory
        print(f"  2,000 scrapes: {memory} kB resident before, {grown:+d} kB after", flush=True)
        check(grown < 1024, f"memory grew by {grown} kB")
        check(descriptors(agent) <= files + 1, f"{files} descriptors became {descriptors(agent)}")
        check(agent.threads() <= threads, f"{threads} threads became {agent.threads()}")


def let_go():
    """SIGUSR1 lets go of the library and its handles for the release time; then they are taken again."""
    with host(gpus=2, script="profile h200\ngpus 2\n") as made, made.agent(
            "--collector.nvidia.release-time=1s") as agent:
        equal(scrape(agent).page.states()["nvidia"], "ok")
        agent.process.send_signal(signal.SIGUSR1)
        eventually(lambda: count(scrape(agent).page, "host_gpu_info{") == 0, "the GPUs are still held")
        check(agent.process.poll() is None, "the agent has ended")
        eventually(lambda: scrape(agent).page.states()["nvidia"] == "ok", "the GPUs were not taken again")
        equal(count(scrape(agent).page, "host_gpu_info{"), 2, "GPUs")


def reload():
    """A reload that changes a collector keeps the numbers of the GPUs, also of one that is lost meanwhile."""
    with host(gpus=3, script="profile h200\ngpus 3\n") as made:
        configuration = os.path.join(os.path.dirname(made.sysfs), "config.yml")
        write(configuration, "collector.netstat: true\n")
        with made.agent(f"--config.file={configuration}") as agent:
            def shown():
                return {one for one in scrape(agent).page.series if one.startswith("host_gpu_memory_total_bytes{")}

            equal(shown(), {f'host_gpu_memory_total_bytes{{gpu="{number}"}}' for number in range(3)})
            made.script("profile h200\ngpus 3\ngpu 0 state lost\n")
            eventually(lambda: len(shown()) == 2, "the GPU is not lost")
            usage = 'daena_memory_metric{name="cpu_usage"}'
            eventually(lambda: usage in scrape(agent).page.series, "no CPU usage")
            write(configuration, "collector.netstat: false\n")
            agent.process.send_signal(signal.SIGHUP)
            eventually(lambda: "netstat" not in scrape(agent).page.states(), "the change was not taken over")
            # CPU samples go on as well: no second without a rate.
            check(usage in scrape(agent).page.series, "no CPU usage")
            equal(shown(), {f'host_gpu_memory_total_bytes{{gpu="{number}"}}' for number in (1, 2)})


suite([
    ("eight GPUs cost at most 5 ms of CPU a page", eight),
    ("without a GPU nothing is loaded and no thread runs", none),
    ("a call that hangs costs its GPU's values and nothing else", hang),
    ("where every GPU hangs the rest of the page stays", hang_everywhere),
    ("a library that is missing for a GPU is one line in the log", library_missing),
    ("SIGTERM ends the agent while a call hangs", end_in_a_hang),
    ("a slow first initialisation delays only itself", slow_start),
    ("SIGUSR1 lets go of the GPUs for a time", let_go),
    ("a reload keeps the GPUs' numbers", reload),
    ("2,000 scrapes leave memory, descriptors and threads as they were", growth),
])
