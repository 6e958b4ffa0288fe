"""The telephone beside the visit: what rings now, and what rang lately. No visit waits for it or changes by it.

Pure and kept in memory only: who called is written down nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from shared.clock import Now
from shared.locale import N_
from shared.text.phone import is_domestic
from shared.visit.facts import Member

CALLS_MAX = 12  # that are remembered: two pages of a list
CALLERS_MAX = 6  # people with one number: a family, a company; one page
LEFT_SHOWN_S = 120.0  # after the last ring: somebody has answered and talks, with the member's card in view


class Withheld(Enum):
    """Why a call brings no number (Japanese number display, parameter 04)."""

    UNAVAILABLE = "O"
    PRIVATE = "P"
    COIN_PHONE = "C"
    CONFLICT = "S"  # of services


# What the line says, and what that means; source texts.
REASONS: Mapping[Withheld, tuple[str, str]] = {
    Withheld.PRIVATE: (N_("非通知"), N_("番号を知らせない設定の電話です。")),
    Withheld.COIN_PHONE: (N_("公衆電話"), N_("公衆電話からです。")),
    Withheld.CONFLICT: (N_("番号を表示できません"), N_("相手の電話サービスの都合で、番号が届きません。")),
    Withheld.UNAVAILABLE: (N_("表示圏外"), N_("海外など、番号が届かないところからの電話です。")),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A member who has the number. ``balance``: points after the last visit that head office told; None = not told."""

    member: Member
    balance: int | None = None


class Offer(Enum):
    """What staff can do with a call by one key."""

    LOOK = "look"  # at the member
    CHOOSE = "choose"  # who of several it is
    ENROL = "enrol"  # nobody has the number yet
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Call:
    """``number``: digits as dialled within Japan; "" = ``withheld`` says why there is none. ``id``: counts from 1."""

    id: int
    number: str
    withheld: Withheld | None
    wall_ms: int
    callers: tuple[Caller, ...] = ()

    @property
    def offer(self) -> Offer:
        """A number that no form could take (from abroad, a service) is only shown."""
        if self.callers:
            return Offer.LOOK if len(self.callers) == 1 else Offer.CHOOSE
        return Offer.ENROL if is_domestic(self.number) else Offer.NOTHING


@dataclass(frozen=True, slots=True)
class Line:
    """``calls``: the newest first; its first one rings, if one does. ``hides_at``: monotonic seconds, when the newest
    leaves the screen by itself."""

    calls: tuple[Call, ...] = ()
    rings: bool = False
    is_shown: bool = False
    hides_at: float | None = None
    count: int = 0

    @property
    def shown(self) -> Call | None:
        """The call on the screen."""
        return self.calls[0] if self.is_shown else None


def rang(line: Line, number: str, withheld: Withheld | None, callers: tuple[Caller, ...], now: Now) -> Line:
    """A call is shown. A number that comes late takes the place of a ringing that had none."""
    count = line.count + 1
    call = Call(count, number, withheld, now.wall_ms, callers)
    known = line.calls
    if line.rings and known[0].withheld is Withheld.UNAVAILABLE:
        known = known[1:]
    return Line((call, *known)[:CALLS_MAX], rings=True, is_shown=True, count=count)


def stopped(line: Line, now: Now) -> Line:
    """It rings no more. Whether somebody answered, nobody can tell: the line does not say."""
    return replace(line, rings=False, hides_at=now.mono_s + LEFT_SHOWN_S) if line.rings else line


def passed(line: Line, now: Now) -> Line:
    """Time passed: what rings no more leaves the screen."""
    return closed(line) if line.hides_at is not None and now.mono_s >= line.hides_at else line


def closed(line: Line) -> Line:
    """Staff have seen it; it stays in the list."""
    return replace(line, is_shown=False, hides_at=None)
