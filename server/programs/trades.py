"""Rules proposed for kinds of shop: one file each, every rule with a sentence that says why."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from server.programs.service import TEMPLATES
from shared.points.program import Programme

LANGUAGES = ("ja", "en")


class Reason(msgspec.Struct, frozen=True):
    ja: str
    en: str


class Trade(msgspec.Struct, frozen=True):
    """``group``: of the chooser; ``reasons``: why these rules, a sentence each."""

    key: str
    name: Mapping[str, str]  # by language
    group: Mapping[str, str]
    reasons: tuple[Reason, ...]
    programme: Programme


@dataclass(frozen=True, slots=True)
class TradeGroup:
    name: Mapping[str, str]
    trades: Sequence[Trade]


class _File(msgspec.Struct, frozen=True):
    trade: Mapping[str, str]
    group: Mapping[str, str]
    reasons: tuple[Reason, ...]


@cache
def _all() -> Mapping[str, Trade]:
    found = {}
    for path in sorted(TEMPLATES.glob("*.toml")):
        told = tomllib.loads(path.read_text("utf-8"))
        head = msgspec.convert(told["about"], _File)
        programme = msgspec.convert(told, Programme)
        found[path.stem] = Trade(path.stem, head.trade, head.group, head.reasons, programme)
    return found


def trade(name: str) -> Trade | None:
    return _all().get(name)


def trades() -> Sequence[TradeGroup]:
    """All, by their groups."""
    groups: dict[str, list[Trade]] = {}
    for one in _all().values():
        groups.setdefault(one.group["ja"], []).append(one)
    return [TradeGroup(listed[0].group, listed) for listed in groups.values()]
