"""Which scenario a link or an order means: a name, written steps, or the seed of a queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.locale import N_, Translate
from simulators.bench import words
from simulators.bench.table import Table
from simulators.scenarios.catalogue import GROUPS, SCENARIOS
from simulators.scenarios.player import lacks
from simulators.scenarios.queue import SEED_MAX, queue
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.steps import BadStep, read_steps

OWN_TITLE = N_("自分の手順")
OWN_OUTCOME = N_("リンクに書いてある手順です。")


def chosen(wish: Mapping[str, str], counters: int) -> Scenario | None:
    """``wish``: ``play``, ``steps`` or ``queue``, as in the address. None for nothing, or nothing known."""
    if wish.get("play"):
        return SCENARIOS.get(wish["play"])
    if wish.get("steps"):
        try:
            return Scenario("own", OWN_TITLE, OWN_OUTCOME, read_steps(wish["steps"]))
        except BadStep:
            return None
    seed = wish.get("queue", "")
    if seed.isascii() and seed.isdigit() and len(seed) <= len(str(SEED_MAX)):
        return queue(int(seed), min(counters, 2))
    return None


def bad_bill(wish: Mapping[str, str]) -> tuple[str, str]:
    """Code and source text for a wish that is no scenario."""
    if wish.get("steps"):
        return "bad_steps", N_("読めない手順があります。1行に1つ、例：insert new")
    return "no_such_scenario", N_("その台本はありません。")


def named(body: Mapping[str, Any]) -> dict[str, str]:
    """The same from an order's details; what is no text is left out."""
    return {key: value for key in ("play", "steps", "queue") if isinstance(value := body.get(key), str)}


def groups(table: Table, translate: Translate) -> list[tuple[str, list[tuple[str, str]]]]:
    """Names and titles of what can be played here."""
    return [
        (
            translate(title),
            [(one.name, translate(one.title)) for one in group if not lacks(one, table)],
        )
        for title, group in zip(words.GROUPS, GROUPS, strict=True)
    ]
