"""The rows of one look-up become what the machine knows of a card."""

from __future__ import annotations

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

_intent_decoder = msgspec.json.Decoder(Intent)
_names_decoder = msgspec.json.Decoder(tuple[str, ...])
_lots_decoder = msgspec.json.Decoder(tuple[tuple[int, int], ...])


def open_visit(state: str, body: bytes) -> OpenVisit:
    return OpenVisit(_intent_decoder.decode(body), VisitState(state))


def card_facts(card: CardNo, rows: list[tuple[Any, ...]], next_visit: VisitId, slip: int) -> CardFacts:
    """``rows``: of ``sql.LOOK_UP``, each with its kind in front."""
    found: dict[str, list[list[Any]]] = {}
    for kind, *told in rows:
        found.setdefault(kind, []).append(told)

    def only(kind: str, default: Any = None) -> Any:
        return found[kind][0] if kind in found else default

    shadow = only("shadow")
    open_visits = sorted(found.get("open", ()), key=lambda told: told[0])
    messages = [CardMessage(MessageId(told[0]), *told[1:4]) for told in found.get("message", ())]
    adjustments = sorted(found.get("adjust", ()), key=lambda told: told[0])
    return CardFacts(
        card=card,
        member=_member(only("member") or only("heir"), only("enrolled")),
        shadow=None if shadow is None else Shadow(*shadow[:3]),
        open=tuple(open_visit(state, body) for _, state, body, *_ in open_visits),
        messages=tuple(sorted(messages, key=lambda message: (-message.priority, message.id))),
        next_visit=next_visit,
        slip=slip,
        adjustments=tuple(Adjustment(number, _lots_decoder.decode(lots)) for number, lots, *_ in adjustments),
        denied=only("denied", ("",))[0],
        denied_writers=tuple((terminal, since_day) for terminal, since_day, *_ in sorted(found.get("writer", ()))),
        offline=OfflineState(only("synced")[0], only("redeemed", (0,))[0], bool(only("synced")[1])),
        benefits=tuple(Benefit(*told[:3]) for told in sorted(found.get("benefit", ()), key=lambda told: told[0])),
        bought=_names_decoder.decode(only("bought", ("[]",))[0]),
    )


def _member(told: list[Any] | None, enrolled: list[Any] | None) -> Member | None:
    """As head office says of the card, or of the one whose place it took; else as staff noted."""
    if told is not None:
        return Member(MemberNo(told[0]), *told[1:])
    return None if enrolled is None else Member(NOT_TOLD, "", enrolled[0])
