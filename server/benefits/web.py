"""Benefits: granted to a card, listed with what became of them, withdrawn; and their part of other pages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.benefits import service, timeline
from server.benefits.lists import benefits
from server.benefits.models import TEXT_MAX, Benefit
from server.cards import seeing
from server.cards import service as cards
from server.members import service as members
from server.staff import service as staff
from server.stores import service as stores
from server.web import listing as lists
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Group, MenuItem, Page, Section
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, parse_card_no
from shared.locale import N_
from shared.text.era import parse_date

BLUEPRINT = Blueprint("benefits", __name__, template_folder="templates", url_prefix="/benefits")
Answer = Response | str | tuple[str, int]
_FIELDS = {
    "input.card_no": "card",
    "input.card_unknown": "card",
    "benefits.card_stopped": "card",
    "benefits.too_many": "card",
    "input.date": "valid_until",
    "input.valid_until_past": "valid_until",
}


@BLUEPRINT.get("")
@needs(Right.MEMBERS_READ)
def listing() -> Answer:
    return lists.page(benefits(), request.args, "benefits/list.html")


@BLUEPRINT.get("/new")
@needs(Right.MESSAGES)
def new() -> str:
    return _form({"card": request.args.get("card", "")}, {})


@BLUEPRINT.post("")
@needs(Right.MESSAGES)
def grant() -> Answer:
    try:
        card, text = _card(request.form.get("card", "")), request.form.get("text", "")
        until = request.form.get("valid_until", "").strip()
        if service.is_told_twice(db(), card, text, today()):
            raise EnishiError("benefits.twice")
        valid_until = parse_date(until).isoformat() if until else ""
        benefit = service.grant(db(), card, text, valid_until, actor(), today(), now_ms(), scope())
    except EnishiError as error:
        errors = {_FIELDS.get(error.code, "text"): Refused(error.code, error.facts)}
        return _form(request.form, errors), 422
    audit.note(db(), actor(), "benefits.granted", f"benefit:{benefit.id}", {"card": card}, now_ms())
    return redirect(url_for("benefits.listing"), 303)


@BLUEPRINT.get("/<int:number>/withdrawals/new")
@needs(Right.MESSAGES)
def ask_withdrawal(number: int) -> str:
    return render_template("benefits/withdraw.html", benefit=_find(number))


@BLUEPRINT.post("/<int:number>/withdrawals")
@needs(Right.MESSAGES)
def withdraw(number: int) -> Response:
    service.withdraw(db(), _find(number), now_ms())
    audit.note(db(), actor(), "benefits.withdrawn", f"benefit:{number}", {}, now_ms())
    return redirect(url_for("benefits.listing"), 303)


def _card(typed: str) -> CardNo:
    """Raises ``input.card_no``."""
    return parse_card_no(unicodedata.normalize("NFKC", typed).strip())


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template(
        "benefits/new.html", typed=typed, errors=errors, limit=TEXT_MAX, holder=_holder(typed.get("card", ""))
    )


def _holder(typed: str) -> str:
    """The name behind a typed card number, to be sure of the right person; "" when unknown."""
    try:
        card = _card(typed)
    except EnishiError:
        return ""
    seen = seeing.sees(db(), card, scope())
    return members.names_of_cards(db(), [card], scope()).get(card, (0, ""))[1] if seen else ""


def _find(number: int) -> Benefit:
    benefit = service.find(db(), number, scope())
    if benefit is None:
        abort(404)
    return benefit


def _words(listed: Sequence[service.Line]) -> dict[str, object]:
    day = today()
    return {
        "names": members.names_of_cards(db(), {line.benefit.card for line in listed}, scope()),
        "states": {line.benefit.id: service.state_of(line.benefit, day) for line in listed},
        "stores": stores.names(db()),
        "people": staff.names(db()),
    }


def _section(numbers: Sequence[int], card: int) -> Markup:
    lines = service.lines_of(db(), numbers)
    return Markup(render_template("benefits/section.html", lines=lines, card=card, **_words(lines)))


def _of_member(number: int) -> Markup:
    held = cards.of_members(db(), [number]).get(number, ())
    return _section(held, held[-1]) if held else Markup("")


def _of_card(number: int) -> Markup:
    return _section([number], number)


FEATURE = Feature(
    "benefits",
    BLUEPRINT,
    menu=(MenuItem(Group.PROMOTION, "gift", N_("お渡しするもの"), "benefits.listing", 6, Right.MEMBERS_READ),),
    acts={"benefits.granted": N_("お渡しするものを登録"), "benefits.withdrawn": N_("お渡しするものを取り消し")},
    sections=(Section(Page.MEMBER, _of_member, 6), Section(Page.CARD, _of_card, 6)),
    timeline=timeline.happened,
)
