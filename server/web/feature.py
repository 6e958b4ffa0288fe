"""What a feature hands to the shell: its pages, its menu lines, and its parts of pages that several features share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from flask import Blueprint
from markupsafe import Markup

from shared.locale import N_


class Group(Enum):
    """The groups of the menu, in its order."""

    NONE = ""
    MEMBERS = N_("会員")
    PROMOTION = N_("販促")
    POINTS = N_("ポイント")
    SALES = N_("商品・売上")
    STORES = N_("店舗・端末")


class Page(Enum):
    """A page to which other features add sections. The number that a section gets: of what it shows."""

    HOME = "home"  # 0
    MEMBER = "member"  # member number
    CARD = "card"  # card number
    TERMINAL = "terminal"  # terminal number
    TERMINALS = "terminals"  # 0


@dataclass(frozen=True, slots=True)
class MenuItem:
    group: Group
    icon: str  # a name of deploy/assets/icons.txt
    title: str  # Japanese source text
    endpoint: str
    place: int = 5  # within the group


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the home page, already in the reader's language."""

    title: str
    value: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """``draw`` gets the page's number and returns markup."""

    page: Page
    draw: Callable[[int], Markup]
    place: int = 5  # on the page; those of one place stand in the order of the features


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    blueprint: Blueprint
    menu: tuple[MenuItem, ...] = ()
    tiles: Callable[[], tuple[Tile, ...]] | None = None
    sections: tuple[Section, ...] = ()
