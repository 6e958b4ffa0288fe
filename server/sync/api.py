"""``/v1``: signed bytes to structs and back. The transaction is closed before the answer is made and signed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

import msgspec
from flask import Blueprint, Response, g, request
from msgspec import structs
from sqlalchemy.orm import Session
from werkzeug.wsgi import wrap_file

from server.keys import service as keys
from server.roster import service as roster
from server.roster.service import Piece
from server.sync import door, online, repairs, service, welcome
from server.terminals import service as terminals
from server.terminals.models import Terminal
from server.web.context import office
from shared.errors import EnishiError, Refused
from shared.sync.messages import (
    PULL_ITEMS_MAX,
    PUSH_PACKED_MAX,
    PUSH_UNPACKED_MAX,
    UNREADABLE,
    Check,
    ErrorReply,
    Hello,
    Push,
    Repair,
)
from shared.sync.packing import Unfoldable, unfold
from shared.sync.signing import SIGNATURE_HEADER, Claim, answered, body_hash, read_claim, reply_bytes

BLUEPRINT = Blueprint("sync", __name__, url_prefix="/v1", template_folder="templates")
CURSOR_DIGITS_MAX = 15
_BYTES = "application/octet-stream"

STATUS = {
    "sync.unauthorised": 401,
    "sync.signature": 401,
    "sync.revoked": 403,
    "sync.enrol_code": 403,
    "sync.enrol_used": 403,
    "sync.replayed": 409,
    "sync.epoch": 409,
    "sync.wrong_terminal": 403,
    "sync.gap": 409,
    "sync.fork": 409,
    "sync.too_large": 413,
    "sync.encoding": 415,
    "sync.enrol_busy": 429,
    "sync.roster_gone": 410,
}  # any other refusal is 400

Told = TypeVar("Told", bound=msgspec.Struct)


@BLUEPRINT.post("/hello")
def hello() -> Response:
    def serve(session: Session, terminal: Terminal, told: Hello, now_ms: int) -> msgspec.Struct | Refused:
        if not terminal.is_open:
            return welcome.dismissed(session, now_ms)
        reply = service.hello(session, terminal, told, now_ms)
        if isinstance(reply, Refused):
            return reply
        vault = office().vault
        said = welcome.welcomed(session, vault, terminal, g.claim.stream, told, reply, now_ms)
        offers = roster.offers(session, roster.shelf_of(office().settings), vault, terminal.sign_key, told)
        return structs.replace(said, rosters=offers) if offers else said

    return _answer(lambda: told(Hello), serve)


@BLUEPRINT.post("/push")
def push() -> Response:
    def serve(session: Session, terminal: Terminal, told: Push, now_ms: int) -> msgspec.Struct | Refused:
        vault = office().vault
        return service.push(session, terminal, told, now_ms, keys.ring(session, vault), vault.unseal, g.packed)

    return _answer(lambda: told(Push), serve)


@BLUEPRINT.get("/pull")
def pull() -> Response:
    def serve(session: Session, terminal: Terminal, asked: tuple[int, int, int], now_ms: int) -> msgspec.Struct:
        return service.pull(session, terminal, *asked)

    def read() -> tuple[int, int, int]:
        limit = min(_number("limit", PULL_ITEMS_MAX), PULL_ITEMS_MAX)
        return _number("cursor", 0), limit, _number("members_after", 0)

    return _answer(read, serve)


@BLUEPRINT.get("/snapshot/<id>")
def snapshot(id: str) -> Response:
    def serve(session: Session, terminal: Terminal, part: int, now_ms: int) -> Piece | Refused:
        return roster.find_piece(session, roster.shelf_of(office().settings), id, part)

    return _answer(lambda: _number("part", 0), serve)


@BLUEPRINT.post("/check")
def check() -> Response:
    def serve(session: Session, terminal: Terminal, told: Check, now_ms: int) -> msgspec.Struct:
        return online.check(session, terminal, told, now_ms, keys.ring(session, office().vault))

    return _answer(lambda: told(Check), serve)


@BLUEPRINT.post("/repair")
def repair() -> Response:
    def serve(session: Session, terminal: Terminal, told: Repair, now_ms: int) -> msgspec.Struct | Refused:
        return repairs.repair(session, terminal, told, now_ms, keys.ring(session, office().vault))

    return _answer(lambda: told(Repair), serve)


Asked = TypeVar("Asked")


Answer = msgspec.Struct | Piece | Refused


def _answer(read: Callable[[], Asked], serve: Callable[[Session, Terminal, Asked, int], Answer]) -> Response:
    """Recognise the terminal, unpack, verify, read, then serve: nobody unknown makes us unpack anything."""
    head_office = office()
    knocked = knock()
    if isinstance(knocked, Refused):
        return error(knocked)
    claim, signature = knocked
    with head_office.database.reading() as session:
        key = terminals.sign_key(session, claim.terminal)
    if not key:
        return error(Refused("sync.unauthorised"))
    try:
        verify(key, claim, signature)
        asked = read()
    except EnishiError as unreadable:
        return error(Refused(unreadable.code, unreadable.facts))
    with head_office.database.side_by_side() as session:
        terminal = terminals.recognise(session, claim.terminal, locks=True)
        reply = _served(session, terminal, claim, asked, serve)
    if isinstance(reply, Refused):
        return error(reply)
    try:
        return answer(reply if isinstance(reply, msgspec.Struct) else reply.read())
    except EnishiError as gone:
        return error(Refused(gone.code, gone.facts))


def _served(
    session: Session,
    terminal: Terminal | Refused,
    claim: Claim,
    asked: Asked,
    serve: Callable[[Session, Terminal, Asked, int], Answer],
) -> Answer:
    if isinstance(terminal, Refused):
        return terminal
    now_ms = office().now_ms()
    refused = door.admit(session, terminal, claim, request.path, now_ms)
    return serve(session, terminal, asked, now_ms) if refused is None else refused


def knock() -> tuple[Claim, bytes] | Refused:
    """Who says that this is theirs, and in which version; nothing of it is believed yet."""
    said = read_claim(dict(request.headers))
    if said is None:
        return Refused("sync.headers")
    g.claim = said[0]
    return door.check_protocol(said[0]) or said


def verify(key: bytes, claim: Claim, signature: bytes) -> None:
    """Unpack the body and compare. Raises ``sync.signature``, ``sync.too_large``, ``sync.malformed``, …"""
    query = request.query_string.decode("latin-1")
    path = request.path + ("?" + query if query else "")
    if not door.is_signed(key, claim, signature, request.method, path, _body()):
        raise EnishiError("sync.signature")


def error(refused: Refused, status: int | None = None) -> Response:
    """The protocol's answer "no"."""
    facts = dict(refused.facts)
    have_seq = facts.pop("have_seq", -1)
    return answer(ErrorReply(refused.code, facts, int(have_seq)), status or STATUS.get(refused.code, 400))


