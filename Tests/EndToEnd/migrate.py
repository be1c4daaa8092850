#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`migrate`: reading node_exporter's service, our equivalent line, and what would change on the page."""

import http.server
import os
import shlex
import socket
import threading

from harness import check, run, suite, write


class Pages:
    """Serves what a function returns."""

    def __init__(self, page):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = page()
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/metrics"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def equivalent(text):
    """The words of our line as a shell reads them."""
    lines = text.split("The same here:\n\n")
    return shlex.split(lines[1].split("\n")[0]) if len(lines) > 1 else None


def arguments(folder):
    unit, defaults = f"{folder}/node.service", f"{folder}/prometheus-node-exporter"
    # Taken, and listened to by nobody.
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    nowhere = f"--peer-url=http://127.0.0.1:{taken.getsockname()[1]}/metrics"

    def line(arguments, exec_start="/usr/bin/prometheus-node-exporter $ARGS"):
        write(unit, f"[Unit]\nDescription=x\n[Service]\nEnvironmentFile=-/etc/default/prometheus-node-exporter\n"
              f"Environment=PORT=9101 'OTHER=a b'\nExecStart={exec_start}\n[Install]\nExecStart=no\n")
        write(defaults, f"# comment\n; comment\nARGS={arguments}\nOTHER2=x\n")
        found = run("migrate", f"--unit-file={unit}", f"--defaults-file={defaults}", nowhere)
        check(
            found.returncode == 1 and "cannot be compared" in found.stdout,
            "a peer that does not run is said, with status 1", found)
        return equivalent(found.stdout)[1:], found.stdout

    exclude = "--collector.diskstats.device-exclude"
    for quoted, wanted in [
        ('"--log.level=debug --path.procfs=/p"', ["--log.level=debug", "--path.procfs=/p"]),
        ("'--log.level=debug'", ["--log.level=debug"]),
        ("--log.level=debug", ["--log.level=debug"]),
        ('"--log.level debug"', ["--log.level=debug"]),
        (f'"{exclude}=^(ram|sd)\\\\\\\\d+$"', [exclude + "=^(ram|sd)\\d+$"]),
        (f'"{exclude}=^(ram|sd)\\\\d+$"', [exclude + "=^(ram|sd)d+$"]),
        (f"'{exclude}=^\\\\d+$'", [exclude + "=^\\d+$"]),
        (f'"{exclude}=\\"a b\\""', [exclude + "=a b"]),
        ('"--log.level=debug \\\n --no-collector.loadavg"', ["--log.level=debug", "--no-collector.loadavg"]),
    ]:
        got, _ = line(quoted)
        check(got == wanted, f"ARGS={quoted}", got)
    got, _ = line('""', '/usr/bin/x --web.listen-address=:${PORT} "--path.procfs=/a b" --path.sysfs=\\x2fs \\\n  $ARGS $NONE')
    check(got == ["--web.listen-address=:9101", "--path.procfs=/a b", "--path.sysfs=/s"], "a unit's own words", got)
    write(f"{unit}.d/override.conf", "[Service]\nExecStart=\nExecStart=/usr/bin/x --log.level=warn $ARGS\n")
    got, _ = line('"--log.format=json"')
    check(got == ["--log.level=warn", "--log.format=json"], "a drop-in takes the unit's place", got)
    os.remove(f"{unit}.d/override.conf")
    got, text = line('"--collector.nonesuch --collector.nonesuch.server 10.0.0.1 --log.level=debug --no-collector.nine"')
    check(got == ["--log.level=debug"], "what we do not have is left out", got)
    check(
        all(f"  --{name}: there is no" in text
            for name in ["collector.nonesuch", "collector.nonesuch.server", "no-collector.nine"]),
        "and told", text)
    got, text = line('"--path.procfs=/it\'s"')
    check("path.procfs: '/its'" in text or "path.procfs: '/it''s'" in text, "a quote is only a quote", text)
    found = run("migrate", f"--unit-file={folder}/absent", f"--defaults-file={folder}/absent", nowhere)
    check("No node_exporter service was found" in found.stdout, "without a service it says so", found)
    taken.close()


OLD = """# TYPE node_a gauge
node_a{x="1"} 1
# TYPE node_b_total counter
node_b_total {counter}
# TYPE node_gone gauge
node_gone{y="2"} 5
# TYPE node_kind counter
node_kind 1
# TYPE go_goroutines gauge
go_goroutines 7
# TYPE node_flicker gauge
node_flicker {flicker}
"""


def pages(folder):
    state = {"count": 0}

    def peer():
        state["count"] += 1
        return 200, OLD.replace("{counter}", str(state["count"])).replace("{flicker}", str(state["count"] % 2))

    def same():
        return 200, OLD.replace("{counter}", str(state["count"])).replace("{flicker}", "0.5")

    def other():
        text = same()[1].replace('node_a{x="1"} 1', 'node_a{x="1"} 3').replace("node_kind counter", "node_kind gauge")
        text = text.replace("node_gone", "node_new") + "host_own 1\n"
        return 200, text

    absent = [f"--unit-file={folder}/absent", f"--defaults-file={folder}/absent"]
    old = Pages(peer)
    found = run("migrate", *absent, f"--peer-url={old.url}", f"--own-url={Pages(same).url}")
    check(
        found.returncode == 0 and "Nothing would" in found.stdout,
        "where nothing would change the status is 0", found)
    found = run("migrate", *absent, f"--peer-url={old.url}", f"--own-url={Pages(other).url}")
    for wanted in ['Missing here:\n  node_gone{y="2"}\n', 'Added here:\n  node_new{y="2"}\n',
                   'node_a{x="1"}: 1.0, here 3.0\n', "node_kind: counter, here gauge\n", "1 are new under names"]:
        check(wanted in found.stdout, f"{wanted!r} is shown", found.stdout)
    check(
        "go_goroutines" not in found.stdout and "node_flicker" not in found.stdout,
        "what moves or is Go's own is not")
    check(found.returncode == 1, "and the status is 1", found.returncode)
    for title, page in [("an error status", lambda: (500, "no")), ("what is no page", lambda: (200, "<html>\n"))]:
        found = run("migrate", *absent, f"--peer-url={Pages(page).url}")
        check(found.returncode == 1 and "cannot be compared" in found.stdout, f"{title} is said", found)
    for url in ["https://localhost/", "http://", "http://localhost:x/", "http://localhost:1/\r\nX: y"]:
        found = run("migrate", *absent, f"--peer-url={url}")
        check(found.returncode == 1 and "cannot be compared" in found.stdout, f"{url!r} is refused", found)


def itself(folder):
    """Another process of ours as the peer, the collectors run within the command."""
    flags = "--collector.disable-defaults --collector.loadavg --collector.uname"
    defaults = f"{folder}/prometheus-node-exporter"
    write(defaults, f'ARGS="{flags}"\n')
    peer = Pages(lambda: (200, run("once", *flags.split(" ")).stdout))
    found = run("migrate", f"--unit-file={folder}/absent", f"--defaults-file={defaults}", f"--peer-url={peer.url}")
    check(found.returncode == 0, "ours in place of ours changes nothing", found)


suite([
    ("node_exporter's service becomes our line", arguments),
    ("what would change on the page is shown", pages),
    ("ours in place of ours changes nothing", itself),
])
