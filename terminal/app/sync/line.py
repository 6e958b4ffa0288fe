"""One signed question to head office and its answer, judged: HTTP becomes structs or a ``sync.*`` error, once, here.

Nothing of an answer is believed before its signature was compared with head office's key: a captive portal, a proxy in
between and a stranger under its address all come out as ``sync.not_head_office``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any, TypeVar, cast

import msgspec
import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from shared.clock import Clock
from shared.errors import EnishiError
from shared.sync.messages import UNREADABLE, ErrorReply
from shared.sync.packing import fold
from shared.sync.signing import read_signature
from terminal.app.identity import Signer

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 20.0  # between two pieces of an answer
ANSWER_S_MAX = 60.0  # for all pieces together
ANSWER_BYTES_MAX = 4 << 20  # unpacked; a page of 1,000 members is about 400 KB
PIECE_BYTES = 64 << 10

_OK = 200
_BAD_REQUEST, _TOO_MANY, _SERVER_ERROR = 400, 429, 500

Parsed = TypeVar("Parsed")
_error_decoder = msgspec.json.Decoder(ErrorReply)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is waited for; as long as this where nobody stands at the counter and waits as well."""

    connect_s: float = CONNECT_TIMEOUT_S
    read_s: float = READ_TIMEOUT_S
    answer_s: float = ANSWER_S_MAX  # infinite: as long as something comes; a long answer is then read in one go


PATIENT = Patience()


class Refusal(Exception):
    """Head office understood and said no. ``reply`` is None when it gave no reason."""

    def __init__(self, status: int, reply: ErrorReply | None) -> None:
        super().__init__(status, reply)
        self.status = status
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Packed:
    """A message as JSON, which is signed, and gzipped, which travels."""

    text: bytes
    gzipped: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """A body in one piece. It is on its way when whoever sends it comes for a second one: then ``waits`` is called."""

    content: bytes
    waits: Callable[[], None]

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        yield self.content
        self.waits()


@dataclass(frozen=True, slots=True)
class Question:
    """One request of this boot, signed under its ``number``."""

    number: int
    path: str
    message: Packed | None
    request: requests.PreparedRequest

    @property
    def method(self) -> str:
        return "GET" if self.message is None else "POST"