def told(kind: type[Told]) -> Told:
    """The request's body as a struct. Raises ``sync.malformed``, ``sync.too_large`` or ``sync.encoding``."""
    try:
        return msgspec.json.decode(_body(), type=kind)
    except UNREADABLE as malformed:
        raise EnishiError("sync.malformed", detail=str(malformed)[:200]) from malformed


def _body() -> bytes:
    """Unpacked, and kept: the request's stream can be read once only."""
    if "body" not in g:
        g.body = _read_body() if request.method == "POST" else b""
    body: bytes = g.body
    return body


def _read_body() -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding not in ("gzip", "identity"):
        raise EnishiError("sync.encoding", encoding=encoding[:20])
    limit = PUSH_PACKED_MAX if encoding == "gzip" else PUSH_UNPACKED_MAX
    if (request.content_length or 0) > limit:
        raise EnishiError("sync.too_large", limit=limit)
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise EnishiError("sync.too_large", limit=limit)
    g.packed = data if encoding == "gzip" else b""
    return unpack(data) if encoding == "gzip" else data


def unpack(packed: bytes) -> bytes:
    """One gzip member, stopped at the limit while it unfolds. Raises ``sync.too_large`` or ``sync.malformed``."""
    try:
        data = unfold(packed, PUSH_UNPACKED_MAX)
    except Unfoldable as damaged:
        raise EnishiError("sync.malformed", detail="gzip") from damaged
    if len(data) > PUSH_UNPACKED_MAX:
        raise EnishiError("sync.too_large", limit=PUSH_UNPACKED_MAX)
    return data


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= CURSOR_DIGITS_MAX):
        raise EnishiError("sync.malformed", detail=name)
    return int(text)


def answer(body: msgspec.Struct | bytes, status: int = 200) -> Response:
    """Every reply is signed, for the very request that it answers. Bytes go as they are."""
    content, kind = (body, _BYTES) if isinstance(body, bytes) else (msgspec.json.encode(body), "application/json")
    stream, counter = answered(dict(request.headers))
    signature = office().vault.sign(reply_bytes(stream, counter, status, body_hash(content)))
    signed = {SIGNATURE_HEADER: b64encode(signature).decode("ascii")}
    if not isinstance(body, bytes):
        return Response(content, status, signed, content_type=kind)
    # As a file, of which the server sends pieces; handed over whole it would copy a long answer again and again.
    whole = wrap_file(request.environ, BytesIO(content))
    response = Response(whole, status, signed, content_type=kind, direct_passthrough=True)
    response.content_length = len(content)
    return response
