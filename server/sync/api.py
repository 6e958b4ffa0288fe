"""``/v1``: bytes to structs and back. The transaction is closed before the answer is made."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeVar

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from server.sync import service
from server.terminals import service as terminals
from server.terminals.models import Terminal
from server.web.context import office
from shared.errors import EnishiError, Refused
from shared.sync.messages import (
    PULL_ITEMS_MAX,
    PUSH_PACKED_MAX,
    PUSH_UNPACKED_MAX,
    UNREADABLE,
    ErrorReply,
    Hello,
    Push,
)

BLUEPRINT = Blueprint("sync", __name__, url_prefix="/v1", template_folder="templates")
CURSOR_DIGITS_MAX = 15

STATUS = {
    "sync.unauthorised": 401,
    "sync.revoked": 403,
    "sync.wrong_terminal": 403,
    "sync.gap": 409,
    "sync.fork": 409,
    "sync.too_large": 413,
    "sync.encoding": 415,
}  # any other refusal is 400

Told = TypeVar("Told", Hello, Push)


@BLUEPRINT.post("/hello")
def hello() -> Response:
    return _answer(lambda: _told(Hello), service.hello)


@BLUEPRINT.post("/push")
def push() -> Response:
    return _answer(lambda: _told(Push), service.push)


@BLUEPRINT.get("/pull")
def pull() -> Response:
    def serve(session: Session, terminal: Terminal, asked: tuple[int, int], now_ms: int) -> msgspec.Struct:
        return service.pull(session, terminal, *asked, now_ms)

    return _answer(lambda: (_number("cursor", 0), min(_number("limit", PULL_ITEMS_MAX), PULL_ITEMS_MAX)), serve)


Asked = TypeVar("Asked")


def _answer(
    read: Callable[[], Asked], serve: Callable[[Session, Terminal, Asked, int], msgspec.Struct | Refused]
) -> Response:
    """Recognise the terminal, then read, then serve: nobody unknown makes us unpack anything."""
    head_office = office()
    with head_office.database.reading() as session:
        known = _terminal(session)
    if isinstance(known, Refused):
        return error(known)
    try:
        asked = read()
    except EnishiError as unreadable:
        return error(Refused(unreadable.code, unreadable.facts))
    with head_office.database.transaction() as session:
        terminal = _terminal(session)
        reply = terminal if isinstance(terminal, Refused) else serve(session, terminal, asked, head_office.now_ms())
    return error(reply) if isinstance(reply, Refused) else _json(reply, 200)


def error(refused: Refused, status: int | None = None) -> Response:
    """The protocol's answer "no"."""
    facts = dict(refused.facts)
    have_seq = facts.pop("have_seq", -1)
    return _json(ErrorReply(refused.code, facts, int(have_seq)), status or STATUS.get(refused.code, 400))


def _terminal(session: Session) -> Terminal | Refused:
    return terminals.recognise(session, request.headers.get("X-Tid", ""), request.headers.get("Authorization", ""))


def _told(kind: type[Told]) -> Told:
    """The request's body as a struct. Raises ``sync.malformed``, ``sync.too_large`` or ``sync.encoding``."""
    try:
        return msgspec.json.decode(_body(), type=kind)
    except UNREADABLE as malformed:
        raise EnishiError("sync.malformed", detail=str(malformed)[:200]) from malformed


def _body() -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding not in ("gzip", "identity"):
        raise EnishiError("sync.encoding", encoding=encoding[:20])
    limit = PUSH_PACKED_MAX if encoding == "gzip" else PUSH_UNPACKED_MAX
    if (request.content_length or 0) > limit:
        raise EnishiError("sync.too_large", limit=limit)
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise EnishiError("sync.too_large", limit=limit)
    return unpack(data) if encoding == "gzip" else data


def unpack(packed: bytes) -> bytes:
    """One gzip member, stopped at the limit while it unfolds. Raises ``sync.too_large`` or ``sync.malformed``."""
    unfolding = zlib.decompressobj(wbits=31)
    try:
        data = unfolding.decompress(packed, PUSH_UNPACKED_MAX + 1)
    except zlib.error as damaged:
        raise EnishiError("sync.malformed", detail="gzip") from damaged
    if len(data) > PUSH_UNPACKED_MAX:
        raise EnishiError("sync.too_large", limit=PUSH_UNPACKED_MAX)
    if not unfolding.eof or unfolding.unused_data:
        raise EnishiError("sync.malformed", detail="gzip")
    return data


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= CURSOR_DIGITS_MAX):
        raise EnishiError("sync.malformed", detail=name)
    return int(text)


def _json(body: msgspec.Struct, status: int) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
