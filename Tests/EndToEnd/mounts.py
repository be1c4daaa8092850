#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists of mounts as only a real kernel writes them, in namespaces of this script's own.

The agent runs in a root that has nothing but itself, its libraries and the mounts of the test, as the first process of
a namespace. Which mounts the machine has, stacked or hidden ones among them, is seen by nobody in there.
"""

import os
import re
import shutil
import subprocess

import hangingfs
from harness import BINARY, Agent, Skip, check, equal, need_root, need_tool, run, suite, write

CLONE_NEWPID = 0x20000000


def copy_program(root):
    """Puts the agent and the libraries that it is linked with where a root of its own finds them."""
    linked = subprocess.run([need_tool("ldd"), BINARY], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"(?:=> |^\s+)(/\S+) \(", linked, re.M)
    check(libraries, f"no libraries in {linked}")
    for library in libraries:
        os.makedirs(root + os.path.dirname(library), exist_ok=True)
        shutil.copy(library, root + library)
    shutil.copy(BINARY, root + "/agent")


def mount_new(kind, name):
    os.mkdir(name)
    hangingfs.mount(name.strip("xy0123456789") or kind, name, kind)


def make_mounts(root):
    """The kernel gives a read back before a record that does not fit into the rest of its page: mounts of short lines,
    one of more than 3 kB, and more behind it."""
    os.chdir(root)
    for number in range(5):
        mount_new("tmpfs", "y" * 60 + str(number))
    layers = ["x" * 200 + str(number) for number in range(10, 26)]
    for name in [*layers, "upper", "work", "merged"]:
        os.mkdir(name)
    try:
        options = f"lowerdir={':'.join(layers)},upperdir=upper,workdir=work"
        hangingfs.mount("overlay", "merged", "overlay", 0, options)
    except OSError as error:
        raise Skip(f"no overlay here ({error})") from error
    for number in range(6):
        mount_new("tmpfs", f"late{number}")


def first_process(root, prepare, files):
    """What the first process of the namespace does: never returns."""
    status = 1
    try:
        hangingfs.private_mounts()
        prepare()
        hangingfs.mount("here", root, "tmpfs")
        copy_program(root)
        make_mounts(root)
        os.mkdir(root + "/proc")
        hangingfs.mount("proc", root + "/proc", "proc")
        os.chroot(root)
        os.chdir("/")
        with open("/proc/self/mountinfo") as lines:
            os.write(files["points"].fileno(), "\n".join(line.split()[4] for line in lines).encode())
        os.dup2(files["page"].fileno(), 1)
        os.dup2(files["errors"].fileno(), 2)
        os.execv("/agent", [
            "agent", "once", "--collector.disable-defaults", "--collector.filesystem",
            "--collector.filesystem.fs-types-exclude=^$", "--collector.filesystem.mount-points-exclude=^$"])
    except Skip as reason:
        os.write(files["errors"].fileno(), str(reason).encode())
        status = 77
    except BaseException as error:
        os.write(files["errors"].fileno(), repr(error).encode())
    os._exit(status)


def page_in_namespace(folder, prepare):
    """The mount points that the kernel lists in the namespace, and the page of an agent there."""
    root = folder + "/root"
    os.mkdir(root)
    files = {name: open(f"{folder}/{name}", "w+") for name in ["points", "page", "errors"]}
    child = os.fork()
    if child == 0:
        # The next process that this one starts is the first one of the namespace.
        if hangingfs.libc.unshare(CLONE_NEWPID) != 0:
            os._exit(78)
        first = os.fork()
        if first == 0:
            first_process(root, prepare, files)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) % 256)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    points, page, errors = (file.read() for file in files.values() if file.seek(0) == 0)
    for file in files.values():
        file.close()
    if status in (77, 78):
        raise Skip(errors or "this sandbox gives no namespace of processes")
    equal(status, 0, f"status, with {errors!r}")
    return points, page


def long_line(prepare):
    def test(folder):
        need_root("nobody else may mount")
        points, page = page_in_namespace(folder, prepare)
        shown = set(re.findall(r'^node_filesystem_size_bytes\{.*mountpoint="([^"]*)"\}', page, re.M))
        wanted = set(points.split("\n"))
        equal(len(wanted), 14, f"mounts were not made, or others are seen: {sorted(wanted)}")
        equal(sorted(wanted - shown), [], "mounts that are not shown")
    return test


def stacked():
    """Mounts over /sys as a host may have them: of all versions of cgroups, twice on one place, and hidden ones."""
    hangingfs.mount("over", "/sys", "tmpfs")
    os.makedirs("/sys/fs/cgroup")
    for _ in range(2):
        hangingfs.mount("groups", "/sys/fs/cgroup", "tmpfs")
    for name in ["memory", "unified"]:
        mount_new("tmpfs", f"/sys/fs/cgroup/{name}")
    hangingfs.mount("twice", "/sys/fs/cgroup/unified", "tmpfs")
    for _ in range(2):
        hangingfs.mount("hides all that", "/sys", "tmpfs")


def replaced(folder):
    """What a runtime of containers does after lxcfs was updated."""
    need_root("nobody else may mount")
    hangingfs.private_mounts()
    for name, total in [("before", 400), ("after", 900)]:
        write(f"{folder}/{name}", f"MemTotal: {total} kB\nMemFree: 1 kB\n")
    write(f"{folder}/proc/meminfo", "")
    place = folder + "/proc/meminfo"
    hangingfs.bind(folder + "/before", place)
    with Agent("--collector.disable-defaults", "--collector.meminfo", f"--path.procfs={folder}/proc") as agent:
        for name, total in [("before", 400), ("after", 900)]:
            if name == "after":
                hangingfs.system_call("umount2", place.encode(), hangingfs.MNT_DETACH)
                hangingfs.bind(folder + "/after", place)
            equal(agent.get().page.samples.get("node_memory_MemTotal_bytes"), str(total * 1024), name)
    hangingfs.system_call("umount2", place.encode(), hangingfs.MNT_DETACH)


def live_replaced(folder):
    """The same over a file of the kernel's own, whose descriptor is kept."""
    need_root("nobody else may mount")
    hangingfs.private_mounts()
    write(f"{folder}/meminfo", "MemTotal: 900 kB\nMemFree: 1 kB\n")
    with Agent("--collector.disable-defaults", "--collector.meminfo") as agent:
        for _ in range(2):
            before = agent.get().page.samples["node_memory_MemTotal_bytes"]
        hangingfs.bind(folder + "/meminfo", "/proc/meminfo")
        equal(agent.get().page.samples.get("node_memory_MemTotal_bytes"), "921600", "after the mount")
        hangingfs.system_call("umount2", b"/proc/meminfo", 0)
        equal(agent.get().page.samples.get("node_memory_MemTotal_bytes"), before, "after its end")


