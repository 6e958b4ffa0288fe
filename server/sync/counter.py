"""What counters tell beside the card enters the books: enrolments, lost and replaced cards, sales, days, voices.

Which points move where follows from the facts in ``server.ledger.families``; here they are only taken down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy.orm import Session

from server.benefits import service as benefits
from server.benefits.service import NewHandover
from server.cards import service as cards
from server.cards import settling
from server.cards.service import FirstUse, NewStop
from server.ledger import cases, families
from server.ledger.cases import HOLDER, REPLACED, Found
from server.ledger.families import Claim
from server.members import enrolling
from server.members.enrolling import Enrolment
from server.programs import service as programs
from server.programs.service import RainWord
from server.sales import service as sales
from server.sales.models import WAITING
from server.sales.service import Goods, NewDay, NewDuty, NewPlainSale, NewVoice
from server.sync.handlers import Note
from shared.text.phone_mark import tail_of
from shared.visit.journal import Day, Handover, Newcomer, OnDuty, PlainSale, Replace, StopCard, Voice, Weather

Body = TypeVar("Body")
TWO_HOLDERS, NOT_THIS_ONE = "holders", "claim"  # why somebody must look at a replacement
_AT_WHOSE_CARDS = (Newcomer, StopCard, Replace)


def changes_cards(notes: Collection[Note]) -> bool:
    """Whether holders or families change, for which the push must be alone."""
    return any(isinstance(note.body, _AT_WHOSE_CARDS) for note in notes)


def changes_rules(notes: Collection[Note]) -> bool:
    """Whether a shop's switches move, which every terminal is told: such pushes follow each other."""
    return any(isinstance(note.body, Weather) for note in notes)


def cards_of(notes: Collection[Note]) -> set[int]:
    """The cards that must have records."""
    found = {body.card for _, body in _of(notes, Newcomer)} | {body.card for _, body in _of(notes, StopCard)}
    return found.union(*((body.old, body.card) for _, body in _of(notes, Replace)))


def first_uses(notes: Collection[Note]) -> Mapping[int, FirstUse]:
    """Where each of them was first told of."""
    return {card: FirstUse(note.origin.store, note.at_ms, issued=False) for note in notes for card in cards_of([note])}


def take_down(session: Session, notes: Sequence[Note], now_ms: int) -> set[int]:
    """The facts, in the order of their events; the members that changed. The cards are to be settled afterwards."""
    _take_down_sales(session, notes)
    sales.record_voices(session, list(_voices(notes)))
    sales.record_duties(session, list(_duties(notes)))
    benefits.record_handovers(session, list(_handovers(notes)), now_ms)
    programs.heed_counters(session, list(_weathers(notes)), now_ms)
    if not changes_cards(notes):
        return set()
    changed: set[int] = set()
    for note, body in _of(notes, Newcomer):
        changed |= _enrol(session, note, body, now_ms)
    cards.record_stops(session, list(_stops(notes)))
    claims = list(_claims(notes))
    families.record(session, claims)
    for stopped in sorted({stop.card for stop in _stops(notes)}):
        settling.stop(session, stopped, now_ms)
    return changed | share(session, cards_of(notes), now_ms)


def _enrol(session: Session, note: Note, body: Newcomer, now_ms: int) -> set[int]:
    origin = note.origin
    told = Enrolment(
        origin.stream, note.seq, body.card, body.phone, body.kana, origin.terminal, origin.store, body.staff,
        body.business_day, note.at_ms,
    )  # fmt: skip
    done = enrolling.enrol(session, told, now_ms)
    if done.why:
        facts: dict[str, str | int] = {"why": done.why, "phone": tail_of(body.phone), "staff": body.staff}
        found = Found(HOLDER, f"{origin.stream.hex()}/{note.seq}", body.card, origin.terminal, facts)
        cases.report(session, found, now_ms)
    return {done.member} - {0}


