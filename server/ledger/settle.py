"""From facts to postings: derive each touched card afresh and post the difference. May be run again at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db.bulk import add_rows, change_rows
from server.db.direct import Statement, among
from server.feed import service as feed
from server.ledger import cases, families
from server.ledger.books import Books, fork_name, posted_lines, to_send
from server.ledger.cases import Found
from server.ledger.facts import decode_lots, encode_lots
from server.ledger.families import Claim
from server.ledger.models import COUNTED, Adjustment, Entry, Visit
from server.ledger.postings import Line, difference
from shared.clock import business_day
from shared.points.derive import ADJUSTMENTS_PER_EPOCH, Image, Lots, value
from shared.sync.messages import AdjustmentItem, FeedItem

NUMBERS_MAX = 4_000  # card-and-sync 5.8; the card's field holds 4,095

_KINDS = (cases.FORK, cases.WITNESS, cases.IMAGE, cases.WORN)
_ENTRY = ("card", "visit", "kind", "contra", "month", "points", "cause", "version", "at_ms")


class _Sum(NamedTuple):
    """All entries of one cause together. ``owner``: the card or the visit by which they were asked for."""

    owner: Any
    cause: str
    kind: str
    contra: str
    month: int
    visit: str | None
    points: int
    version: int


def _sums(column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Statement:
    by = (column, Entry.cause, Entry.kind, Entry.contra, Entry.month, Entry.visit)
    # An owner stands twice under its own name: once as itself, once as the one that was asked for.
    columns = (column.label("owner"), *by[1:], func.sum(Entry.points), func.max(Entry.version))
    return Statement(select(*columns).where(among(column, "owners"), *conditions).group_by(*by))


_BY_CARD = _sums(Entry.card)
_OF_NO_VISIT = _sums(Entry.card, Entry.visit.is_(None))
_BY_VISIT = _sums(Entry.visit)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the shops must know of a card, and whether its next visit can be booked without looking back."""

    newest: Image | None
    is_doubtful: bool
    is_plain: bool


def settle(
    session: Session,
    cards: Collection[int],
    now_ms: int,
    quiet: Collection[int] = (),
    thorough: bool = False,
    told: Iterable[Claim] | None = None,
) -> dict[int, Outcome]:
    """Decide the visits of ``cards`` and their families, post what follows, send what is owed to all but the ``quiet``.

    ``thorough``: compare also the entries of visits whose state stays as it is: wrong ones are corrected by further
    ones. ``told``: ``families.claims``. The caller holds the locks of the whole families.
    """
    kept = families.keep(session, cards, told)
    _save(session, kept, now_ms, thorough)
    today = business_day(now_ms)
    owed = {card: lots for card, books in kept.items() if (lots := to_send(books.derived.owed, today))}
    due = {card: lots for card, lots in owed.items() if card not in quiet and not kept[card].is_doubtful}
    worn = _send(session, kept, due, now_ms)
    found = [one for card, books in kept.items() for one in _reasons(card, books, card in worn)]
    cases.keep(session, kept, _KINDS, found, now_ms)
    return {
        card: Outcome(books.newest, books.is_doubtful, books.is_plain and card not in owed)
        for card, books in kept.items()
    }


def unposted(session: Session, cards: Collection[int]) -> dict[int, list[str]]:
    """Per card what a settling of it would still change: for the check of the books. Changes nothing."""
    kept = families.keep(session, cards)
    result: dict[int, list[str]] = {}
    for card, entries in _posted(session, _BY_CARD, cards).items():
        missing = difference(kept[card].lines(), entries)
        wrong = [f"{line.cause}: {line.points:+}" for line, _ in missing]
        wrong += [
            f"{visit}: {row.state}, {kept[card].state(visit)}"
            for visit, row in kept[card].known.visits.items()
            if row.state != kept[card].state(visit)
        ]
        if wrong:
            result[card] = wrong
    return result


