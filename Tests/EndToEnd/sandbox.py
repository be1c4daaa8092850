# SPDX-License-Identifier: Apache-2.0
"""Sandboxes that refuse sockets of netlink: what /proc has as well is read there, and the log says so once."""

import ctypes
import errno
import os
import platform
import struct

from harness import Agent, Skip, check, equal, run, suite, write

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
# Numbers of socket(2), from asm/unistd.h.
SOCKET = {"x86_64": 41, "aarch64": 198}
# Instructions of a filter, from linux/bpf_common.h: load a word, jump where it equals, return.
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
AF_NETLINK = 16

libc = ctypes.CDLL(None, use_errno=True)

DEV = """Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     101       2    0    0    0     0          0         0      101       2    0    0    0     0       0          0
 wan0: 9000000007     30    1    0    0     0          0         0  5000000003      20    0    0    0     0       0          0
"""
ARP = """IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:00:00:00:00:01     *        wan0
192.0.2.7        0x1         0x2         02:00:00:00:00:07     *        wan0
"""


def refuse(number):
    """Makes socket(AF_NETLINK) fail in this process from now on; for the child before it becomes the agent."""
    call = SOCKET.get(platform.machine())
    if call is None:
        raise Skip(f"the number of socket(2) on {platform.machine()} is not known here")
    # Offsets in struct seccomp_data: the call's number and the low word of its first argument.
    program = b"".join(struct.pack("<HBBI", *line) for line in [
        (LOAD, 0, 0, 0), (JUMP_EQUAL, 0, 3, call), (LOAD, 0, 0, 16), (JUMP_EQUAL, 0, 1, AF_NETLINK),
        (RETURN, 0, 0, REFUSE | number), (RETURN, 0, 0, ALLOW)])
    code = ctypes.create_string_buffer(program)

    def apply():
        # In here, so that the filter's memory lives as long as its address is used.
        header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(
                PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) != 0:
            os._exit(99)
    return apply


def tree(folder):
    write(f"{folder}/proc/net/dev", DEV)
    write(f"{folder}/proc/net/arp", ARP)
    return [f"--path.procfs={folder}/proc", "--collector.disable-defaults", "--collector.netdev", "--collector.arp",
            "--collector.daena"]


def fallback(number):
    def test(folder):
        done = run("once", *tree(folder), preexec_fn=refuse(number))
        if done.returncode == 99:
            raise Skip("no seccomp filter here")
        lines = done.stdout.split("\n")
        for sample in [
                'node_network_receive_bytes_total{device="wan0"} 9.000000007e+09',
                'node_network_transmit_bytes_total{device="lo"} 101', 'node_arp_entries{device="wan0"} 2',
                'sunflower_network_bytes_total{interface="wan0",direction="recv"} 9.000000007e+09',
                'host_collector_state{collector="netdev",state="ok"} 1',
                'host_collector_state{collector="arp",state="ok"} 1']:
            check(sample in lines, f"missing: {sample}", done.stderr)
    return test


def live(folder):
    """Daena's network figures of the running kernel, which otherwise come by netlink."""
    done = run("once", "--collector.disable-defaults", "--collector.daena", preexec_fn=refuse(errno.EAFNOSUPPORT))
    if done.returncode == 99:
        raise Skip("no seccomp filter here")
    with open("/proc/net/dev") as lines:
        names = [line.split(":")[0].strip() for line in lines.readlines()[2:]]
    if not names:
        raise Skip("no interface in /proc/net/dev")
    for name in names:
        check(f'sunflower_network_bytes_total{{interface="{name}",direction="sent"}} ' in done.stdout,
              f"no figures of {name}", done.stderr)


def logged_once(folder):
    with Agent(*tree(folder), preexec_fn=refuse(errno.EPERM)) as agent:
        for _ in range(4):
            check("node_arp_entries" in agent.get().text, "no entries")
        log = agent.log_text()
    for file in ["dev", "arp"]:
        equal(log.count(f"rtnetlink is refused, /proc/net/{file} is read"), 1, f"lines on /proc/net/{file} in {log!r}")


suite([
    *((f"where netlink gives {name}, /proc is read", fallback(getattr(errno, name)))
      for name in ["EAFNOSUPPORT", "EPERM", "EACCES"]),
    ("the running kernel's interfaces are read in /proc/net/dev", live),
    ("the other way is logged once", logged_once),
])
