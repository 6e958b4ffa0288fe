"""What a form says of a field of the rules: the dataclasses carry it, so no page has to repeat them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

YEN, POINTS, DAY, MINUTE, MONTHS, TENTHS, LINES, WEEKDAYS, STORES, RANKS, CATEGORIES, HIDDEN = (
    "yen", "points", "day", "minute", "months", "tenths", "lines", "weekdays", "stores", "ranks", "categories",
    "hidden",
)  # fmt: skip
_LABEL, _HELP, _UNIT, _CHOICES = "label", "help", "unit", "choices"


def asked(label: str, help: str = "", unit: str = "", choices: Mapping[Any, str] | None = None) -> dict[str, Any]:
    """The metadata of a field. ``label``, ``help`` and the texts of ``choices`` are Japanese source texts.

    ``unit``: one of the names above, which says how a value is typed.
    """
    return {_LABEL: label, _HELP: help, _UNIT: unit, _CHOICES: choices or {}}


def label_of(one: Field[Any]) -> str:
    """Japanese; "" for a field that no form shows."""
    return str(one.metadata.get(_LABEL, ""))


def help_of(one: Field[Any]) -> str:
    return str(one.metadata.get(_HELP, ""))


def unit_of(one: Field[Any]) -> str:
    return str(one.metadata.get(_UNIT, ""))


def choices_of(one: Field[Any]) -> Mapping[Any, str]:
    """The words for the values of an enumeration."""
    choices: Mapping[Any, str] = one.metadata.get(_CHOICES, {})
    return choices


def shown(kind: type) -> tuple[Field[Any], ...]:
    """The fields of a dataclass that a form shows, in order."""
    return tuple(one for one in fields(kind) if label_of(one) and unit_of(one) != HIDDEN)
