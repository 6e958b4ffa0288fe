"""The POS's way in over HTTP: hand a sale over, ask what became of it, take it back.

    POST   /pos/sales            {"reference": "R1-0042", "lines": [{"name": "牛乳", "unit_yen": 198, "tax": 8}]}
                                 or {"reference": "R1-0042", "amount_yen": 1980}; 202 with the sale and its address
    GET    /pos/sales/R1-0042    {"state": "waiting" | "busy" | "done" | "cancelled" | "refused", …}
    DELETE /pos/sales/R1-0042    202; the state says "cancelled" once the counter has let go of it

The same sale again is the same sale, also after the terminal was started anew: what was sold is answered from the
journal and never sold twice. So a reference names one sale for good (a POS whose numbers begin anew each day puts the
day in), and another content under it is 409. Errors are JSON with a permanent code. From this machine anybody may ask;
other hosts must be named in the settings and send the token.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from flask import Flask, Response, jsonify, request

from shared.errors import EnishiError, explain
from shared.sale.basket import LINES_MAX, Basket, Line
from shared.sale.product import TaxRate
from shared.sync.messages import UNREADABLE
from shared.visit.receipt import mask_card_no
from terminal.app.kiosk.guard import host_name
from terminal.app.kiosk.render import Renderer
from terminal.app.pos import PosBoard, PosSale, amount_line, checked

POS_PATH = "/pos/"
SALE_BYTES_MAX = 64 << 10  # a hundred lines with every field named come to some 20 KB
TOKEN_HEX_DIGITS = 64
TOKEN_FILE_BYTES_MAX = 4_096  # longer is not the file that was meant
TOKEN_SETTING = "kiosk.pos_token_file"
OTHERS = 0o077  # bits of a mode that let others read the file
_STATUS = {
    "kiosk.pos_refused": 403, "kiosk.pos_unknown": 404, "kiosk.pos_other_content": 409, "kiosk.pos_done": 409,
    "kiosk.pos_undecided": 409, "kiosk.too_large": 413, "kiosk.pos_too_many": 503, "visit.inbox_full": 503,
}  # fmt: skip
_JOURNAL = "store."  # a journal that cannot be asked now: no sale is offered on a guess
_WRONG = 422  # every other code: the sale itself

Yen = Annotated[int, msgspec.Meta(ge=0)]


class SentLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``unit_yen`` is by the shop's price basis, ``discount_yen`` off the whole line."""

    name: str
    unit_yen: Yen
    code: str = ""
    quantity: int = 1
    tax: Literal[10, 8, 0] = 10
    category: str = ""
    discount_yen: Yen = 0
    earns: bool = True


class SentSale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either goods or ``amount_yen``. ``discount_yen``: off the subtotal."""

    reference: str
    lines: Annotated[tuple[SentLine, ...], msgspec.Meta(max_length=LINES_MAX)] = ()
    amount_yen: Annotated[int, msgspec.Meta(ge=1)] | None = None
    discount_yen: Yen = 0


_parse_sale = msgspec.json.Decoder(SentSale).decode


@dataclass(frozen=True, slots=True)
class PosDoor:
    """``hosts``: addresses beside this machine's own that may come in with ``token``."""

    board: PosBoard
    hosts: Collection[str] = ()
    token: str = ""


