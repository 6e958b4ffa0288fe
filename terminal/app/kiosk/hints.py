"""What the pop-up tells the staff beside the figures: a few lines, the weightiest first. Pure.

What needs an answer; what must be done or minded; what may be said (``shared.visit.flows.guidance``), with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from shared.errors import explain
from shared.locale import N_, Translate
from shared.visit.screens import Keying, Notice
from terminal.app.kiosk.words import said, sign

LINES_MAX = 4  # beside a keypad on the smallest screen
LINES_WITH_GOODS_MAX = 3
NOTICE_LINES = 2  # a notice is two sentences: as much room as two hints
_JOINT = "、"
_ICONS = {
    "guide.birthday": "cake", "guide.lapsing": "calendar", "guide.reward": "gift", "guide.long_away": "hand",
    "guide.nth_visit": "star", "guide.bought": "shopping-bag",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hint:
    """``lead`` stands out; ``lines``: on the smallest screen, what is longer is cut off."""

    icon: str
    lead: str
    text: str
    lines: int
    is_urgent: bool = False


def hints(screen: Keying, translate: Translate) -> tuple[Hint, ...]:
    """As many as there is room for. What needs an answer now leaves the small talk out."""
    room = LINES_WITH_GOODS_MAX if screen.basket else LINES_MAX
    urgent = tuple(_notices(screen.notices, translate))
    kept: list[Hint] = []
    for hint in urgent or chain(_owed(screen, translate), _talk(screen, translate)):
        if hint.lines <= room:
            kept.append(hint)
            room -= hint.lines
    return tuple(kept)


def _notices(notices: tuple[Notice, ...], translate: Translate) -> Iterator[Hint]:
    for notice in notices:
        text, remedy = said(notice.code, notice.facts, translate)
        yield Hint(sign(notice.code), text, remedy, NOTICE_LINES, is_urgent=True)


def _owed(screen: Keying, translate: Translate) -> Iterator[Hint]:
    """What has to be done or minded during this visit."""
    if screen.benefits:
        yield Hint("gift", translate(N_("お渡しするもの")), _JOINT.join(screen.benefits), 1)
    if screen.member is not None and screen.member.memo:
        yield Hint("message-square", translate(N_("留意点")), screen.member.memo, 2)


def _talk(screen: Keying, translate: Translate) -> Iterator[Hint]:
    """What may be said, and what the card will say."""
    for guide in screen.guides:
        reason, words = explain(guide.code, guide.facts, translate)
        yield Hint(_ICONS.get(guide.code, "info"), reason, words, 1)
    if screen.messages:
        more = len(screen.messages) - 1
        also = translate(N_("　ほか{n}件")).format(n=more) if more else ""
        yield Hint("printer", translate(N_("カードに印字")), screen.messages[0] + also, 1)
