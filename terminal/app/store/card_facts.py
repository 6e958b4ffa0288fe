"""The rows of one look-up become what the machine knows of a card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

Row = tuple[Any, ...]
_NONE: tuple[None] = (None,)

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
    for kind, *told in rows:
        found.setdefault(kind, []).append(tuple(told))
    several = found.get  # most cards have nothing of most kinds: what is not there is not looked through

    shadow = several("shadow", _NONE)[0]
    owner = several("member", _NONE)[0] or (None if "fresher" in found else filed)
    if owner is None and "heir" in found:
        owner = holder(found["heir"][0][0])
    synced_ms, is_set_back, *_ = found["synced"][0]
    return CardFacts(
        card=card,
        member=_member(owner, several("enrolled", _NONE)[0]),
        shadow=None if shadow is None else Shadow(*shadow[:3]),
        open=tuple([open_visit(told[1], told[2]) for told in _in_order(several("open"))]),
        messages=_messages(several("message")),
        next_visit=next_visit,
        slip=slip,
        adjustments=tuple(
            [Adjustment(told[0], _lots_decoder.decode(told[1])) for told in _in_order(several("adjust"))]
        ),
        denied=found["denied"][0][0] if "denied" in found else "",
        denied_writers=tuple([(told[0], told[1]) for told in _in_order(several("writer"))]),
        offline=OfflineState(synced_ms, found["redeemed"][0][0] if "redeemed" in found else 0, bool(is_set_back)),
        benefits=tuple([Benefit(*told[:3]) for told in _in_order(several("benefit"))]),
        bought=_names_decoder.decode(found["bought"][0][0]) if "bought" in found else (),
    )


def _in_order(rows: list[Row] | None) -> Sequence[Row]:
    """By their numbers, which stand first."""
    return sorted(rows, key=lambda told: told[:2]) if rows else ()


def _messages(rows: list[Row] | None) -> tuple[CardMessage, ...]:
    if not rows:
        return ()
    messages = [CardMessage(MessageId(told[0]), *told[1:4]) for told in rows]
    return tuple(sorted(messages, key=lambda message: (-message.priority, message.id)))


def member_facts(told: Sequence[Any]) -> Member:
    """Number, name, kana, rank, memo, visits, last visit and store, birthday, and then: joined on, tags."""
    number, name, kana, rank, memo, visits, last_visit, last_store, birthday, more = told
    joined, _, tags = more.partition(" ")
    who = (name, kana, rank, memo, visits, last_visit, last_store, birthday)
    return Member(MemberNo(number), *who, joined, tuple(tags.split()))


def _member(told: Sequence[Any] | None, enrolled: Sequence[Any] | None) -> Member | None:
    """As head office says of the card, or of the one whose place it took; else as staff noted."""
    if told is not None:
        return member_facts(told)
    return None if enrolled is None else Member(NOT_TOLD, "", enrolled[0])
