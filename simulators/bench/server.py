"""The bench's web server (waitress), on the loopback only."""

from __future__ import annotations

import contextlib
import threading

from flask import Flask
from waitress.server import create_server

from simulators.bench.table import Table
from simulators.bench.web import STREAMS_MAX

THREADS = STREAMS_MAX + 6  # a stream holds its thread; six more answer pages, pictures and orders
STOP_S = 2.0


class BenchServer:
    """Takes the port at once (OSError if it is taken); ``start`` serves in a thread of its own."""

    def __init__(self, app: Flask, table: Table, host: str, port: int) -> None:
        self._table = table
        self._server = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            send_bytes=1,  # a stream's events leave at once
            channel_request_lookahead=1,  # notices a browser that went away
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._run, name="bench", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End the streams and close the port."""
        self._table.closed = True
        self._server.close()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=STOP_S)
        self._thread.join(STOP_S)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # the sockets are closed under it: that is how it ends
            self._server.run()
