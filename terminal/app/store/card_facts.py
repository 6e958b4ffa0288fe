"""The rows of one look-up become what the machine knows of a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from shared.ids import CardNo, MemberNo, MessageId, VisitId
from shared.visit.facts import (
    Adjustment,
    Benefit,
    CardFacts,
    CardMessage,
    Member,
    OfflineState,
    OpenVisit,
    Shadow,
    VisitState,
)
from shared.visit.journal import Intent

NOT_TOLD = MemberNo(0)  # of somebody who was enrolled here, before head office gave a number

MESSAGES_MAX = 8  # of one card; the face has room for two or three

Row = tuple[Any, ...]

_intent_decoder = msgspec.json.Decoder(Intent)
_names_decoder = msgspec.json.Decoder(tuple[str, ...])
_lots_decoder = msgspec.json.Decoder(tuple[tuple[int, int], ...])


def open_visit(state: str, body: bytes) -> OpenVisit:
    return OpenVisit(_intent_decoder.decode(body), VisitState(state))


def card_facts(
    card: CardNo,
    rows: list[tuple[Any, ...]],
    next_visit: VisitId,
    slip: int,
    filed: Row | None = None,
    holder: Callable[[int], Row | None] = lambda _: None,
) -> CardFacts:
    """``rows``: of ``sql.LOOK_UP``, each with its kind in front. ``filed``: whose card it is as the members files say;
    ``holder``: whose another card is.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    # Most cards have nothing of most kinds, and what is not there costs next to nothing. By position: CardFacts has
    # many fields, and their names would cost as much as a tenth of the whole.
    owner = found["member"][0][1:] if "member" in found else None if "fresher" in found else filed
    if owner is None and "heir" in found:
        owner = holder(found["heir"][0][1])
    _, synced_ms, is_set_back, *_ = found["synced"][0]
    return CardFacts(
        card,
        _enrolled(found) if owner is None else member_facts(owner),
        Shadow(*found["shadow"][0][1:4]) if "shadow" in found else None,
        tuple([open_visit(row[2], row[3]) for row in _in_order(found["open"])]) if "open" in found else (),
        _messages(found["message"]) if "message" in found else (),
        next_visit,
        slip,
        tuple([Adjustment(row[1], _lots_decoder.decode(row[2])) for row in _in_order(found["adjust"])])
        if "adjust" in found else (),
        found["denied"][0][1] if "denied" in found else "",
        tuple([row[1:3] for row in _in_order(found["writer"])]) if "writer" in found else (),
        OfflineState(synced_ms, found["redeemed"][0][1] if "redeemed" in found else 0, bool(is_set_back)),
        tuple([Benefit(*row[1:4]) for row in _in_order(found["benefit"])]) if "benefit" in found else (),
        0,
        _names_decoder.decode(found["bought"][0][1]) if "bought" in found else (),
    )  # fmt: skip


def _in_order(rows: list[Row]) -> Sequence[Row]:
    """By their numbers, which stand behind the kind."""
    return sorted(rows, key=_number)


def _number(row: Row) -> int:
    number: int = row[1]
    return number


def _messages(rows: list[Row]) -> tuple[CardMessage, ...]:
    """The most important, which are the first."""
    messages = [CardMessage(MessageId(row[1]), *row[2:5]) for row in rows]
    return tuple(sorted(messages, key=lambda message: (-message.priority, message.id))[:MESSAGES_MAX])


def member_facts(told: Sequence[Any]) -> Member:
    """Number, name, kana, rank, memo, visits, last visit and store, birthday, and then: joined on, tags."""
    number, name, kana, rank, memo, visits, last_visit, last_store, birthday, more = told
    joined, _, tags = more.partition(" ")
    who = (name, kana, rank, memo, visits, last_visit, last_store, birthday)
    return Member(number, *who, joined, tuple(tags.split()) if tags else ())


def _enrolled(found: Mapping[str, list[Row]]) -> Member | None:
    """As staff noted."""
    return Member(NOT_TOLD, "", found["enrolled"][0][1]) if "enrolled" in found else None
