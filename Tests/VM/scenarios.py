# SPDX-License-Identifier: Apache-2.0
"""What happens to the virtual machine's hardware, and what both exporters have to say of it."""

import glob
import os
import re
import subprocess
import time

from pages import Differences, compare, fetch, until_up

OURS, PEERS = 9100, 9101
# What needs a server or hardware counters that the emulator does not have; their absence is tried elsewhere.
LEFT_OUT = {"ntp", "supervisord", "runit", "perf"}


def sh(command, wrong_is_fine=False):
    """What a shell command printed; a failure is the scenario's unless it is fine."""
    done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=240, check=False, stdin=subprocess.DEVNULL)
    if done.returncode and not wrong_is_fine:
        raise AssertionError(f"{command}: {done.returncode}: {done.stdout.strip()[-300:]}")
    return done.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def eventually(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not in {seconds} s: {what}")
        time.sleep(0.2)


class Bench:
    """Both exporters, the host's ear, and what was found."""

    def __init__(self, port):
        self.port = port
        self.known = Differences("/payload/differences.txt")
        self.passed = self.failed = 0
        self.processes = []

    def say(self, text):
        for line in str(text).splitlines():
            self.port.write(f"print {line}\n".encode())

    def unplug(self, device):
        """Takes a device out of the machine."""
        self.port.write(f"device_del {device}\n".encode())
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self.port.read(1) or b""
        if b"error" in answer:
            raise AssertionError(answer.decode())

    def start(self):
        names = re.findall(r"--(?:\[no-\])?collector\.([a-z_0-9]+)\s+Enable the",
                           sh("/payload/node_exporter --help 2>&1"))
        both = [name for name in names if name not in LEFT_OUT]
        ours = re.findall(r"--\[no-\]collector\.([a-z_0-9]+)$", sh("/payload/host-exporter --help 2>&1"), re.M)
        self.check(len(both) > 40, f"the peer has {len(both)} collectors")
        unknown = sorted(set(both) - set(ours))
        if unknown:
            self.say(f"  the agent has no collectors {' '.join(unknown)}")
        flags = [f"--collector.{name}" for name in both if name not in unknown]
        none = [f"--no-collector.{name}" for name in unknown] + [
            f"--no-collector.{name}" for name in LEFT_OUT if name in names]
        more = ["--collector.systemd.enable-task-metrics", "--collector.systemd.enable-restarts-metrics",
                "--collector.systemd.enable-start-time-metrics"] if "systemd" not in unknown else []
        # Both with one filter: Debian's package of the peer leaves out /run, /mnt and /media.
        os.makedirs("/run/textfile", exist_ok=True)
        write("/run/textfile/one.prom", "vm_test 1\n")
        more += ["--collector.textfile.directory=/run/textfile",
                 "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/credentials/.+)($|/)"]
        for binary, port, rest in (("host-exporter", OURS, []), ("node_exporter", PEERS, none)):
            log = open(f"/run/{binary}.log", "wb")  # pylint: disable=consider-using-with
            command = [f"/payload/{binary}", f"--web.listen-address=127.0.0.1:{port}", *flags, *more, *rest]
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
        until_up(OURS)
        until_up(PEERS)

    def compare(self):
        """Our page between two of the peer's; what moves differs once, what is wrong each time."""
        wrong = None
        for _ in range(4):
            before = fetch(PEERS)
            ours = fetch(OURS)
            after = fetch(PEERS)
            agreed, found = compare(before, ours, after, self.known)
            # A value that moves is not twice wrong by the same words: what counts is the kind and the series.
            found = {line.rsplit("}", 1)[0] if "}" in line else line.split(" ")[1]: line for line in found}
            wrong = found if wrong is None else {key: found[key] for key in wrong if key in found}
            if not wrong:
                return f"{agreed} series alike"
        lines = sorted(wrong.values())
        more = f"\n… and {len(lines) - 25} more" if len(lines) > 25 else ""
        raise AssertionError("\n".join(lines[:25]) + more)

    def first_is_next(self):
        """The first page after a change has the series that the next one has; what differs later too just moves."""
        pages = [set(fetch(OURS).node()) for _ in range(4)]
        moving = (pages[1] ^ pages[2]) | (pages[2] ^ pages[3])
        odd = sorted(key for key in (pages[0] ^ pages[1]) - moving if not self.known.has("moves", key))
        if odd:
            raise AssertionError("on one of two pages after the change: " + ", ".join(odd[:20]))

    def check(self, condition, what):
        if not condition:
            raise AssertionError(what)

    def has(self, key, value=None):
        found = fetch(OURS).value(key)
        self.check(found is not None and (value is None or found == value), f"{key} is {found}, not {value}")

    def attempt(self, title, body):
        start = time.monotonic()
        try:
            said = body(self)
        except Exception as error:  # one scenario must not keep the others from running
            self.failed += 1
            self.say(f"  FAILED: {title}: {type(error).__name__}: {error}")
        else:
            self.passed += 1
            self.say(f"  passed: {title} ({time.monotonic() - start:.0f} s){': ' + said if said else ''}")
        if any(process.poll() is not None for process in self.processes):
            log = sh("tail -n 5 /run/host-exporter.log /run/node_exporter.log", True)
            raise AssertionError(f"an exporter ended: {log}")


# What the machine is given before both exporters start.
def prepare(bench):
    for module in ["md_mod", "raid1", "raid456", "bonding", "dummy", "8021q", "bridge", "ip_vs", "ip_vs_rr",
                   "nf_conntrack", "xfrm_user", "btrfs", "xfs", "zram", "nfs", "nfsd", "dm_mod", "ipmi_si",
                   "ipmi_devintf", "i6300esb", "battery", "ac", "thermal", "scsi_debug ptype=1", "mac80211_hwsim",
                   "test_power", "drbd", "rdma_rxe", "st"]:
        sh(f"modprobe {module}", True)
    sh("udevadm settle", True)
    for command in [
        "ip link set eth0 up", "ip link set eth3 up",
        "ip link add bond0 type bond mode active-backup miimon 100",
        "ip link set eth1 master bond0", "ip link set eth2 master bond0", "ip link set bond0 up",
        "ip addr add 10.9.0.1/24 dev bond0",
        "ip link add link eth0 name eth0.7 type vlan id 7", "ip link add br0 type bridge",
        "ip link set eth3 master br0", "ip link set br0 up", "ip link property add dev eth0 altname uplink",
        "rdma link add rxe0 type rxe netdev eth0 || true",
        "ip addr add 10.9.1.1/24 dev eth0", "ip route add 10.77.0.0/16 via 10.9.1.2",
        "tc qdisc add dev eth0 root fq_codel || true",
        "ipvsadm -A -t 10.9.0.1:80 -s rr && ipvsadm -a -t 10.9.0.1:80 -r 10.9.1.3:80",
        "ip xfrm state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1 mode tunnel enc 'ecb(cipher_null)' '' || true",
        "yes | mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --assume-clean /dev/sda /dev/sdb",
        "yes | mdadm --create /dev/md1 --run --level=5 --raid-devices=3 --assume-clean /dev/sdc /dev/sdd /dev/sde",
        "mkfs.ext4 -q /dev/md0 && mkdir -p /srv/md && mount /dev/md0 /srv/md",
        "mkfs.xfs -q -f /dev/nvme0n1 && mkdir -p /srv/xfs && mount /dev/nvme0n1 /srv/xfs",
        "mkfs.btrfs -q -f /dev/sdf && mkdir -p /srv/btrfs && mount /dev/sdf /srv/btrfs",
        "echo 64M >/sys/block/zram0/disksize && mkswap /dev/zram0 >/dev/null && swapon /dev/zram0",
        "dmsetup create slow --table \"0 $(blockdev --getsz /dev/sdg) linear /dev/sdg 0\"",
        "mkfs.ext4 -q /dev/mapper/slow && mkdir -p /srv/slow && mount /dev/mapper/slow /srv/slow",
        "mkdir -p /srv/sub /mnt/sub && mount -t tmpfs -o size=1M tmpfs /srv/sub && mount --bind /srv/xfs /mnt/sub",
    ]:
        sh(command)
    write("/run/systemd/system/fails.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n")
    write("/run/systemd/system/comes.service", "[Service]\nExecStart=/bin/sleep infinity\n")
    write("/run/systemd/system/comes.timer", "[Timer]\nOnBootSec=10h\n")
    sh("systemctl daemon-reload; systemctl start comes.service comes.timer; systemctl start fails.service || true")
    # Another namespace is no business of this one.
    sh("ip netns add other", True)
    kernel = sh("uname -r").strip()
    cpus = len(glob.glob("/sys/devices/system/cpu/cpu[0-9]*"))
    nodes = len(glob.glob("/sys/devices/system/node/node[0-9]*"))
    bench.check(cpus == 4 and nodes == 2, f"{cpus} CPUs in {nodes} nodes")
    return f"Linux {kernel}"


def everything(bench):
    for key in ['node_md_state{device="md0",state="active"}', 'node_bonding_slaves{master="bond0"}',
                'node_xfs_extent_allocation_extents_allocated_total{']:
        if not any(found.startswith(key.split("{")[0]) for found in fetch(OURS).series):
            raise AssertionError(f"no {key}")
    return bench.compare()


def after(change):
    """A scenario: a change, then the first page against the next, then both exporters."""
    def body(bench):
        change(bench)
        bench.first_is_next()
        return bench.compare()
    return body


def degrade(bench):
    sh("mdadm /dev/md0 --fail /dev/sda")
    eventually(lambda: "_U" in open("/proc/mdstat", encoding="utf-8").read(), "md0 degraded")
    bench.has('node_md_disks{device="md0",state="failed"}', 1)


def fail_while_scraped(bench):
    for number in range(4):
        fetch(OURS)
        if number == 1:
            sh("mdadm /dev/md1 --fail /dev/sdc")
        if number == 2:
            sh("mdadm /dev/md1 --remove /dev/sdc", True)


def stop_array(bench):
    sh("mdadm --stop /dev/md1")
    eventually(lambda: not os.path.exists("/sys/block/md1/md"), "md1 gone")


def slave_down(bench):
    sh("ip link set eth1 down")
    eventually(lambda: "down" in open("/proc/net/bonding/bond0", encoding="utf-8").read(), "the slave is down")


def links_come_and_go(bench):
    sh("ip link del eth0.7; ip link add link eth0 name eth0.8 type vlan id 8; ip link add dummy7 type dummy")


def unplug_link(bench):
    bench.unplug("nic3")
    eventually(lambda: not os.path.exists("/sys/class/net/eth3"), "eth3 gone")


def unplug_nvme(bench):
    bench.unplug("nvmedev1")
    eventually(lambda: not os.path.exists("/sys/class/nvme/nvme1"), "nvme1 gone")


def unplug_scsi(bench):
    bench.unplug("scsideva")
    eventually(lambda: not os.path.exists("/sys/block/sda"), "sda gone")


def unplug_usb(bench):
    bench.unplug("usbdev")
    eventually(lambda: not glob.glob("/sys/block/*/device/../../../../../usb*"), "the USB disk is gone")
    time.sleep(1)


def cpu_offline(bench):
    write("/sys/devices/system/cpu/cpu1/online", "0")


def socket_offline(bench):
    for number in (2, 3):
        write(f"/sys/devices/system/cpu/cpu{number}/online", "0")


def cpus_back(bench):
    for number in (1, 2, 3):
        write(f"/sys/devices/system/cpu/cpu{number}/online", "1")


def swap_off(bench):
    sh("swapoff /dev/zram0")


def btrfs_gone(bench):
    sh("umount /srv/btrfs")


def covered(bench):
    sh("mount -t tmpfs -o size=2M covers /srv/xfs")


def units(bench):
    sh("systemctl stop comes.service; systemctl reset-failed fails.service; systemctl start comes.service")


def watchdog(bench):
    # Opening it starts it; the letter V lets it stop again.
    with open("/dev/watchdog0", "wb", buffering=0) as dog:
        fetch(OURS)
        dog.write(b"V")


def suspended(bench):
    """A file system on a device that answers nobody: its figures are gone, all else stays, nobody hangs."""
    sh("dmsetup suspend --noflush --nolockfs slow")
    try:
        subprocess.Popen(["sh", "-c", "echo x >/srv/slow/file; sync -f /srv/slow"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        start = time.monotonic()
        page = fetch(OURS, timeout=30)
        bench.check(time.monotonic() - start < 25, "the scrape took too long")
        bench.check("node_load1" in page.series, "no load")
    finally:
        sh("dmsetup resume slow")


def dead_nfs(bench):
    """A hard mount whose server is gone."""
    write("/etc/exports", "/srv/nfs 127.0.0.1(rw,no_root_squash,insecure,fsid=1)\n")
    sh("mkdir -p /srv/nfs /mnt/nfs; mount -t tmpfs -o size=4M tmpfs /srv/nfs; systemctl start rpcbind || true")
    sh("mount -t nfsd nfsd /proc/fs/nfsd || true; exportfs -ra; rpc.nfsd 2; rpc.mountd")
    sh("mount -t nfs -o vers=4.2,hard,timeo=20,retrans=1 127.0.0.1:/ /mnt/nfs || mount -t nfs -o vers=4,hard "
       "127.0.0.1:/srv/nfs /mnt/nfs")
    fetch(OURS)
    alike = bench.compare()
    sh("rpc.nfsd 0")
    try:
        start = time.monotonic()
        page = fetch(OURS, timeout=40)
        bench.check(time.monotonic() - start < 30, "the scrape took too long")
        bench.check("node_load1" in page.series, "no load")
        page = fetch(OURS, timeout=40)
        stuck = [key for key in page.series if key.startswith("node_filesystem_device_error{") and "/mnt/nfs" in key]
        bench.check(stuck and page.series[stuck[0]] == 1, f"the dead mount is not said: {stuck}")
    finally:
        sh("rpc.nfsd 2")
        eventually(lambda: sh("stat -f /mnt/nfs >/dev/null && echo yes", True).strip() == "yes", "NFS is back", 90)
    eventually(lambda: 'mountpoint="/mnt/nfs"' in "".join(
        key for key in fetch(OURS).series if key.startswith("node_filesystem_size_bytes")), "the mount is back", 60)
    return alike


def many_mounts(bench):
    sh("mkdir -p /run/many; for i in $(seq 400); do mkdir -p /run/many/$i; mount -t tmpfs -o size=1M m$i /run/many/$i; "
       "done")


SCENARIOS = [
    ("hardware of all kinds is there", prepare),
    ("both exporters start", lambda bench: bench.start()),
    ("everything, side by side", everything),
    ("an array loses a disk", after(degrade)),
    ("an array fails while it is scraped", after(fail_while_scraped)),
    ("an array is stopped", after(stop_array)),
    ("a bond's slave goes down", after(slave_down)),
    ("links come and go", after(links_come_and_go)),
    ("a network card is pulled", after(unplug_link)),
    ("an NVMe disk is pulled", after(unplug_nvme)),
    ("a SCSI disk is pulled", after(unplug_scsi)),
    ("a USB disk is pulled", after(unplug_usb)),
    ("a CPU goes offline", after(cpu_offline)),
    ("a socket goes offline", after(socket_offline)),
    ("the CPUs come back", after(cpus_back)),
    ("swap goes", after(swap_off)),
    ("a btrfs is unmounted", after(btrfs_gone)),
    ("a mount is covered by another", after(covered)),
    ("units stop, start and fail", after(units)),
    ("a watchdog is opened", after(watchdog)),
    ("a device under a file system is suspended", suspended),
    ("an NFS server stops under a hard mount", dead_nfs),
    ("400 mounts", after(many_mounts)),
]


def run(port):
    bench = Bench(port)
    wanted = os.environ.get("VM_SCENARIOS")
    for title, body in SCENARIOS:
        if wanted and not re.search(wanted, title):
            continue
        bench.attempt(title, body)
        if bench.failed and title in ("hardware of all kinds is there", "both exporters start"):
            break
    return f"{bench.passed} passed, {bench.failed} failed"
