#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP: methods, paths, choice of collectors, formats, compression."""

import gzip
import json
import socket

from harness import Agent, check, equal, suite


def paths(agent):
    page = agent.get()
    equal(page.status, 200)
    equal(page.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
    check(page.page.states(), "no states")
    for path in ["/-/healthy", "/-/ready"]:
        equal(agent.get(path).status, 200, path)
    landing = agent.get("/")
    equal(landing.status, 200)
    check("text/html" in landing.headers["Content-Type"], landing.headers["Content-Type"])
    for word in ["/metrics", "/-/healthy", "/-/ready", "loadavg"]:
        check(word in landing.text, f"no {word} on the page at /")


def not_found(agent):
    for path in ["/nothing", "/metrics/", "/debug/pprof/", "//", "/%00", "/../etc/passwd"]:
        answer = agent.get(path)
        equal(answer.status, 404, path)
        check("/metrics" in answer.text, f"{path}: {answer.text!r} does not help")


def wrong_method(agent):
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]:
        answer = agent.get("/metrics", method=method)
        equal(answer.status, 405, method)
        equal(set(answer.headers["Allow"].replace(" ", "").split(",")), {"GET", "HEAD"}, method)
        check(answer.body, "an empty body does not help")


def head(agent):
    before = agent.get("/metrics?collect[]=loadavg").headers
    answer = agent.get("/metrics", method="HEAD")
    equal((answer.status, answer.body), (200, b""))
    equal(answer.headers["Content-Type"], before["Content-Type"])
    equal(agent.get("/nothing", method="HEAD").status, 404)


def collect(agent):
    states = agent.get("/metrics?collect[]=loadavg").page.states()
    equal(set(states), {"loadavg"})
    states = agent.get("/metrics?collect%5B%5D=loadavg&collect[]=stat").page.states()
    equal(set(states), {"loadavg", "stat"})
    everything = set(agent.get().page.states())
    equal(set(agent.get("/metrics?exclude[]=loadavg").page.states()), everything - {"loadavg"})
    equal(set(agent.get("/metrics?exclude[]=nothing").page.states()), everything)
    equal(set(agent.get("/metrics?other=1").page.states()), everything)
    for query, word in [("collect[]=nothing", "nothing"), ("collect[]=loadavg&exclude[]=stat", "together")]:
        answer = agent.get("/metrics?" + query)
        equal(answer.status, 400, query)
        check(word in answer.text, f"{query}: {answer.text!r}")


def disabled():
    with Agent("--no-collector.loadavg") as agent:
        answer = agent.get("/metrics?collect[]=loadavg")
        equal(answer.status, 400)
        check("loadavg" in answer.text, answer.text)
        check("loadavg" not in agent.get().page.states(), "it runs")


def compressed(agent):
    plain = agent.get()
    check("Content-Encoding" not in plain.headers, "compressed without being asked")
    choices = [("gzip", True), ("gzip;q=0", False), ("deflate, gzip;q=0.5", True), ("br", False), ("", False)]
    for accept, wanted in choices:
        answer = agent.get(headers={"Accept-Encoding": accept})
        equal(answer.headers.get("Content-Encoding") == "gzip", wanted, accept)
        if wanted:
            text = gzip.decompress(answer.body).decode()
            check(text.endswith("\n") and "node_load1 " in text, "not the page")
            check(len(answer.body) < len(text) / 2, "hardly smaller")


PROMETHEUS_2 = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
PROMETHEUS_3 = ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                "text/plain;version=0.0.4;q=0.3,*/*;q=0.2")


def formats(agent):
    for accept, is_open in [
        (PROMETHEUS_2, True), (PROMETHEUS_3, True), ("application/openmetrics-text", True), ("text/plain;version=0.0.4", False),
        ("*/*", False), ("text/html", False), ("", False),
        ("application/openmetrics-text;q=0.1,text/plain;q=0.9", False),
    ]:
        answer = agent.get(headers={"Accept": accept})
        equal(answer.status, 200, accept)
        kind = answer.headers["Content-Type"]
        equal(kind.startswith("application/openmetrics-text; version=1.0.0"), is_open, f"{accept!r} gives {kind!r}")
        equal(answer.text.endswith("\n# EOF\n"), is_open, accept)


