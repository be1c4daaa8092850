#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM, SIGINT, SIGHUP, SIGPIPE: running answers finish, the end is orderly and soon."""

import http.client
import signal
import socket
import threading
import time

from harness import Agent, check, equal, suite


def stops(number):
    def test():
        with Agent() as agent:
            agent.get()
            status, seconds = agent.stop(number)
            equal(status, 0, "status")
            check(seconds < 1, f"an idle agent took {seconds:.2f} s")
    return test


def stops_with_idle_connections():
    with Agent() as agent:
        idle = [socket.create_connection(("127.0.0.1", agent.port)) for _ in range(10)]
        half = socket.create_connection(("127.0.0.1", agent.port))
        half.sendall(b"GET /metrics HTTP/1.1\r\nHost")
        agent.get()
        status, seconds = agent.stop()
        equal(status, 0, "status")
        check(seconds < 5, f"took {seconds:.2f} s")
        for connection in [*idle, half]:
            connection.close()


def running_answers_finish(number):
    """Clients that scrape without a pause see whole answers only, however the end falls."""
    def test():
        with Agent() as agent:
            agent.get()
            whole, torn = [], []

            def scrape():
                while True:
                    connection = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=10)
                    try:
                        connection.request("GET", "/metrics")
                        response = connection.getresponse()
                    except (OSError, http.client.HTTPException):
                        return  # Not accepted any more, or closed before an answer began.
                    try:
                        body = response.read()
                        check(response.status in (200, 503), f"status {response.status}")
                        if response.status == 200:
                            check(body.endswith(b"\n") and b"node_scrape_collector_success" in body, "cut")
                        whole.append(1)
                    except Exception as error:
                        torn.append(repr(error))
                        return
                    finally:
                        connection.close()

            clients = [threading.Thread(target=scrape) for _ in range(8)]
            for client in clients:
                client.start()
            time.sleep(0.5)
            status, seconds = agent.stop(number)
            for client in clients:
                client.join()
            equal(status, 0, "status")
            check(seconds < 5, f"took {seconds:.2f} s")
            equal(torn, [], "torn answers")
            check(len(whole) > 8, f"only {len(whole)} answers")
    return test


def slow_reader():
    """A client that does not read its answer cannot hold up the end."""
    with Agent() as agent:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect(("127.0.0.1", agent.port))
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        time.sleep(0.3)
        status, seconds = agent.stop(timeout=6)
        equal(status, 0, "status")
        check(seconds < 5, f"took {seconds:.2f} s")
        slow.close()


def at_start():
    """A signal right after the start ends it as well."""
    for delay in [0, 0.005, 0.01, 0.02, 0.05]:
        with Agent(ready=False) as agent:
            time.sleep(delay)
            agent.process.send_signal(signal.SIGTERM)
            status = agent.process.wait(timeout=5)
            # Before main has run, the signal itself is what ends it.
            check(status in (0, -signal.SIGTERM), f"status {status}")


def hup_and_pipe():
    with Agent() as agent:
        for number in [signal.SIGHUP, signal.SIGPIPE, signal.SIGHUP]:
            agent.process.send_signal(number)
            time.sleep(0.05)
            equal(agent.get("/-/healthy").status, 200)
        # Clients that go away in the middle of an answer.
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", agent.port)) as client:
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        equal(agent.get().status, 200)
        equal(agent.stop()[0], 0)


suite([
    ("SIGTERM ends it with 0", stops(signal.SIGTERM)), ("SIGINT ends it with 0", stops(signal.SIGINT)),
    ("idle and half-sent connections do not hold up the end", stops_with_idle_connections),
    ("answers that run at SIGTERM finish", running_answers_finish(signal.SIGTERM)),
    ("answers that run at SIGINT finish", running_answers_finish(signal.SIGINT)),
    ("a slow reader does not hold up the end", slow_reader),
    ("a signal right after the start ends it", at_start),
    ("SIGHUP and SIGPIPE end nothing", hup_and_pipe),
])
