"""A member's cards: one is handed over, one is taken off; both are looked at before they are done."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.cards import acts, seeing
from server.cards import service as cards
from server.cards.models import STOPPED, Card
from server.ledger import service as ledger
from server.members import service
from server.members.blueprint import BLUEPRINT, Answer, find, note, refused, typed
from server.members.models import Member
from server.stores import service as stores
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from server.web.i18n import gettext as _
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, format_card_no, parse_card_no


@BLUEPRINT.get("/<int:number>/cards/new")
@needs(Right.CARDS_EDIT)
def ask_card(number: int) -> Answer:
    """The number that stands on the card; then what is known of that card, before it is given."""
    member, told = find(number), request.args.get("card", "")
    if not told.strip():
        return _give(member, {}, {}, None)
    try:
        return _give(member, request.args, {}, _to_give(member, told))
    except EnishiError as error:
        return _give(member, request.args, refused("card", error), None), 422


@BLUEPRINT.post("/<int:number>/cards")
@needs(Right.CARDS_EDIT)
def give_card(number: int) -> Answer:
    member = find(number)
    try:
        card = _to_give(member, typed("card"))
        service.give_card(db(), member, card, now_ms())
    except EnishiError as error:
        return _give(member, request.form, refused("card", error), None), 422
    acts.note_act(db(), card, acts.ISSUE, "", "", actor(), now_ms())
    note("card_given", member.number, card=card)
    flash(_("カード {card} を渡しました。まちがえたときは「外す」で戻せます。").format(card=format_card_no(card)))
    return _back(member)


@BLUEPRINT.get("/<int:number>/cards/<int:card>/parting")
@needs(Right.CARDS_EDIT)
def ask_parting(number: int, card: int) -> str:
    member = find(number)
    return _part(member, _held(member, card), {}, {})


@BLUEPRINT.post("/<int:number>/cards/<int:card>/parting")
@needs(Right.CARDS_EDIT)
def part_card(number: int, card: int) -> Answer:
    """The points stay on the card, and the terminals greet nobody by it any more."""
    member = find(number)
    held, why = _held(member, card), typed("why")
    try:
        acts.part(db(), held, why, typed("note"), actor(), now_ms())
    except EnishiError as error:
        return _part(member, held, request.form, refused("why", error)), 422
    service.publish(db(), [member.number], now_ms())
    note("card_parted", member.number, card=card, why=why)
    flash(
        _("カード {card} を外しました。元に戻すときは「カードを渡す」で同じ番号を入れてください。").format(
            card=format_card_no(CardNo(card))
        )
    )
    return _back(member)


def _to_give(member: Member, told: str) -> CardNo:
    """Raises ``input.card_no``, ``input.card_taken``, ``members.card_held`` or ``members.card_stopped``."""
    number = parse_card_no(unicodedata.normalize("NFKC", told).strip())
    card = cards.find(db(), number)
    if card is None:
        return number
    if card.member == member.number:
        raise EnishiError("members.card_held")
    if card.member is not None or not seeing.sees(db(), number, scope()):
        raise EnishiError("input.card_taken", card=number, member=0)
    if card.status == STOPPED:
        raise EnishiError("members.card_stopped")
    return number


def _held(member: Member, number: int) -> Card:
    card = cards.find(db(), number)
    if card is None or card.member != member.number:
        abort(404)
    return card


def _give(member: Member, told: Mapping[str, str], errors: Mapping[str, Refused], card: CardNo | None) -> str:
    """``card``: one that may be given, to be looked at."""
    known = cards.find(db(), card) if card is not None else None
    return render_template(
        "members/give_card.html", member=member, typed=told, errors=errors, card=card, known=known,
        points=ledger.balances(db(), [card])[card] if card is not None else 0, stores=stores.names(db()),
    )  # fmt: skip


def _part(member: Member, card: Card, told: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template(
        "members/part_card.html", member=member, card=card.number, whys=acts.PART_WHYS, typed=told, errors=errors,
        points=ledger.balances(db(), [card.number])[card.number],
    )  # fmt: skip


def _back(member: Member) -> Response:
    return redirect(url_for("members.one", number=member.number), 303)