def share(session: Session, touched: Collection[int], now_ms: int) -> set[int]:
    """Holders and benefits follow the words that count; whoever must decide about the others is told."""
    told = families.claims(session, touched)
    after = families.successors(told)
    changed: set[int] = set()
    for claim in told:
        right = after.get(claim.old)
        if right != claim:
            if not claim.void:
                facts: dict[str, str | int] = {
                    "why": NOT_THIS_ONE, "card": claim.card, "other": right.card if right else 0, "staff": claim.staff,
                }  # fmt: skip
                cases.report(session, Found(REPLACED, claim.name, claim.old, claim.terminal, facts), now_ms)
            continue
        held = enrolling.share(session, (claim.old, claim.card), now_ms)
        changed.update(held)
        if len(held) > 1:
            facts = {"why": TWO_HOLDERS, "card": claim.card, "other": 0, "staff": claim.staff}
            cases.report(session, Found(REPLACED, claim.name, claim.old, claim.terminal, facts), now_ms)
        benefits.move(session, claim.old, claim.card, now_ms)
    return changed


def _take_down_sales(session: Session, notes: Sequence[Note]) -> None:
    sold = list(_of(notes, PlainSale))
    sales.record_goods(
        session, [Goods(note.origin.stream, note.seq, "", body.basket, body.staff) for note, body in sold]
    )
    sales.record_plain_sales(
        session,
        [
            NewPlainSale(
                note.origin.stream, note.seq, note.origin.terminal, note.origin.store, body.staff, body.slip,
                body.amount_yen, body.basket.discount_yen, body.basket.reference, body.business_day, note.at_ms,
            )
            for note, body in sold
        ],
    )  # fmt: skip
    sales.record_days(
        session,
        [
            NewDay(
                note.origin.stream, note.seq, note.origin.terminal, note.origin.store, body.staff, body.what,
                body.business_day, msgspec.json.encode(body.figures) if body.figures else b"",
                WAITING if body.figures else "", b"", note.at_ms,
            )
            for note, body in _of(notes, Day)
        ],
    )  # fmt: skip


def _of(notes: Collection[Note], kind: type[Body]) -> Iterator[tuple[Note, Body]]:
    return ((note, note.body) for note in notes if isinstance(note.body, kind))


def _claims(notes: Collection[Note]) -> Iterator[Claim]:
    for note, body in _of(notes, Replace):
        origin = note.origin
        yield Claim(origin.stream, note.seq, body.old, body.card, origin.terminal, origin.store, body.staff, note.at_ms)


def _stops(notes: Collection[Note]) -> Iterator[NewStop]:
    """A replaced card is stopped too."""
    for note in notes:
        origin, body = note.origin, note.body
        if isinstance(body, StopCard | Replace):
            card, why = (body.card, body.why) if isinstance(body, StopCard) else (body.old, "replaced")
            yield NewStop(origin.stream, note.seq, card, why, origin.terminal, origin.store, body.staff, note.at_ms)


def _voices(notes: Collection[Note]) -> Iterator[NewVoice]:
    for note, body in _of(notes, Voice):
        origin = note.origin
        yield NewVoice(
            origin.stream, note.seq, body.heading, body.visit, origin.terminal, origin.store, body.staff, note.at_ms
        )


def _duties(notes: Collection[Note]) -> Iterator[NewDuty]:
    for note, body in _of(notes, OnDuty):
        origin = note.origin
        yield NewDuty(origin.stream, note.seq, body.staff, body.what, origin.terminal, origin.store, note.at_ms)


def _weathers(notes: Sequence[Note]) -> Iterator[RainWord]:
    for note, body in _of(notes, Weather):
        origin = note.origin
        yield RainWord(body.business_day, origin.store, body.is_rainy, origin.terminal, body.staff, note.at_ms)


def _handovers(notes: Collection[Note]) -> Iterator[NewHandover]:
    for note, body in _of(notes, Handover):
        origin = note.origin
        yield NewHandover(
            origin.stream, note.seq, body.benefit, body.card, body.visit, body.given, origin.terminal, origin.store,
            body.staff, note.at_ms,
        )  # fmt: skip
