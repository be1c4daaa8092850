#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""promtool check metrics has nothing to say but about names that are node_exporter's own."""

import subprocess

from harness import Agent, check, equal, need_tool, suite


def pages():
    need_tool("promtool", "prometheus")
    with Agent() as agent:
        agent.get()
        page = agent.get().body
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, timeout=60)
    lines = [line for line in (done.stdout + done.stderr).decode().split("\n") if line]
    check(done.returncode in (0, 3), f"status {done.returncode}: {lines[:5]}")
    # The names of Daena's dashboards are fixed as well.
    own = [line for line in lines if not line.startswith(("node_", "sunflower_thread_count "))]
    equal(own, [], "complaints")
    print(f"    {len(lines)} complaints about names of node_exporter's own")


def detects():
    """promtool is really asked: it refuses what is no page."""
    need_tool("promtool", "prometheus")
    done = subprocess.run(["promtool", "check", "metrics"], input=b"a{ 1\n", capture_output=True, timeout=60)
    check(done.returncode not in (0, 3), "promtool accepts anything")


suite([("promtool takes the page", pages), ("promtool refuses what is no page", detects)])