def keep_alive(agent):
    """Many requests on one connection, two of them in one packet."""
    with socket.create_connection(("127.0.0.1", agent.port), timeout=10) as connection:
        file = connection.makefile("rb")
        request = b"GET /metrics?collect[]=loadavg HTTP/1.1\r\nHost: x\r\n\r\n"
        for burst in [1, 2, 1, 5]:
            connection.sendall(request * burst)
            for _ in range(burst):
                check(file.readline().startswith(b"HTTP/1.1 200"), "no answer")
                length = 0
                while (line := file.readline().strip()):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                check(b"node_load1" in file.read(length), "not the page")


def timeout_header(agent):
    """Nonsense in the scraper's time-out is ignored."""
    for value in ["10", "0", "-1", "NaN", "Inf", "1e400", "x", "", "0.0001"]:
        answer = agent.get(headers={"X-Prometheus-Scrape-Timeout-Seconds": value})
        equal(answer.status, 200, value)
        equal(answer.page.states()["loadavg"], "ok", value)


def other_path():
    with Agent("--web.telemetry-path=/other") as agent:
        equal(agent.get("/other").status, 200)
        equal(agent.get("/metrics").status, 404)
        check("/other" in agent.get("/").text, "not linked")
    with Agent("--web.telemetry-path=/") as agent:
        check("node_load1" in agent.get("/").text, "not the metrics")


def without_agent_metrics():
    with Agent("--web.disable-exporter-metrics") as agent:
        agent.get()
        names = agent.get().page.names()
        own = {name for name in names if name.startswith(("process_", "host_scrape_")) or "build_info" in name}
        equal(own, {"node_exporter_build_info"})
        check("node_scrape_collector_success" in names, "no success")


def broken_requests(agent):
    """What is no HTTP closes its own connection and nothing else."""
    for junk in [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"G" * 100_000, b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 1000]:
        with socket.create_connection(("127.0.0.1", agent.port), timeout=10) as connection:
            try:
                connection.sendall(junk)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except (ConnectionResetError, BrokenPipeError):
                pass
    equal(agent.get("/-/healthy").status, 200)


def json_logs():
    with Agent("--log.format=json", "--log.level=debug") as agent:
        agent.get()
        agent.stop()
        lines = agent.log_text().strip().split("\n")
        for line in lines:
            record = json.loads(line)
            check({"time", "level", "msg"} <= set(record), line)
        check(any(json.loads(line)["msg"] == "serving" for line in lines), "no line on serving")


def quiet_scrapes():
    """A scrape logs nothing. These collectors' states do not change by themselves, which would be a line."""
    flags = [f"--collector.{name}" for name in ["diskstats", "loadavg", "meminfo", "netdev", "stat", "vmstat"]]
    with Agent("--collector.disable-defaults", *flags) as agent:
        agent.get()
        before = agent.log_text()
        for _ in range(20):
            agent.get()
        equal(agent.log_text(), before)


with_agent = [
    ("the paths answer", paths), ("an unknown path is 404 and helps", not_found),
    ("a wrong method is 405 and helps", wrong_method), ("HEAD has headers and no body", head),
    ("collect[] and exclude[] choose collectors", collect), ("gzip where it is asked for", compressed),
    ("OpenMetrics where it is preferred", formats), ("a connection stays open", keep_alive),
    ("a scraper's time-out that is nonsense is ignored", timeout_header),
    ("what is no HTTP disturbs nobody", broken_requests),
]


def shared(body):
    def test():
        with Agent() as agent:
            body(agent)
    return test


suite([(title, shared(body)) for title, body in with_agent] + [
    ("a disabled collector is refused by name", disabled), ("the path of the metrics can be another", other_path),
    ("the agent's own metrics can be left out", without_agent_metrics), ("JSON logs are JSON", json_logs),
    ("scrapes are not logged", quiet_scrapes),
])
