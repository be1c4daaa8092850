# SPDX-License-Identifier: Apache-2.0
"""A small FUSE file system whose reads and statfs can be made to hang, spoken directly over /dev/fuse.

Source: include/uapi/linux/fuse.h of the kernel. While it hangs, requests are kept and never answered, interrupts
included, which is what a dead server looks like: whoever asked sleeps where no signal reaches.
"""

import ctypes
import errno
import os
import struct
import threading

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE, FLUSH, INIT = 1, 2, 3, 14, 15, 17, 18, 25, 26
OPENDIR, READDIR, RELEASEDIR, ACCESS, INTERRUPT, DESTROY, BATCH_FORGET = 27, 28, 29, 34, 36, 38, 42
DIRECT_IO = 1
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
MNT_DETACH = 2
CLONE_NEWNS = 0x20000

libc = ctypes.CDLL(None, use_errno=True)


def system_call(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    texts = [text.encode() if text is not None else None for text in (source, target, kind)]
    system_call("mount", *texts, ctypes.c_ulong(flags), data.encode() if data is not None else None)


def bind(source, target):
    mount(source, target, None, MS_BIND)


def private_mounts():
    """Gives this process and its children a mount namespace of their own."""
    system_call("unshare", CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)


class HangingFileSystem:
    """Files by name with their content, below one directory."""

    def __init__(self, target, files):
        self.target = target
        self.names = sorted(files)
        self.contents = [files[name] for name in self.names]
        self.lock = threading.Lock()
        self.hangs = False
        self.held = []  # (opcode, unique, node, body) of requests that wait.
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        mount("hanging", target, "fuse", MS_NOSUID | MS_NODEV,
              f"fd={self.device},rootmode=40755,user_id=0,group_id=0,allow_other")
        threading.Thread(target=self.serve, daemon=True).start()

    def hang(self):
        with self.lock:
            self.hangs = True

    def release(self):
        """Answers what was held, and everything from now on."""
        with self.lock:
            self.hangs = False
            held, self.held = self.held, []
        for request in held:
            self.answer(*request)

    @property
    def held_count(self):
        with self.lock:
            return len(self.held)

    def close(self):
        """Ends the file system; who still waits in it gets an error."""
        self.release()
        libc.umount2(self.target.encode(), MNT_DETACH)

    def serve(self):
        while True:
            try:
                request = os.read(self.device, 1 << 18)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.EAGAIN, errno.ENOENT):
                    continue
                return  # ENODEV: unmounted.
            _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
            body = request[40:]
            with self.lock:
                if self.hangs and opcode in (READ, STATFS):
                    self.held.append((opcode, unique, node, body))
                    continue
            self.answer(opcode, unique, node, body)

    def answer(self, opcode, unique, node, body):
        if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
            return
        status, out = self.reply(opcode, node, body)
        header = struct.pack("<IiQ", 16 + len(out), status, unique)
        try:
            os.write(self.device, header + out)
        except OSError:
            pass  # The asker has gone.

    def reply(self, opcode, node, body):
        if opcode == INIT:
            _, minor = struct.unpack_from("<II", body)
            return 0, struct.pack("<IIIIHHII32x", 7, min(minor, 31), 65536, 0, 16, 12, 65536, 1)
        if opcode == LOOKUP:
            name = body.split(b"\0")[0].decode()
            if name not in self.names:
                return -errno.ENOENT, b""
            child = self.names.index(name) + 2
            return 0, struct.pack("<QQQQII", child, 0, 0, 0, 0, 0) + self.attributes(child)
        if opcode == GETATTR:
            return 0, struct.pack("<QII", 0, 0, 0) + self.attributes(node)
        if opcode in (OPEN, OPENDIR):
            return 0, struct.pack("<QIi", 0, DIRECT_IO if opcode == OPEN else 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("<QQI", body)
            return 0, self.contents[node - 2][offset:offset + size]
        if opcode == STATFS:
            return 0, struct.pack("<QQQQQIIII24x", 1000, 400, 300, 100, 50, 4096, 255, 4096, 0)
        if opcode == READDIR:
            return 0, self.listing(struct.unpack_from("<QQ", body)[1])
        if opcode in (RELEASE, RELEASEDIR, FLUSH, ACCESS, DESTROY):
            return 0, b""
        return -errno.ENOSYS, b""

    def attributes(self, node):
        # The size is not that of the content: kernel files say 0 or a page as well.
        mode = 0o40755 if node == 1 else 0o100644
        return struct.pack("<QQQQQQIIIIIIIIII", node, 4096, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def listing(self, offset):
        out = b""
        for index, name in list(enumerate(self.names))[offset:]:
            entry = struct.pack("<QQII", index + 2, index + 1, len(name), 8) + name.encode()
            out += entry + b"\0" * (-len(entry) % 8)
        return out
