# SPDX-License-Identifier: Apache-2.0
"""Pages of metrics: fetched, taken apart, and compared."""

import re
import time
import urllib.error
import urllib.request

SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$")
LABEL = re.compile(r'[a-zA-Z_]\w*="(?:[^"\\]|\\.)*"')
# What each exporter says of itself.
OWN = re.compile(r"(go_|process_|promhttp_|host_|daena_|sunflower_|container_|node_exporter_build_info"
                 r"|node_scrape_collector_duration_seconds)")


class Page:
    """The series of a page with their values, and the types of its families."""

    def __init__(self, text):
        self.series = {}
        self.types = {}
        for line in text.split("\n"):
            if line.startswith("# TYPE "):
                name, kind = line.split(" ")[2:4]
                self.types[name] = kind
            elif line and not line.startswith("#"):
                found = SAMPLE.match(line)
                if found is None:
                    raise AssertionError(f"no sample: {line!r}")
                # The order of labels says nothing.
                key = found[1] + ("{" + ",".join(sorted(LABEL.findall(found[2]))) + "}" if found[2] else "")
                if key in self.series:
                    raise AssertionError(f"twice: {key}")
                self.series[key] = float(found[3])

    def names(self):
        return {key.split("{")[0] for key in self.series}

    def node(self):
        """The series that node_exporter has a name for."""
        return {key: value for key, value in self.series.items() if not OWN.match(key)}

    def value(self, key):
        return self.series.get(key)

    def kind(self, key):
        return self.types.get(key.split("{")[0], "untyped")


def fetch(port, query="", timeout=60):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics{query}")
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return Page(answer.read().decode())


def until_up(port, seconds=90):
    end = time.monotonic() + seconds
    while True:
        try:
            return fetch(port)
        except (OSError, urllib.error.URLError):
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


class Differences:
    """What is known to differ: lines `KIND REGEX  # reason`; KIND is missing, differs, unexpected or moves."""

    def __init__(self, path):
        self.patterns = {"missing": [], "differs": [], "unexpected": [], "moves": []}
        with open(path, encoding="utf-8") as file:
            for line in file:
                line = line.split("  #")[0].strip()
                if line and not line.startswith("#"):
                    kind, pattern = line.split(" ", 1)
                    self.patterns[kind].append(re.compile(pattern))

    def has(self, kind, key):
        return any(pattern.match(key) for pattern in self.patterns[kind])


def compare(before, ours, after, known):
    """What is wrong with our page, which was fetched between two of the peer's.

    What the peer says twice alike we must say too; a counter of its that moved must lie between; what it says neither
    before nor after must not be there.
    """
    wrong = []
    earlier, mine, later = before.node(), ours.node(), after.node()
    agreed = 0
    for key, value in earlier.items():
        if key not in later:
            continue
        found = mine.get(key)
        if found is None:
            if not known.has("missing", key):
                wrong.append(f"missing: {key} {value}")
            continue
        low, high = sorted((value, later[key]))
        is_same = found == value or (found != found and value != value)
        if low == high and not is_same and not known.has("differs", key):
            wrong.append(f"differs: {key} {found}, the peer says {value}")
        elif low != high and before.kind(key) == "counter" and not low <= found <= high:
            if not known.has("differs", key):
                wrong.append(f"differs: {key} {found}, the peer says {low} to {high}")
        else:
            agreed += 1
    for key, value in mine.items():
        if key not in earlier and key not in later and not known.has("unexpected", key):
            wrong.append(f"unexpected: {key} {value}")
    for name, kind in before.types.items():
        mine = ours.types.get(name, kind)
        if mine != kind and not OWN.match(name) and not known.has("differs", "TYPE " + name):
            wrong.append(f"differs: TYPE {name} {mine}, the peer says {kind}")
    return agreed, wrong