class Line:
    """Raises EnishiError ``sync.*`` or Refusal, and nothing else of what a network can do."""

    def __init__(
        self,
        session: requests.Session,
        base_url: str,
        signer: Signer,
        software: str,
        clock: Clock,
        patience: Patience = PATIENT,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._signer = signer
        self._clock = clock
        self._patience = patience
        self._headers = {
            "User-Agent": f"enishi-terminal/{software}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }

    def post(self, path: str, message: Packed, parse: Callable[[bytes], Parsed]) -> Parsed:
        """``message``: from :func:`pack`."""
        return self.ask(self.prepare("POST", path, message), parse)

    def get(self, path: str, parse: Callable[[bytes], Parsed]) -> Parsed:
        return self.ask(self.prepare("GET", path), parse)

    def prepare(self, method: str, path: str, message: Packed | None = None) -> Question:
        """Signed and ready to be sent, once; questions may overtake each other by a few dozen."""
        number, headers = self._signer.sign(method, path, b"" if message is None else message.text)
        packing = {} if message is None else {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        request = requests.Request(
            method,
            self._base_url + path,
            data=None if message is None else message.gzipped,
            headers={**self._headers, **packing, **headers},
            auth=_leave,  # or an address might bring a password of its own
        )
        try:
            return Question(number, path, message, request.prepare())  # no session's cookies, no netrc's password
        except requests.RequestException as error:  # an address that is none
            raise EnishiError("sync.unreachable", detail=type(error).__name__) from error

    def push(self, question: Question, parse: Callable[[bytes], Parsed], waits: Callable[[], None]) -> Parsed:
        """As ``ask``, for a question with a body. ``waits``: called when it has been sent."""
        assert question.message is not None
        question.request.body = cast(Any, Body(question.message.gzipped, waits))
        return self.ask(question, parse)

    def ask(self, question: Question, parse: Callable[[bytes], Parsed]) -> Parsed:
        """Once more when only head office's epoch was not known here."""
        try:
            return self._ask_once(question, parse)
        except Refusal as refusal:
            epoch = _true_epoch(refusal)
            if epoch is None or epoch == self._signer.epoch:
                raise
            self._signer.epoch = epoch
            return self._ask_once(self.prepare(question.method, question.path, question.message), parse)

    def _ask_once(self, question: Question, parse: Callable[[bytes], Parsed]) -> Parsed:
        try:
            with self._session.send(
                question.request,
                timeout=(self._patience.connect_s, self._patience.read_s),
                allow_redirects=False,  # head office never redirects; a captive portal does
                **self._session.merge_environment_settings(question.request.url, {}, True, None, None),
            ) as response:
                self._refuse_by_status(response)
                content = self._read(response)
        except requests.ConnectTimeout as error:
            raise EnishiError("sync.unreachable", detail=type(error).__name__) from error
        except (requests.Timeout, ReadTimeoutError) as error:
            raise EnishiError("sync.timeout") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise EnishiError("sync.unreachable", detail=type(error).__name__) from error
        self._know(question.number, response, content)
        return _judge(response.status_code, content, parse)

    def _know(self, number: int, response: requests.Response, content: bytes) -> None:
        """Whether this is head office. Raises ``sync.not_head_office``."""
        status, signature = response.status_code, read_signature(response.headers)
        if self._signer.is_head_office(number, status, content, signature):
            return
        # Somebody on the way took the headers away: head office says so, but cannot know to whom.
        if status != _BAD_REQUEST or not self._signer.is_head_office_to_nobody(status, content, signature):
            raise EnishiError("sync.not_head_office", status=status)

    def _refuse_by_status(self, response: requests.Response) -> None:
        """What is decided before the body is read: an overloaded proxy in front of head office cannot sign."""
        status = response.status_code
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            wait_s = _retry_after_s(response.headers.get("Retry-After", ""), self._clock.now().wall_ms)
            raise EnishiError("sync.busy", status=status, wait_s=wait_s)

    def _read(self, response: requests.Response) -> bytes:
        if self._patience.answer_s == inf and _tells_its_length(response):
            whole: bytes = response.raw.read(decode_content=False)
            return whole
        started = self._clock.now().mono_s
        content = bytearray()
        for piece in response.iter_content(PIECE_BYTES):
            content += piece
            if len(content) > ANSWER_BYTES_MAX:
                raise EnishiError("sync.reply_too_large", limit=ANSWER_BYTES_MAX)
            if self._clock.now().mono_s - started > self._patience.answer_s:
                raise EnishiError("sync.timeout")
        return bytes(content)


def pack(message: msgspec.Struct) -> Packed:
    """The same bytes for the same message."""
    text = msgspec.json.encode(message)
    return Packed(text, fold(text))


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


def _tells_its_length(response: requests.Response) -> bool:
    """And what comes is what is meant. Read piece by piece, four megabytes take five times as much of a processor."""
    told = response.headers.get("Content-Length", "")
    is_plain = response.headers.get("Content-Encoding", "identity") == "identity"
    return is_plain and told.isascii() and told.isdigit() and len(told) < 10 and int(told) <= ANSWER_BYTES_MAX


def _retry_after_s(text: str, wall_ms: int) -> int:
    """Seconds, or a date (RFC 9110, 10.2.3); 0 for anything else."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        return max(0, int(parsedate_to_datetime(text).timestamp() - wall_ms / 1000))
    except (ValueError, OverflowError):
        return 0


def _true_epoch(refusal: Refusal) -> int | None:
    if refusal.reply is None or refusal.reply.code != "sync.epoch":
        return None
    epoch = refusal.reply.facts.get("epoch")
    return epoch if isinstance(epoch, int) and epoch >= 0 else None


def _leave(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