def unmountable(folder):
    need_root("nobody else may mount")
    hangingfs.private_mounts()
    hangingfs.mount("texts", folder, "tmpfs")
    write(f"{folder}/a.prom", "a_metric 1\n")
    with Agent("--collector.disable-defaults", f"--collector.textfile.directory={folder}",
               "--collector.textfile") as agent:
        for _ in range(3):
            equal(agent.get().page.samples.get("a_metric"), "1", "the file")
        hangingfs.system_call("umount2", folder.encode(), 0)
        check("a_metric" not in agent.get().page.samples, "it is gone")


def filesystems(mountpoint, procfs):
    """The samples of mounts at a place, by family and device."""
    page = run("once", "--collector.disable-defaults", "--collector.filesystem", f"--path.procfs={procfs}",
               f"--collector.filesystem.mount-points-include=^{re.escape(mountpoint)}$").stdout
    return {(family, device, error): float(value) for family, device, error, value in re.findall(
        r'^node_filesystem_(\w+)\{device="([^"]*)",device_error="([^"]*)".*\} (\S+)$', page, re.M)}


def stacked_on_one_place(folder):
    need_root("nobody else may mount")
    hangingfs.private_mounts()
    place = folder + "/place"
    os.mkdir(place)
    for name, size in [("under", "1m"), ("over", "3m")]:
        hangingfs.mount(name, place, "tmpfs", 0, f"size={size}")
    found = filesystems(place, "/proc")
    if not any(device == "over" for _, device, _ in found):
        # Process 1 is in another namespace than this test: its list is given as a file.
        with open("/proc/self/mountinfo") as own:
            write(f"{folder}/proc/1/mountinfo", own.read())
        found = filesystems(place, folder + "/proc")
    equal(found.get(("size_bytes", "over", "")), 3145728.0, "the upper one's size")
    check(not any(device == "under" for _, device, _ in found), "the lower one is shown", found)
    # Bound over itself, read-only: one device at one place twice, of which the second says that nobody may write.
    hangingfs.bind(place, place)
    hangingfs.mount("none", place, None, hangingfs.MS_BIND | 32 | 1)
    with open("/proc/self/mountinfo") as own:
        write(f"{folder}/proc/1/mountinfo", own.read())
    equal(filesystems(place, folder + "/proc").get(("readonly", "over", "")), 1.0, "readonly")
    for _ in range(3):
        hangingfs.system_call("umount2", place.encode(), hangingfs.MNT_DETACH)


def covered_for_the_agent(folder):
    need_root("nobody else may mount")
    hangingfs.private_mounts()
    place = folder + "/home"
    os.mkdir(place)
    hangingfs.mount("disk", place, "tmpfs", 0, "size=5m")
    with open("/proc/self/mountinfo") as own:
        write(f"{folder}/proc/1/mountinfo", own.read())
    equal(filesystems(place, folder + "/proc").get(("size_bytes", "disk", "")), 5242880.0, "while it is seen")
    hangingfs.mount("cover", place, "tmpfs", 0, "size=1m")
    found = filesystems(place, folder + "/proc")
    equal([value for (family, device, error), value in found.items() if family == "device_error" and error], [1.0],
          f"in {found}")
    check(not any(family == "size_bytes" for family, _, _ in found), "numbers of another file system", found)
    for _ in range(2):
        hangingfs.system_call("umount2", place.encode(), hangingfs.MNT_DETACH)


suite([
    ("a file that is mounted anew over one of /proc is read", replaced),
    ("a file that is mounted over one of the kernel's is read, and that one again afterwards", live_replaced),
    ("a directory of text files can be unmounted", unmountable),
    ("of two mounts at one place the upper one is shown, with its own options", stacked_on_one_place),
    ("where the agent sees another file system, no numbers are shown", covered_for_the_agent),
    ("a list with a line of more than 3 kB is read to its end", long_line(lambda: None)),
    ("what the machine has mounted over /sys is seen by no test", long_line(stacked)),
])
