"""The facts of one push enter the books: few statements, whatever the number of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from server.cards import service as cards
from server.cards import settling
from server.cards.service import FirstUse
from server.db.locks import CARDS_MAX, has_writers, lock_cards, lock_facts
from server.ledger import cases, facts, families
from server.ledger.load import settled_month
from server.members import service as members
from server.messages import service as messages
from server.rulebook import ranks, reasons
from server.sales import service as sales
from server.sales.service import Goods
from server.sync import counter, plain
from server.sync.handlers import Collected, Rejected
from shared.points.why import Why


def book(session: Session, collected: Collected, now_ms: int) -> None:
    """Write the facts and what follows from them. What was told before is rejected, not written twice."""
    if not collected.facts():
        return
    told, holders = _lock(session, collected)
    _reject_known(session, collected)
    touched = _told_of(collected) | told
    held = settling.records(session, touched)
    visits = [visit for _, visit in collected.visits.values()]
    cards.make_known(session, _first_uses(collected), held.keys(), now_ms)
    told |= _promised(session, collected) | counter.cards_of(collected.notes)
    straight = plain.choose(collected, held, told, settled_month(session))
    facts.record_visits(session, [straight.counted.get(visit.visit, visit) for visit in visits])
    facts.record_evidence(session, collected.evidence)
    facts.record_sightings(session, collected.sightings)
    facts.record_images(session, collected.images)
    facts.record_starts(session, collected.starts)
    facts.record_off_card(session, [entry for _, entry in collected.off_card.values()])
    sales.record_goods(session, _sold(collected))
    reasons.record(session, _told_reasons(collected))
    for found in collected.cases:
        cases.report(session, found, now_ms)
    changed = set(holders.values())
    if collected.notes:
        changed |= counter.take_down(session, collected.notes, now_ms)
    plain.book(session, straight, now_ms)
    settling.settle(session, touched - straight.newest.keys(), now_ms)
    if holders or collected.notes:
        members.note_visits(session, _decided(collected))
    changed.update(ranks.after_visits(session, touched, now_ms))
    members.publish(session, sorted(changed), now_ms)
    reasons.grant_gifts(session, _decided(collected), now_ms)
    messages.record_proofs(session, collected.proofs, now_ms)


def _lock(session: Session, collected: Collected) -> tuple[set[int], Mapping[int, int]]:
    """The cards of whose older visits something new is told, and the members who hold the cards of the push.

    Pushes about one card, one family of cards or the cards of one person follow each other; nothing is decided before.
    A push that changes who holds a card, or that speaks of visits of which nobody knows the card, is alone.
    """
    about = {item.visit for item in collected.evidence} - collected.visits.keys()
    told = facts.cards_of_visits(session, about)
    touched = _told_of(collected)
    orphans = len(told) < len(about)
    changes = counter.changes_cards(collected.notes) or counter.changes_rules(collected.notes)
    alone = orphans or changes or len(touched) + len(told) > CARDS_MAX
    lock_facts(session, alone)
    if orphans:  # what was not known before the wait may be known now
        told = facts.cards_of_visits(session, about)
    touched = touched.union(told.values())
    holders = cards.holders(session, touched)
    if has_writers(session) and not alone:
        together = cards.of_members(session, set(holders.values()))
        family = families.everyone(touched, families.claims(session, touched))
        lock_cards(session, family.union(*together.values()))
    return set(told.values()), holders


def _told_of(collected: Collected) -> set[int]:
    visits = {visit.card for _, visit in collected.visits.values()}
    beside = {entry.card for _, entry in collected.off_card.values()}
    return visits | beside | {image.card for image in collected.images} | counter.cards_of(collected.notes)


def _told_reasons(collected: Collected) -> Sequence[tuple[str, Why]]:
    """Of visits that were not told before."""
    new = collected.visits.keys() | collected.off_card.keys()
    return [(visit, why) for visit, why in collected.reasons.items() if visit in new]


def _decided(collected: Collected) -> set[str]:
    """The visits about which something was told: now they may count."""
    return collected.visits.keys() | {item.visit for item in collected.evidence}


def _sold(collected: Collected) -> Sequence[Goods]:
    """The goods of visits that were not told before."""
    new = {seq for seq, _ in (*collected.visits.values(), *collected.off_card.values())}
    return [goods for goods in collected.goods if goods.seq in new]


def _reject_known(session: Session, collected: Collected) -> None:
    """The first word on a visit stands."""
    for known, told in (
        (facts.cards_of_visits(session, collected.visits), collected.visits),
        (facts.known_off_card(session, collected.off_card), collected.off_card),
    ):
        for visit in known:
            seq, _ = told.pop(visit)
            collected.rejected.append(Rejected(seq, "sync.visit_known", visit))


def _promised(session: Session, collected: Collected) -> set[int]:
    """The cards of visits that somebody booked beside the card before."""
    return {collected.visits[visit][1].card for visit in facts.known_off_card(session, collected.visits)}


def _first_uses(collected: Collected) -> Mapping[int, FirstUse]:
    uses: dict[int, FirstUse] = {}
    for _, visit in collected.visits.values():
        before = uses.get(visit.card)
        if before is None or (visit.issue and not before.issued):
            uses[visit.card] = FirstUse(visit.store, visit.at_ms, visit.issue)
    for _, entry in collected.off_card.values():
        uses.setdefault(entry.card, FirstUse(entry.store, entry.at_ms, issued=False))
    for image in collected.images:
        uses.setdefault(image.card, FirstUse("", image.first_ms, issued=False))
    for card, use in counter.first_uses(collected.notes).items():
        uses.setdefault(card, use)
    return uses
