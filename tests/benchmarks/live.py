"""What open streams cost the pages: a head office served as ``server serve`` serves it, asked while nobody, everybody
who may, and too many hold a stream.

``python -m tests.benchmarks.live``. A stream holds a thread of waitress. Ends with 1 if the streams that are allowed
make pages slower than half as much again; the last line shows what as many streams as threads would do.
"""

from __future__ import annotations

import http.client
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from threading import Thread
from urllib.parse import urlencode

from waitress.server import create_server

from server.app import create_app
from server.serving import THREADS
from server.web import live
from tests.contract.head_office_bench import LOGIN, PASSWORD, Bench

PAGES = 60  # of one round
ROUNDS = 3
SLOWER_MAX = 1.5
PATIENCE_S = 3.0  # of a page behind too many streams


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, str]]:
    """The port, and the cookie of somebody who is signed in."""
    bench = Bench(folder)
    app = create_app(bench.settings, database=bench.database)
    app.config["WTF_CSRF_ENABLED"] = False
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    Thread(target=server.run, daemon=True).start()
    port = server.effective_port
    line = http.client.HTTPConnection("127.0.0.1", port)
    head = {"Content-Type": "application/x-www-form-urlencoded", "Host": "localhost"}
    line.request("POST", "/sign-in", urlencode({"login": LOGIN, "password": PASSWORD}), head)
    answer = line.getresponse()
    cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
    answer.read()
    yield port, cookie
    live.board(app).close()
    server.close()


@contextmanager
def stream(port: int, cookie: str) -> Iterator[None]:
    line = http.client.HTTPConnection("127.0.0.1", port)
    line.request("GET", "/live?topics=visits,terminals,jobs", headers={"Cookie": cookie, "Host": "localhost"})
    answer = line.getresponse()  # holds the socket: a stream that nobody keeps is closed
    answer.read1(1)
    yield
    answer.close()
    line.close()


def ask(port: int, cookie: str, times: int) -> list[float]:
    """Milliseconds of each page."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        line.request("GET", "/stores", headers={"Cookie": cookie, "Host": "localhost"})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def held(port: int, cookie: str, number: int, times: int) -> list[float]:
    """Pages beside so many streams; none when they were never answered."""
    live.STREAMS_MAX = live.PERSON_STREAMS_MAX = number  # one person holds them all here
    with ExitStack() as open_streams:
        for _ in range(number):
            open_streams.enter_context(stream(port, cookie))
        try:
            return ask(port, cookie, times)
        except TimeoutError:
            return []


def main() -> int:
    allowed, taken = live.STREAMS_MAX, {0: [], live.STREAMS_MAX: []}
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "office") as (port, cookie):
        ask(port, cookie, 10)
        for _ in range(ROUNDS):
            for number, found in taken.items():
                found += held(port, cookie, number, PAGES)
        starved = not held(port, cookie, THREADS, 1)
    for number, found in taken.items():
        p95 = quantiles(found, n=20)[-1]
        sys.stdout.write(f"{number:3} streams   median {median(found):6.1f} ms   p95 {p95:6.1f} ms\n")
    sys.stdout.write(f"{THREADS:3} streams on {THREADS} threads: {'no answer' if starved else 'answered'}\n")
    return 1 if median(taken[allowed]) > SLOWER_MAX * median(taken[0]) else 0


if __name__ == "__main__":
    sys.exit(main())
