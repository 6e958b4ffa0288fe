"""Messages to card faces: write with a preview, list with proof, withdraw."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.access.scope import ALL
from server.audit import service as audit
from server.cards import seeing
from server.cards import service as cards
from server.members import service as members
from server.messages import notices, service, timeline
from server.messages.lists import messages
from server.messages.models import TEXT_MAX, CardMessage
from server.messages.service import Draft
from server.stores import service as stores
from server.terminals import service as terminals
from server.web import listing as lists
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Group, MenuItem, Page, Section
from shared.card.rows import Typesetter, message_section
from shared.card.stock import FaceStock
from shared.errors import EnishiError, Refused
from shared.ids import MEMBER_NO_DIGITS, parse_card_no
from shared.locale import N_, japanese
from shared.text.era import parse_date

BLUEPRINT = Blueprint("messages", __name__, template_folder="templates", url_prefix="/messages")
Answer = Response | str | tuple[str, int]


@BLUEPRINT.get("")
@needs(Right.MESSAGES)
def listing() -> Answer:
    return lists.page(messages(), request.args, "messages/list.html")


@BLUEPRINT.get("/new")
@needs(Right.MESSAGES)
def new() -> str:
    return _form({"card": request.args.get("card", ""), "priority": "0"}, {})


@BLUEPRINT.post("/previews")
@needs(Right.MESSAGES, silent=True)
def preview() -> str:
    """The lines of the face, for the form's live part."""
    return render_template("messages/preview.html", **_preview(request.form.get("text", "")))


@BLUEPRINT.post("")
@needs(Right.MESSAGES)
def write() -> Answer:
    try:
        draft = _draft(request.form)
        if service.is_told_twice(db(), draft, today()):
            raise EnishiError("input.message_twice")
        message = service.write(db(), draft, actor(), today(), now_ms(), scope())
    except EnishiError as error:
        errors = {_FIELDS.get(error.code, "text"): Refused(error.code, error.facts)}
        return _form(request.form, errors), 422
    audit.note(db(), actor(), "messages.written", f"message:{message.id}", {"card": message.card}, now_ms())
    return redirect(url_for("messages.listing"), 303)


@BLUEPRINT.get("/<int:number>/withdrawals/new")
@needs(Right.MESSAGES)
def ask_withdrawal(number: int) -> str:
    return render_template("messages/withdraw.html", message=_find(number))


@BLUEPRINT.post("/<int:number>/withdrawals")
@needs(Right.MESSAGES)
def withdraw(number: int) -> Response:
    service.withdraw(db(), _find(number), now_ms())
    audit.note(db(), actor(), "messages.withdrawn", f"message:{number}", {}, now_ms())
    return redirect(url_for("messages.listing"), 303)


_FIELDS = {
    "notice.member": "card",
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
        card=_addressed(unicodedata.normalize("NFKC", form.get("card", "")).strip()),
        text=form.get("text", ""),
        priority=int(priority) if priority in ("0", "5", "9") else -1,
        valid_until=parse_date(until).isoformat() if until else "",
    )


def _addressed(typed: str) -> int:
    """A card by its number, or the card of a member by theirs. Raises ``input.card_no`` or ``notice.member``."""
    if len(typed) == MEMBER_NO_DIGITS and typed.isascii() and typed.isdigit():
        return notices.card_of(db(), int(typed), scope())
    return parse_card_no(typed)


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
    seen = seeing.sees(db(), card, scope())
    return members.names_of_cards(db(), [card], scope()).get(card, (0, ""))[1] if seen else ""


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
    message = service.find(db(), number, scope())
    if message is None:
        abort(404)
    return message


def _words(listed: Sequence[service.Line]) -> dict[str, object]:
    return {
        "names": members.names_of_cards(db(), {line.message.card for line in listed}, scope()),
        "stores": stores.names(db()),
        "terminals": terminals.names(db()),
    }


def _section(numbers: list[int], card: int) -> Markup:
    found = service.lines(db(), today(), ALL, numbers)
    return Markup(render_template("messages/section.html", lines=found, card=card, **_words(found)))


def _of_member(number: int) -> Markup:
    held = list(cards.of_members(db(), [number]).get(number, ()))
    return _section(held, held[-1]) if held else Markup("")


def _of_card(number: int) -> Markup:
    return _section([number], number)


FEATURE = Feature(
    "messages",
    BLUEPRINT,
    menu=(
        MenuItem(Group.PROMOTION, "message-square", N_("カード面メッセージ"), "messages.listing", right=Right.MESSAGES),
    ),
    acts={"messages.written": N_("メッセージを書く"), "messages.withdrawn": N_("メッセージを取り消し")},
    sections=(
        Section(Page.MEMBER, _of_member, right=Right.MESSAGES),
        Section(Page.CARD, _of_card, right=Right.MESSAGES),
    ),
    timeline=timeline.happened,
)
