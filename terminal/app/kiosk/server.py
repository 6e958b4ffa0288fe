"""The kiosk's web server (waitress), opened early so that a busy port stops the start with one clear sentence."""

from __future__ import annotations

import contextlib
import logging

from flask import Flask
from waitress.server import create_server

from shared.errors import EnishiError
from terminal.app.kiosk.stage import STREAMS_MAX

THREADS = STREAMS_MAX + 4  # a stream holds its thread; four more answer pages, pictures, keys and the POS
BODY_BYTES_MAX = 1 << 20  # what is longer is not even kept until the application refuses it


class KioskServer:
    """``run`` serves until ``close`` is called from another thread."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        """Take the port. Raises ``config.kiosk_port``, ``config.bad_value``."""
        try:
            self._server = create_server(
                app,
                host=host,
                port=port,
                threads=THREADS,
                ident=None,
                max_request_body_size=BODY_BYTES_MAX,
                channel_request_lookahead=1,  # notice a browser that went away while it waits for a stream
                clear_untrusted_proxy_headers=True,
            )
        except OSError as error:
            raise EnishiError("config.kiosk_port", host=host, port=port, detail=str(error.strerror)) from error
        except ValueError as error:  # waitress: a host that no name service knows
            raise EnishiError("config.bad_value", key="kiosk.host", value=host, wanted="127.0.0.1") from error
        self.port: int = self._server.effective_port

    def run(self) -> None:
        with contextlib.suppress(OSError):  # the sockets are closed under it: that is how it ends
            self._server.run()

    def close(self) -> None:
        """Whoever still reads from a stream is cut off; what waitress would log of that says nothing to anybody."""
        logging.getLogger("waitress").disabled = True
        self._server.close()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=2)
