# SPDX-License-Identifier: Apache-2.0
"""Starts the virtual machine, does what its scenarios ask of the hardware, and prints what they found.

    host.py CACHE PAYLOAD.img
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time

CACHE, PAYLOAD = sys.argv[1:3]
# Scenarios are in the guest for good, so a run that takes longer than this hangs.
LIMIT = float(os.environ.get("VM_SECONDS", "1500"))
SCSI_DISKS = "abcdefg"


def image(name, size):
    """An empty disk."""
    path = os.path.join(CACHE, name)
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def machine(folder):
    """The command line of the machine: four CPUs in two sockets and two NUMA nodes, and hardware of all kinds."""
    command = [
        "qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot",
        # Several emulator threads end the emulator now and then.
        "-machine", "q35", "-accel", "tcg,thread=single", "-cpu", "max",
        "-smp", "4,sockets=2,cores=2,threads=1", "-m", "1536",
        "-object", "memory-backend-ram,id=ram0,size=1024M", "-object", "memory-backend-ram,id=ram1,size=512M",
        "-numa", "node,nodeid=0,cpus=0-1,memdev=ram0", "-numa", "node,nodeid=1,cpus=2-3,memdev=ram1",
        "-kernel", os.path.join(CACHE, "vmlinuz"), "-initrd", os.path.join(CACHE, "initrd"),
        "-append", "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 systemd.show_status=0 psi=1 "
        "nmi_watchdog=0",
        "-serial", f"file:{folder}/console.log",
        "-acpitable", f"file={CACHE}/battery.aml",
        "-drive", f"file={CACHE}/root.img,if=none,id=root,format=raw,snapshot=on",
        "-device", "virtio-blk-pci,drive=root",
        "-drive", f"file={PAYLOAD},if=none,id=payload,format=raw,read-only=on",
        "-device", "virtio-blk-pci,drive=payload",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=control,path={folder}/control,server=on,wait=off",
        "-device", "virtserialport,chardev=control,name=control",
        "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
        "-device", "pcie-root-port,id=port0,chassis=1", "-device", "pcie-root-port,id=port1,chassis=2",
        "-device", "pcie-root-port,id=port2,chassis=3",
        "-device", "virtio-scsi-pci,id=scsi", "-device", "qemu-xhci,id=usb",
        "-device", "i6300esb", "-device", "ipmi-bmc-sim,id=bmc", "-device", "isa-ipmi-kcs,bmc=bmc",
    ]
    for number, place in enumerate(["pcie.0", "port0"]):
        path = image(f"nvme{number}.img", 320 << 20)
        command += ["-drive", f"file={path},if=none,id=nvme{number},format=raw",
                    "-device", f"nvme,id=nvmedev{number},serial=HE{number},drive=nvme{number},bus={place}"]
    for name in SCSI_DISKS:
        path = image(f"sd{name}.img", 128 << 20)
        command += ["-drive", f"file={path},if=none,id=sd{name},format=raw",
                    "-device", f"scsi-hd,id=scsidev{name},drive=sd{name},bus=scsi.0"]
    path = image("usb.img", 64 << 20)
    command += ["-drive", f"file={path},if=none,id=usbdisk,format=raw",
                "-device", "usb-storage,id=usbdev,drive=usbdisk,bus=usb.0"]
    for number, place in enumerate(["pcie.0", "pcie.0", "pcie.0", "port1"]):
        model = "e1000e" if number == 0 else "virtio-net-pci"
        command += ["-netdev", f"hubport,id=net{number},hubid={number}",
                    "-device", f"{model},id=nic{number},netdev=net{number},bus={place}"]
    return command


class QMP:
    """The emulator's control socket: one JSON object a line, docs/interop/qmp-spec of QEMU."""

    def __init__(self, path):
        self.socket = connected(path)
        self.lines = self.socket.makefile("r")
        self.lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self.lines.readline())
            if "return" in answer or "error" in answer:
                return answer


def connected(path):
    """A connection to a socket that may not be there yet."""
    end = time.monotonic() + 30
    while True:
        try:
            found = socket.socket(socket.AF_UNIX)
            found.connect(path)
            return found
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def serve(control, qmp):
    """Answers the scenarios until they end; what they said last."""
    for line in control.makefile("r", errors="replace"):
        verb, _, rest = line.rstrip("\n").partition(" ")
        if verb == "print":
            print(rest, flush=True)
        elif verb == "device_del":
            answer = qmp.ask("device_del", id=rest)
            control.sendall((json.dumps(answer) + "\n").encode())
        elif verb == "end":
            return rest
    return "the machine went away"


def main():
    folder = os.path.join(CACHE, "run")
    subprocess.run(["rm", "-rf", folder], check=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "qemu.log"), "wb") as log:
        emulator = subprocess.Popen(machine(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    hang = threading.Timer(LIMIT, emulator.kill)
    hang.daemon = True
    hang.start()
    try:
        qmp = QMP(os.path.join(folder, "qmp"))
        said = serve(connected(os.path.join(folder, "control")), qmp)
    finally:
        emulator.kill()
        emulator.wait()
    print(f"test-vm: {said}", flush=True)
    if not said.endswith("0 failed") and ", 0 failed" not in said:
        print(f"the machine's console is in {folder}/console.log, the emulator's words in {folder}/qemu.log")
        return 1
    return 0


sys.exit(main())
