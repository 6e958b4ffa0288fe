"""One card's figures at the three places that hold them: the card, the terminals, head office."""

from __future__ import annotations

from dataclasses import dataclass

from shared.card.image import CardImage
from simulators.demo.books import TerminalVisit
from simulators.demo.office import OfficeCard

COMMITTED = "COMMITTED"


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that is known of one card. ``terminals``: its visits at each."""

    image: CardImage
    track: str
    terminals: tuple[tuple[TerminalVisit, ...], ...]
    office: OfficeCard
    member_points: int


def differences(account: Account, balance: int, amounts_yen: tuple[int, ...]) -> list[str]:
    """What does not agree, one sentence each; ``balance`` and ``amounts_yen`` are what must have come out."""
    visits = sorted((visit for visits in account.terminals for visit in visits), key=lambda visit: visit.seq)
    open_visits = [visit for visit in visits if visit.state != COMMITTED]
    last = visits[-1] if visits else None
    rows = (
        ("balance", balance, {
            "card": account.image.balance,
            "terminals": sum(visit.change for visit in visits),
            "head office, card": account.office.balance,
            "head office, member": account.member_points,
        }),
        ("visits on the card", len(amounts_yen), {
            "card": account.image.seq,
            "terminals": len(visits) - len(open_visits),
            "head office": account.office.seq,
            "head office, listed": len(account.office.amounts_yen),
        }),
        ("amounts", tuple(sorted(amounts_yen)), {
            "terminals": tuple(sorted(visit.amount_yen for visit in visits)),
            "head office": tuple(sorted(account.office.amounts_yen)),
        }),
        ("generation", 1, {"card": account.image.gen, "head office": account.office.gen}),
        ("points earned last", last.earn if last else 0, {"card": account.image.earn}),
        ("points used last", last.redeem if last else 0, {"card": account.image.redeem}),
        ("last record of the stripe", last.post if last else "", {"card": account.track}),
    )  # fmt: skip
    return [
        f"{figure}: {found} at {place}, must be {due}"
        for figure, due, places in rows
        for place, found in places.items()
        if found != due
    ]
