"""Cards: one, those of a member, stopping one."""

from __future__ import annotations

from collections.abc import Sequence

from server.api.book_shapes import CardOut, Cards, StopIn, Stopped
from server.api.calls import Call, Reply
from server.api.routes import members as member_routes
from server.api.routes.lots import lots_out
from server.cards import acts, seeing
from server.cards import service as cards
from server.cards.models import Card
from server.ledger import service as ledger
from server.members import service as members
from shared.errors import EnishiError


def find(call: Call, number: int) -> Card:
    """Raises ``api.not_found``."""
    card = cards.find(call.session, number)
    if card is None or not seeing.sees(call.session, number, call.scope):
        raise EnishiError("api.not_found")
    return card


def one(call: Call) -> Reply:
    return Reply(_told(call, find(call, call.path["number"])))


def of_member(call: Call) -> Reply:
    member = member_routes.find(call, call.path["number"])
    held = cards.of_members(call.session, [member.number]).get(member.number, ())
    return Reply(Cards([_told(call, call.session.get_one(Card, number)) for number in sorted(held)]))


def stop(call: Call) -> Reply:
    card, told = find(call, call.path["number"]), call.body
    assert isinstance(told, StopIn)
    acts.stop(call.session, card, told.why, told.note, call.caller.staff, call.now_ms)
    call.note("card_stopped", f"card:{card.number}", why=told.why)
    return Reply(Stopped(card.number, card.status))


def visible(call: Call, card: int, member: int) -> Sequence[int] | None:
    """The cards that a list is asked for; None: no particular ones. Raises ``api.not_found``."""
    chosen: list[int] | None = None
    if card:
        chosen = [find(call, card).number]
    if member:
        held = cards.of_members(call.session, [number := member_routes.find(call, member).number]).get(number, ())
        chosen = sorted(held) if chosen is None else [one for one in chosen if one in held]
    return chosen


def _told(call: Call, card: Card) -> CardOut:
    holder = card.member if card.member and members.is_known(call.session, card.member, call.scope) else None
    lots = ledger.lots(call.session, [card.number])
    return CardOut(
        card.number, holder, card.store, card.status, card.issued_ms, sum(points for _, points in lots),
        lots_out(lots), acts.successor(call.session, card.number),
    )  # fmt: skip
