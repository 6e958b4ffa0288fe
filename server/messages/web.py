"""Messages to card faces: write with a preview, list with proof, withdraw."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.cards import service as cards
from server.members import service as members
from server.messages import service
from server.messages.models import TEXT_MAX, CardMessage
from server.messages.service import Draft
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Group, MenuItem, Page, Section, Tile
from server.web.i18n import gettext as _
from server.web.security import me
from shared.card.rows import Typesetter, message_section
from shared.card.stock import FaceStock
from shared.errors import EnishiError, Refused
from shared.ids import parse_card_no
from shared.locale import N_, japanese
from shared.text.era import parse_date
from shared.units import format_number

STATES = ("waiting", "no_room", "printed", "expired", "withdrawn")

BLUEPRINT = Blueprint("messages", __name__, template_folder="templates", url_prefix="/messages")
Answer = Response | str | tuple[str, int]


@BLUEPRINT.get("")
def listing() -> str:
    chosen = request.args.get("state", "")
    found = service.lines(db(), today())
    counts = {state: sum(line.state == state for line in found) for state in STATES}
    shown = [line for line in found if chosen not in STATES or line.state == chosen]
    return render_template(
        "messages/list.html", lines=shown, counts=counts, chosen=chosen, total=len(found), **_words(shown)
    )


@BLUEPRINT.get("/new")
def new() -> str:
    return _form({"card": request.args.get("card", ""), "priority": "0"}, {})


@BLUEPRINT.post("/previews")
def preview() -> str:
    """The lines of the face, for the form's live part."""
    return render_template("messages/preview.html", **_preview(request.form.get("text", "")))


@BLUEPRINT.post("")
def write() -> Answer:
    try:
        draft = _draft(request.form)
        if service.is_told_twice(db(), draft, today()):
            raise EnishiError("input.message_twice")
        service.write(db(), draft, me().id, today(), now_ms())
    except EnishiError as error:
        errors = {_FIELDS.get(error.code, "text"): Refused(error.code, error.facts)}
        return _form(request.form, errors), 422
    return redirect(url_for("messages.listing"), 303)


@BLUEPRINT.get("/<int:number>/withdrawals/new")
def ask_withdrawal(number: int) -> str:
    return render_template("messages/withdraw.html", message=_find(number))


@BLUEPRINT.post("/<int:number>/withdrawals")
def withdraw(number: int) -> Response:
    service.withdraw(db(), _find(number), now_ms())
    return redirect(url_for("messages.listing"), 303)


_FIELDS = {
    "input.card_no": "card",
    "input.card_unknown": "card",
    "input.priority": "priority",
    "input.date": "valid_until",
    "input.valid_until_past": "valid_until",
}


def _draft(form: Mapping[str, str]) -> Draft:
    """Raises ``input.card_no`` or ``input.date``."""
    until = form.get("valid_until", "").strip()
    priority = form.get("priority", "0")
    return Draft(
        card=parse_card_no(unicodedata.normalize("NFKC", form.get("card", "")).strip()),
        text=form.get("text", ""),
        priority=int(priority) if priority in ("0", "5", "9") else -1,
        valid_until=parse_date(until).isoformat() if until else "",
    )


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template(
        "messages/new.html", typed=typed, errors=errors, holder=_holder(typed.get("card", "")),
        **_preview(typed.get("text", "")),
    )  # fmt: skip


def _holder(typed: str) -> str:
    """The name behind a typed card number, to be sure of the right person; "" when unknown."""
    try:
        card = parse_card_no(unicodedata.normalize("NFKC", typed).strip())
    except EnishiError:
        return ""
    return members.names_of_cards(db(), [card]).get(card, (0, ""))[1]


def _preview(text: str) -> dict[str, object]:
    """Set with the same code as on the terminal, on the usual stock."""
    stock = FaceStock()
    setter = Typesetter(stock, japanese)
    rows = message_section(setter, text[: 2 * TEXT_MAX]).rows
    return {
        "rows": [row.left for row in rows],
        "replaced": list(setter.replaced),
        "columns": stock.columns // 2,
        "length": len(text.strip()),
        "limit": TEXT_MAX,
    }


def _find(number: int) -> CardMessage:
    message = service.find(db(), number)
    if message is None:
        abort(404)
    return message


def _words(listed: Sequence[service.Line]) -> dict[str, object]:
    return {
        "names": members.names_of_cards(db(), {line.message.card for line in listed}),
        "stores": stores.names(db()),
        "terminals": terminals.names(db()),
    }


def _tiles() -> tuple[Tile, ...]:
    waiting = _("{n}件").format(n=format_number(service.waiting(db(), today())))
    return (Tile(_("印字待ちのメッセージ"), waiting, _("次の来店で印字"), url_for("messages.listing")),)


def _section(numbers: list[int], card: int) -> Markup:
    found = service.lines(db(), today(), numbers)
    return Markup(render_template("messages/section.html", lines=found, card=card, **_words(found)))


def _of_member(number: int) -> Markup:
    held = list(cards.of_members(db(), [number]).get(number, ()))
    return _section(held, held[-1]) if held else Markup("")


def _of_card(number: int) -> Markup:
    return _section([number], number)


FEATURE = Feature(
    "messages",
    BLUEPRINT,
    menu=(MenuItem(Group.PROMOTION, "message-square", N_("カード面メッセージ"), "messages.listing"),),
    tiles=_tiles,
    sections=(Section(Page.MEMBER, _of_member), Section(Page.CARD, _of_card)),
)