def _save(session: Session, kept: Mapping[int, Books], now_ms: int, thorough: bool) -> None:
    changed = {
        visit: card
        for card, books in kept.items()
        for visit, row in books.known.visits.items()
        if row.state != books.state(visit)
    }
    states = [(kept[card].state(visit), visit) for visit, card in changed.items()]
    change_rows(session, Visit, "visit", ("state",), states)
    if thorough:
        everything = _posted(session, _BY_CARD, kept)
        post(
            session,
            [(card, *one) for card, books in kept.items() for one in difference(books.lines(), everything[card])],
            now_ms,
        )
        return
    posted = _posted(session, _OF_NO_VISIT, kept)
    by_visit = _posted(session, _BY_VISIT, changed)
    due: list[tuple[int, Line, int]] = []
    for card, books in kept.items():
        due += [(card, *one) for one in difference(books.other_lines(), posted[card])]
    for visit, card in changed.items():
        due += [(card, *one) for one in difference(kept[card].visit_lines(visit), by_visit[visit])]
    post(session, due, now_ms)


def post(session: Session, due: Sequence[tuple[int, Line, int]], now_ms: int) -> None:
    """Add entries: card, line, version."""
    rows = [
        (card, line.visit or None, line.kind, line.contra, line.month, line.points, line.cause, version, now_ms)
        for card, line, version in due
    ]
    add_rows(session, Entry, _ENTRY, rows)


def _posted(session: Session, sums: Statement, owners: Collection[Any]) -> dict[Any, dict[str, tuple[Line, int]]]:
    """By card or by visit: the sums of its entries by cause, with the last versions."""
    rows: defaultdict[Any, list[_Sum]] = defaultdict(list)
    for row in sums.each(session, _Sum._make, owners=sorted(owners)) if owners else ():
        rows[row.owner].append(row)
    return {owner: posted_lines(rows[owner]) for owner in owners}


def _send(session: Session, kept: Mapping[int, Books], due: Mapping[int, Lots], now_ms: int) -> set[int]:
    """Give a number to what each card is owed, and tell the terminals. Those that have no number left."""
    if not due:
        return set()
    lowest = ADJUSTMENTS_PER_EPOCH * feed.server_epoch(session)
    numbers = {card: max(kept[card].derived.last_number, lowest) + 1 for card in due}
    sent = {card: lots for card, lots in due.items() if numbers[card] <= NUMBERS_MAX}
    rows = [(card, numbers[card], encode_lots(lots), now_ms) for card, lots in sent.items()]
    add_rows(session, Adjustment, ("card", "number", "lots", "at_ms"), rows)
    items: dict[str, FeedItem] = {
        adjustment_topic(card, numbers[card]): AdjustmentItem(card, numbers[card], lots) for card, lots in sent.items()
    }
    feed.publish(session, items, now_ms)
    return due.keys() - sent.keys()


def publish_adjustments(session: Session, now_ms: int) -> None:
    """Tell the terminals of every correction once more; a card passes over those that it has."""
    rows = session.execute(select(Adjustment.card, Adjustment.number, Adjustment.lots))
    items: dict[str, FeedItem] = {
        adjustment_topic(card, number): AdjustmentItem(card, number, decode_lots(lots)) for card, number, lots in rows
    }
    feed.publish(session, items, now_ms)


def adjustment_topic(card: int, number: int) -> str:
    """Each number stands in the feed by itself: a card may still need the one before."""
    return f"adjust:{card}:{number}"


def _reasons(card: int, books: Books, is_worn: bool) -> Iterator[Found]:
    """Why a person should look at this card."""
    for fork in books.open_forks:
        facts = {"gen": fork.gen, "seq": fork.seq, "images": len(fork.hashes)}
        yield Found(cases.FORK, fork_name(fork).hex(), card, 0, facts)
    for witness in books.doubted:
        if ("DOUBT", witness.image.hash) not in books.known.rulings:
            yield Found(cases.WITNESS, witness.image.hash.hex(), card, writer(books, witness.image), facts_of(witness))
    for visit, row in books.known.visits.items():
        if row.post_lots and books.state(visit) == COUNTED:
            about: dict[str, str | int] = {"visit": visit, "gen": row.gen, "seq": row.seq}
            yield Found(cases.IMAGE, visit, card, row.terminal, about)
    if is_worn:
        yield Found(cases.WORN, str(card), card, 0, {"number": NUMBERS_MAX})


def facts_of(witness: Any) -> dict[str, str | int]:
    """An untold image in figures, for its case."""
    image: Image = witness.image
    return {
        "gen": image.gen, "seq": image.seq, "day": image.day, "steps": witness.steps, "points": value(witness.lots),
        "adopted": int(witness.adopted),
    }  # fmt: skip


def writer(books: Books, image: Image) -> int:
    """The terminal that wrote an image, as the image says."""
    return books.known.writers.get(image.hash, 0)
