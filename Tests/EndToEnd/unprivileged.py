#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Without any privilege: everything that anyone may read is there, and what is missing has a name."""

import os
import shutil
import tempfile

from harness import BINARY, Agent, check, equal, need_root, need_tool, suite, write

NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"]


class PlainUser:
    """The binary as a user without rights, from a place that such a user can reach."""

    def __init__(self, *arguments):
        need_root("every other test runs unprivileged")
        need_tool("setpriv", "util-linux")
        self.arguments = arguments

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o755)
        copy = shutil.copy(BINARY, os.path.join(self.folder.name, "host-exporter"))
        os.chmod(copy, 0o755)
        # The harness puts the binary's own path behind the prefix; the copy runs instead of it.
        self.agent = Agent(
            *self.arguments,
            prefix=["setpriv", *NOBODY, "--", "sh", "-c", 'binary=$0; shift; exec "$binary" "$@"', copy])
        try:
            return self.agent.__enter__()
        except BaseException:
            self.folder.cleanup()
            raise

    def __exit__(self, *error):
        self.agent.__exit__(*error)
        self.folder.cleanup()


def same_page():
    with Agent() as root:
        root.get()
        wanted = root.get().page
    with PlainUser() as agent:
        with open(f"/proc/{agent.process.pid}/status") as status:
            uids = next(line for line in status if line.startswith("Uid:")).split()[1:]
        equal(set(uids), {"65534"}, "user")
        page = agent.get().page
        states = page.states()
        equal(set(states), set(wanted.states()), "collectors")
        for collector, state in states.items():
            if state != wanted.states()[collector]:
                check(state in ("no_permission", "degraded"), f"{collector} is {state}, as root {wanted.states()[collector]}")
        allowed = {c for c, s in states.items() if s == wanted.states()[c]}
        check(len(allowed) > len(states) / 2, f"hardly anything works: {states}")
        for name in ["node_load1", "node_cpu_seconds_total", "node_memory_MemTotal_bytes"]:
            if name in wanted.names():
                check(name in page.names(), f"{name} is missing")
        print(f"    {len(allowed)} of {len(states)} collectors as for root; others: "
              f"{ {c: s for c, s in states.items() if c not in allowed} }")
        equal(agent.stop()[0], 0)


def unreadable_file():
    """A text file that this user may not read costs that file, and comes back with the right."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name in ["good", "secret"]:
            with open(f"{folder}/{name}.prom", "w") as file:
                file.write(f"test_{name} 1\n")
        os.chmod(f"{folder}/good.prom", 0o644)
        os.chmod(f"{folder}/secret.prom", 0)
        with PlainUser(f"--collector.textfile.directory={folder}") as agent:
            page = agent.get().page
            check("test_good" in page.names() and "test_secret" not in page.names(), "wrong files")
            equal(page.states()["textfile"], "degraded")
            os.chmod(f"{folder}/secret.prom", 0o644)
            page = agent.get().page
            check("test_secret" in page.names(), "not back")
            equal(page.states()["textfile"], "ok")


def unreadable_class():
    """Folders of /sys that this user may not read are no devices that are not there."""
    collectors = {"hwmon": "hwmon", "powersupplyclass": "power_supply", "thermal_zone": "thermal", "watchdog": "watchdog"}
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name in collectors.values():
            write(f"{folder}/class/{name}/{name}0/name", "it\n")
            os.chmod(f"{folder}/class/{name}", 0)
        os.chmod(f"{folder}/class", 0o755)
        with PlainUser(f"--path.sysfs={folder}", "--collector.disable-defaults",
                       *(f"--collector.{name}" for name in collectors)) as agent:
            equal(agent.get().page.states(), {name: "no_permission" for name in collectors})
            for name in collectors.values():
                shutil.rmtree(f"{folder}/class/{name}")
            equal(agent.get().page.states(), {name: "no_device" for name in collectors}, "when they are gone")


suite([
    ("a plain user gets the same page but for what is not allowed", same_page),
    ("a text file without permission costs itself", unreadable_file),
    ("a class of devices without permission is said to be so", unreadable_class),
])
