#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the trees of a large host, for measurements: /proc, /sys and a root folder for its mounts.

    largehost.py FOLDER [--scale 1.0]

At scale 1 it has 256 CPUs, 512 disks with two partitions each, 401 network interfaces and 2,000 mounts, which with
node_exporter's default collectors is about 40,000 series. An exporter reads it with the flags that this prints. Figures
are made up and always the same.
"""

import argparse
import os
import random

FLAGS = ["--path.procfs={0}/proc", "--path.sysfs={0}/sys", "--path.rootfs={0}/root", "--path.udev.data={0}/udev",
         "--no-collector.netdev.netlink", "--no-collector.arp.netlink"]
INTERRUPTS = ("NMI", "LOC", "SPU", "PMI", "IWI", "RTR", "RES", "CAL", "TLB", "TRM", "THR", "DFR", "MCE", "MCP")
SOFTIRQS = ("HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU")
NET_ATTRIBUTES = {
    "addr_assign_type": 0, "addr_len": 6, "address": "02:00:00:00:00:01", "broadcast": "ff:ff:ff:ff:ff:ff", "carrier": 1,
    "carrier_changes": 3, "carrier_down_count": 1, "carrier_up_count": 2, "dev_id": "0x0", "dormant": 0,
    "duplex": "full", "flags": "0x1003", "ifalias": "", "iflink": 2, "link_mode": 0, "mtu": 1500,
    "name_assign_type": 4, "netdev_group": 0, "operstate": "up", "proto_down": 0, "speed": 10000, "tx_queue_len": 1000,
    "type": 1}


class Host:
    def __init__(self, folder, scale):
        self.folder = folder
        self.random = random.Random(1)
        self.cpus = max(2, round(256 * scale))
        self.disks = max(1, round(512 * scale))
        self.interfaces = max(1, round(401 * scale))
        self.mounts = max(1, round(2_000 * scale))

    def write(self, path, text):
        path = f"{self.folder}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text if text.endswith("\n") else f"{text}\n")

    def numbers(self, count, top=10**9):
        return [self.random.randrange(top) for _ in range(count)]

    def make(self):
        self.make_system()
        self.make_cpus()
        self.make_tables()
        self.make_disks()
        self.make_interfaces()
        self.make_mounts()
        os.makedirs(f"{self.folder}/udev", exist_ok=True)

    def make_system(self):
        self.write("proc/loadavg", "12.01 11.50 10.99 31/9000 77777")
        self.write("proc/meminfo", "".join(
            f"{name + ':':<16}{size:>10} kB\n" for name, size in (
                ("MemTotal", 1056442112), ("MemFree", 400120004), ("MemAvailable", 700998877), ("Buffers", 1204420),
                ("Cached", 290123456), ("SwapTotal", 0), ("SwapFree", 0), ("Dirty", 4400), ("Slab", 20448812))))
        self.write("proc/vmstat", "".join(
            f"{name} {value}\n" for name, value in zip(
                ["nr_free_pages", "pgpgin", "pgpgout", "pswpin", "pswpout", "pgfault", "pgmajfault", "oom_kill"],
                self.numbers(8))))
        self.write("proc/sys/fs/file-nr", "40960\t0\t9223372036854775807")
        self.write("proc/sys/kernel/random/entropy_avail", "256")
        self.write("proc/sys/kernel/random/poolsize", "256")
        for kind in ("cpu", "io", "memory"):
            self.write(f"proc/pressure/{kind}", "".join(
                f"{who} avg10=0.00 avg60=0.10 avg300=0.20 total={self.numbers(1)[0]}\n" for who in ("some", "full")))

    def make_cpus(self):
        cpu = "sys/devices/system/cpu"
        lines = ["cpu  " + " ".join(map(str, self.numbers(10)))]
        schedstat = ["version 16", "timestamp 4295000000"]
        softnet = []
        for number in range(self.cpus):
            lines.append(f"cpu{number} " + " ".join(map(str, self.numbers(10, 10**8))))
            schedstat.append(f"cpu{number} 0 0 0 0 0 0 " + " ".join(map(str, self.numbers(3, 10**14))))
            columns = self.numbers(3, 2**31) + [0] * 8 + [0, number, 0, 0]
            softnet.append(" ".join(f"{value:08x}" for value in columns))
            place = f"{cpu}/cpu{number}"
            self.write(f"{place}/topology/core_id", str(number // 2 % 64))
            self.write(f"{place}/topology/physical_package_id", str(number * 2 // self.cpus))
            self.write(f"{place}/thermal_throttle/core_throttle_count", "0")
            self.write(f"{place}/thermal_throttle/package_throttle_count", "0")
            for name, value in (("scaling_cur_freq", 2400000 + number), ("scaling_min_freq", 800000),
                                ("scaling_max_freq", 3800000), ("cpuinfo_min_freq", 800000),
                                ("cpuinfo_max_freq", 3800000), ("scaling_governor", "performance"),
                                ("scaling_available_governors", "performance powersave")):
                self.write(f"{place}/cpufreq/{name}", str(value))
        total = self.numbers(1)[0]
        lines += [f"intr {total} " + " ".join(["0"] * 1_000), "ctxt 99887766", "btime 1700000000", "processes 812345",
                  "procs_running 31", "procs_blocked 1", "softirq " + " ".join(map(str, self.numbers(11)))]
        self.write("proc/stat", "\n".join(lines))
        self.write("proc/schedstat", "\n".join(schedstat))
        self.write("proc/net/softnet_stat", "\n".join(softnet))
        self.write(f"{cpu}/online", f"0-{self.cpus - 1}")
        self.write(f"{cpu}/isolated", "\n")
        self.write("proc/cpuinfo", "\n".join(
            f"processor\t: {number}\nvendor_id\t: GenuineIntel\ncpu MHz\t\t: 2400.000\n" for number in range(self.cpus)))

    def make_tables(self):
        head = " " * 5 + "".join(f"{'CPU%d' % number:>11}" for number in range(self.cpus)) + "\n"

        def row(name, top):
            return f"{str(name) + ':':>5}" + "".join(f"{value:>11}" for value in self.numbers(self.cpus, top))

        rows = [row(number, 3) + f"  IR-PCI-MSIX-0000:{number:02x}:00.0  {number}-edge  nvme{number}q1\n"
                for number in range(24, 24 + max(4, self.cpus // 2))]
        rows += [row(name, 10**7) + f"   {name} interrupts\n" for name in INTERRUPTS]
        self.write("proc/interrupts", head + "".join(rows) + "  ERR:          0\n")
        self.write("proc/softirqs", head + "".join(row(name, 10**7) + "\n" for name in SOFTIRQS))
        self.write("proc/net/arp", "IP address       HW type     Flags       HW address            Mask     Device\n" + "".join(
            f"10.0.{n // 250}.{n % 250 + 1}       0x1         0x2         02:00:00:00:00:01     *        eth{n}\n"
            for n in range(self.interfaces)))

    def make_disks(self):
        lines = []
        for number in range(self.disks):
            for minor, name in enumerate([f"nvme{number}n1", f"nvme{number}n1p1", f"nvme{number}n1p2"]):
                lines.append(f" 259 {number * 3 + minor:>7} {name} " + " ".join(map(str, self.numbers(17, 10**8))))
            queue = f"sys/block/nvme{number}n1/queue"
            self.write(f"{queue}/rotational", "0")
            self.write(f"sys/block/nvme{number}n1/stat", "0")
        self.write("proc/diskstats", "\n".join(lines))

    def make_interfaces(self):
        lines = ["Inter-|   Receive                                                |  Transmit",
                 " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls"
                 " carrier compressed"]
        for number in range(self.interfaces):
            lines.append(f"eth{number}: " + " ".join(map(str, self.numbers(16, 10**12))))
            for name, value in NET_ATTRIBUTES.items():
                self.write(f"sys/class/net/eth{number}/{name}", str(value))
            self.write(f"sys/class/net/eth{number}/ifindex", str(number + 2))
        self.write("proc/net/dev", "\n".join(lines))

    def make_mounts(self):
        """Folders of this machine stand for the mounts, so that statfs(2) answers."""
        lines = ["20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw"]
        os.makedirs(f"{self.folder}/root", exist_ok=True)
        for number in range(self.mounts):
            point = f"/srv/volume{number}"
            os.makedirs(f"{self.folder}/root{point}", exist_ok=True)
            lines.append(f"{number + 30} 20 259:{number} / {point} rw,relatime shared:{number + 2} - xfs /dev/mapper/v{number} rw")
        self.write("proc/1/mountinfo", "\n".join(lines))
        self.write("proc/self/mountinfo", "\n".join(lines))


def make(folder, scale=1.0):
    """Makes the trees below a folder, which must be empty, and returns the flags with which they are read."""
    Host(folder, scale).make()
    return [flag.format(folder) for flag in FLAGS]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--scale", type=float, default=1.0, help="how large, 1 for 256 CPUs")
    args = parser.parse_args()
    print(" ".join(make(os.path.abspath(args.folder), args.scale)))


if __name__ == "__main__":
    main()
