#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A log that nobody reads stops no scrape."""

import fcntl
import os
import subprocess

from harness import Agent, check, equal, suite


def scrapes(agent):
    for _ in range(50):
        answer = agent.get()
        equal(answer.status, 200)
        check(answer.seconds < 2, f"took {answer.seconds:.2f} s")
    equal(agent.stop()[0], 0)


def closed():
    with Agent("--log.level=debug", stderr=subprocess.DEVNULL, prefix=["sh", "-c", 'exec "$0" "$@" 2>&-']) as agent:
        scrapes(agent)


def reader_gone():
    reader, writer = os.pipe()
    with Agent("--log.level=debug", stderr=writer) as agent:
        os.close(writer)
        os.close(reader)
        scrapes(agent)


def full_pipe():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    try:
        with Agent("--log.level=debug", stderr=writer) as agent:
            equal(fcntl.fcntl(writer, fcntl.F_GETFL) & os.O_NONBLOCK, 0, "the pipe's mode, which others share")
            scrapes(agent)
    finally:
        os.close(writer)
        os.close(reader)


def full_device():
    with open("/dev/full", "wb") as full, Agent("--log.level=debug", stderr=full) as agent:
        scrapes(agent)


suite([
    ("standard error is closed", closed), ("the log's reader is gone", reader_gone),
    ("the log's reader does not read", full_pipe), ("the log's disk is full", full_device),
])