def open_door(app: Flask, door: PosDoor, renderer: Renderer, names: Collection[str]) -> None:
    """Add the addresses to ``app``. ``names``: host names under which this machine reaches it."""

    @app.before_request
    def check() -> Response | None:
        if not request.path.startswith(POS_PATH):
            return None
        request.max_content_length = SALE_BYTES_MAX
        why = pos_objection(request.remote_addr or "", dict(request.headers), door, names)
        return no(EnishiError("kiosk.pos_refused", detail=why)) if why else None

    def no(error: EnishiError) -> Response:
        text, remedy = explain(error.code, error.facts, renderer.translate)
        response = jsonify({"code": error.code, "message": text, "remedy": remedy})
        response.status_code = 503 if error.code.startswith(_JOURNAL) else _STATUS.get(error.code, _WRONG)
        if response.status_code == 503:
            response.headers["Retry-After"] = "1"
        return response

    @app.post("/pos/sales")
    def hand_over() -> Response:
        try:
            return _accepted(door.board.offer(read_sale(request.get_data())))
        except EnishiError as error:
            return no(error)

    @app.get("/pos/sales/<reference>")
    def look(reference: str) -> Response:
        try:
            sale = door.board.look(reference)
        except EnishiError as error:
            return no(error)
        return no(EnishiError("kiosk.pos_unknown", reference=reference[:40])) if sale is None else jsonify(told(sale))

    @app.delete("/pos/sales/<reference>")
    def take_back(reference: str) -> Response:
        try:
            return _accepted(door.board.take_back(reference))
        except EnishiError as error:
            return no(error)


def pos_objection(remote: str, headers: Mapping[str, str], door: PosDoor, names: Collection[str]) -> str | None:
    """Why a request is turned away, in English for the log and the reply; None = welcome. No browser is a POS: a page
    that somebody opened on this machine must not send sales."""
    if "Origin" in headers or "Sec-Fetch-Site" in headers:
        return "a browser"
    if is_loopback(remote):  # a page may have pointed its own name here: then the Host is that name
        return None if host_name(headers.get("Host", "")) in names else "unknown host"
    if remote not in door.hosts:
        return "unknown host"
    sent = headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "replace")
    return None if door.token and hmac.compare_digest(sent, door.token.encode("ascii")) else "wrong token"


def is_loopback(remote: str) -> bool:
    try:
        return ipaddress.ip_address(remote).is_loopback
    except ValueError:
        return False


def read_sale(body: bytes) -> Basket:
    """Raises ``kiosk.pos_sale`` for what is no sale, else as ``pos.checked`` does."""
    try:
        sent = _parse_sale(body)
    except UNREADABLE as error:
        raise EnishiError("kiosk.pos_sale", detail=str(error)[:120]) from error
    if (sent.amount_yen is None) == (not sent.lines):
        raise EnishiError("kiosk.pos_sale", detail="lines or amount_yen")
    lines = tuple(_line(line) for line in sent.lines) if sent.amount_yen is None else (amount_line(sent.amount_yen),)
    return checked(Basket(lines, sent.discount_yen, sent.reference))


def _line(sent: SentLine) -> Line:
    return Line(
        sent.code, sent.name, sent.category, sent.unit_yen, sent.quantity, TaxRate(sent.tax), sent.discount_yen,
        sent.earns,
    )  # fmt: skip


def told(sale: PosSale) -> dict[str, str | int]:
    """What the POS hears of a sale. The card's number is masked as on receipts."""
    answer = sale.answer
    return {
        "reference": sale.basket.reference,
        "state": sale.state,
        "card": mask_card_no(answer.card) if answer.card else "",
        "discount_yen": answer.discount_yen,
        "due_yen": answer.due_yen,
        "earn": answer.earn,
        "redeem": answer.redeem,
        "balance": answer.balance,
    }


def _accepted(sale: PosSale) -> Response:
    response = jsonify(told(sale))
    response.status_code = 202
    response.headers["Location"] = f"/pos/sales/{quote(sale.basket.reference)}"
    return response


def read_token(path: Path) -> str:
    """Raises ``config.secret_missing``, ``config.secret_open`` or ``config.secret_malformed``; it is never shown."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(TOKEN_FILE_BYTES_MAX).strip().lower()
    except OSError as error:
        raise EnishiError("config.secret_missing", key=TOKEN_SETTING, path=str(path)) from error
    if mode & OTHERS:
        raise EnishiError("config.secret_open", key=TOKEN_SETTING, path=str(path))
    if len(text) != TOKEN_HEX_DIGITS or not all(byte in b"0123456789abcdef" for byte in text):
        raise EnishiError("config.secret_malformed", key=TOKEN_SETTING, digits=TOKEN_HEX_DIGITS)
    return text.decode("ascii")
