"""One question to head office and its answer, judged: HTTP becomes structs or a ``sync.*`` error, once, here."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec
import requests
from requests.auth import AuthBase

from shared.clock import Clock
from shared.errors import EnishiError
from shared.ids import TerminalId
from shared.sync.messages import UNREADABLE, ErrorReply

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 20.0  # between two pieces of an answer
ANSWER_S_MAX = 60.0  # for all pieces together
ANSWER_BYTES_MAX = 4 << 20  # unpacked; a page of 1,000 members is about 400 KB
PIECE_BYTES = 64 << 10
GZIP_LEVEL = 6

_OK = 200
_UNAUTHORIZED, _TOO_MANY, _SERVER_ERROR = 401, 429, 500

Parsed = TypeVar("Parsed")
_error_decoder = msgspec.json.Decoder(ErrorReply)


class Refusal(Exception):
    """Head office understood and said no. ``reply`` is None when it gave no reason."""

    def __init__(self, status: int, reply: ErrorReply | None) -> None:
        super().__init__(status, reply)
        self.status = status
        self.reply = reply


class Line:
    """Raises EnishiError ``sync.*`` or Refusal, and nothing else of what a network can do."""

    def __init__(
        self, session: requests.Session, base_url: str, terminal: TerminalId, token: str, software: str, clock: Clock
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._auth = _Bearer(token)
        self._clock = clock
        self._headers = {
            "X-Tid": str(terminal),
            "User-Agent": f"enishi-terminal/{software}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }

    def post(self, path: str, packed: bytes, parse: Callable[[bytes], Parsed]) -> Parsed:
        """``packed``: gzipped JSON, from :func:`pack`."""
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return self._ask("POST", path, parse, packed, headers)

    def get(self, path: str, parse: Callable[[bytes], Parsed]) -> Parsed:
        return self._ask("GET", path, parse, None, {})

    def _ask(
        self,
        method: str,
        path: str,
        parse: Callable[[bytes], Parsed],
        data: bytes | None,
        headers: Mapping[str, str],
    ) -> Parsed:
        try:
            with self._session.request(
                method,
                self._base_url + path,
                data=data,
                headers={**self._headers, **headers},
                auth=self._auth,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,  # head office never redirects; a captive portal does
                stream=True,
            ) as response:
                self._refuse_by_status(response)
                content = self._read(response)
        except requests.ConnectTimeout as error:
            raise EnishiError("sync.unreachable", detail=type(error).__name__) from error
        except requests.Timeout as error:
            raise EnishiError("sync.timeout") from error
        except (requests.RequestException, OSError) as error:
            raise EnishiError("sync.unreachable", detail=type(error).__name__) from error
        return _judge(response.status_code, content, parse)

    def _refuse_by_status(self, response: requests.Response) -> None:
        """What is decided before the body is read; nobody promises that an overloaded proxy speaks JSON."""
        status = response.status_code
        if status == _UNAUTHORIZED:
            raise EnishiError("sync.token_refused")
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            wait_s = _retry_after_s(response.headers.get("Retry-After", ""), self._clock.now().wall_ms)
            raise EnishiError("sync.busy", status=status, wait_s=wait_s)

    def _read(self, response: requests.Response) -> bytes:
        started = self._clock.now().mono_s
        content = bytearray()
        for piece in response.iter_content(PIECE_BYTES):
            content += piece
            if len(content) > ANSWER_BYTES_MAX:
                raise EnishiError("sync.reply_too_large", limit=ANSWER_BYTES_MAX)
            if self._clock.now().mono_s - started > ANSWER_S_MAX:
                raise EnishiError("sync.timeout")
        return bytes(content)


def pack(message: msgspec.Struct) -> tuple[int, bytes]:
    """The message's length as JSON, and gzipped; the same bytes for the same message."""
    text = msgspec.json.encode(message)
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)  # 16: with a gzip head, without a time
    return len(text), packer.compress(text) + packer.flush()


def _judge(status: int, content: bytes, parse: Callable[[bytes], Parsed]) -> Parsed:
    if status != _OK:
        raise Refusal(status, _error_reply(content))
    try:
        return parse(content)
    except UNREADABLE as error:
        raise EnishiError("sync.not_head_office", status=status, detail=str(error)[:120]) from error


def _error_reply(content: bytes) -> ErrorReply | None:
    try:
        return _error_decoder.decode(content)
    except UNREADABLE:
        return None


def _retry_after_s(text: str, wall_ms: int) -> int:
    """Seconds, or a date (RFC 9110, 10.2.3); 0 for anything else."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        return max(0, int(parsedate_to_datetime(text).timestamp() - wall_ms / 1000))
    except (ValueError, OverflowError):
        return 0


class _Bearer(AuthBase):
    """As an auth object, so that a netrc file cannot put its own password in the place of the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
