"""One POST to somebody else's machine: to the address that was allowed, no redirects, little read, not for long."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Event, Timer

from server.api import addresses
from server.api.addresses import Target
from shared.errors import EnishiError

STEP_S = 5.0  # for connecting, and between two pieces of an answer
WHOLE_S = 15.0  # for all of it: a peer that answers drop by drop holds nobody up
LATE = "TimeoutError"
ANSWER_BYTES = 200  # of the answer are kept, to be looked at


@dataclass(frozen=True, slots=True)
class Answered:
    """``status`` 0: nothing came; ``words``: what did, or why not."""

    status: int
    words: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def post(
    url: str, headers: Mapping[str, str], body: bytes, own_hosts: Collection[str], whole_s: float = WHOLE_S
) -> Answered:
    """Never raises for what the other side does."""
    try:
        target = addresses.read(url, own_hosts)
        return _exchange(target, addresses.resolve(target, own_hosts), headers, body, whole_s)
    except EnishiError as error:
        return Answered(0, error.code)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answered(0, type(error).__name__)


def _exchange(target: Target, address: str, headers: Mapping[str, str], body: bytes, whole_s: float) -> Answered:
    with closing(socket.create_connection((address, target.port), STEP_S)) as plain:
        late = Event()
        timer = Timer(whole_s, _cut, [plain, late])
        timer.daemon = True
        timer.start()
        try:
            answer = _ask(target, _wrapped(target, plain), headers, body)
            # What was cut off in the middle of its head would pass for a whole answer.
            return Answered(0, LATE) if late.is_set() else answer
        finally:
            timer.cancel()


def _ask(target: Target, line: socket.socket, headers: Mapping[str, str], body: bytes) -> Answered:
    with closing(http.client.HTTPConnection(target.host, target.port, timeout=STEP_S)) as connection:
        connection.sock = line
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        words = answer.read(ANSWER_BYTES).decode("utf-8", "replace")
        return Answered(answer.status, "".join(sign if sign.isprintable() else " " for sign in words))


def _wrapped(target: Target, plain: socket.socket) -> socket.socket:
    if not target.tls:
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)


def _cut(line: socket.socket, late: Event) -> None:
    late.set()
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
