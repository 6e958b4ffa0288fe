"""What a feature hands to the shell: its pages, its menu lines, and its parts of pages that several features share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from server.access.rights import Right
from shared.locale import N_


class Group(Enum):
    """The groups of the menu, in its order."""

    NONE = ""
    MEMBERS = N_("会員")
    ANALYSIS = N_("分析")
    PROMOTION = N_("販促")
    POINTS = N_("ポイント")
    SALES = N_("商品・売上")
    STORES = N_("店舗・端末")
    ADMIN = N_("管理")


class Page(Enum):
    """A page to which other features add sections. The number that a section gets: of what it shows."""

    BAR = "bar"  # 0; above every page
    SELF = "self"  # 0; beside one's own name
    HOME = "home"  # 0
    MEMBER = "member"  # member number
    CARD = "card"  # card number
    TERMINAL = "terminal"  # terminal number
    TERMINALS = "terminals"  # 0
    SEGMENT = "segment"  # segment number


@dataclass(frozen=True, slots=True)
class MenuItem:
    group: Group
    icon: str  # a name of deploy/assets/icons.txt
    title: str  # Japanese source text
    endpoint: str
    place: int = 5  # within the group
    right: Right | None = None  # without it the line is not drawn; None: everybody


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the home page, already in the reader's language."""

    title: str
    value: str
    note: str
    url: str
    right: Right | None = None  # without it the number is not shown; None: everybody


@dataclass(frozen=True, slots=True)
class Section:
    """``draw`` gets the page's number and returns markup."""

    page: Page
    draw: Callable[[int], Markup]
    place: int = 5  # on the page; those of one place stand in the order of the features
    right: Right | None = None  # without it the section is not drawn; None: everybody
    name: str = ""  # by which a live section is asked for again (``parts.live``)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something of the home page that waits for a person, already in the reader's language."""

    icon: str
    text: str
    url: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One find of the search box, already in the reader's language. ``kind``: what it is."""

    kind: str
    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a member's timeline, already in the reader's language."""

    at_ms: int
    kind: str  # of ``server.members.timeline.KINDS``
    words: str
    note: str = ""
    store: str = ""  # code


@dataclass(frozen=True, slots=True)
class Pulse:
    """``stamp`` differs whenever the topic's pages would; looked at every ``every_s`` at the most."""

    stamp: Callable[[Session], object]
    every_s: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person asks for and another decides. The texts are Japanese source texts; the payload is JSON.

    ``carry_out`` gets session, payload, who asked, who decided and the time, within the decision's transaction; it
    raises ``EnishiError`` when it cannot be done any more. ``line``: the payload in a list; ``draw``: for who decides.
    """

    title: str
    line: Callable[[bytes], Markup]
    draw: Callable[[bytes], Markup]
    carry_out: Callable[[Session, bytes, int, int, int], None]
    right: Right  # of who may decide
    ask_title: str = ""  # of the button that leads to the form
    ask_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    blueprint: Blueprint
    menu: tuple[MenuItem, ...] = ()
    tiles: Callable[[], tuple[Tile, ...]] | None = None
    sections: tuple[Section, ...] = ()
    acts: Mapping[str, str] = field(default_factory=dict)  # what the audit log calls a deed -> Japanese source text
    decisions: Mapping[str, Decision] = field(default_factory=dict)  # by kind
    # What hides behind ●: kind and member number to the words, None for nobody or nothing in one's stores.
    reveal: Callable[[str, int], str | None] | None = None
    todos: Callable[[], Sequence[Todo]] | None = None  # of the home page
    finds: Callable[[str], Sequence[Hit]] | None = None  # what somebody typed into the search box -> the best few
    pulses: Mapping[str, Pulse] = field(default_factory=dict)  # topic of live pages -> when it changed
    # Cards of a member, before which moment and how many at most -> what happened to them, the newest first.
    timeline: Callable[[Sequence[int], int, int], Sequence[Happened]] | None = None
