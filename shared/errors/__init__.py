"""One error tree. An error is a permanent code with facts; sentences live in the tables beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import (
    api,
    card,
    config,
    day,
    device,
    duty,
    guide,
    health,
    input,
    keys,
    kiosk,
    layout,
    member,
    office,
    people,
    pin,
    programs,
    sale,
    segment,
    server,
    store,
    sync,
    visit,
)
from shared.errors.text import ErrorText
from shared.locale import Translate

__all__ = ["TEXTS", "EnishiError", "ErrorText", "Fact", "Refused", "explain"]

Fact = str | int

TEXTS: Mapping[str, ErrorText] = {
    **api.TEXTS,
    **card.TEXTS,
    **config.TEXTS,
    **day.TEXTS,
    **device.TEXTS,
    **duty.TEXTS,
    **guide.TEXTS,
    **health.TEXTS,
    **input.TEXTS,
    **keys.TEXTS,
    **kiosk.TEXTS,
    **layout.TEXTS,
    **member.TEXTS,
    **office.TEXTS,
    **people.TEXTS,
    **pin.TEXTS,
    **programs.TEXTS,
    **sale.TEXTS,
    **segment.TEXTS,
    **server.TEXTS,
    **store.TEXTS,
    **sync.TEXTS,
    **visit.TEXTS,
}


class EnishiError(Exception):
    """Something outside the program went wrong. ``code`` is a key of :data:`TEXTS` and never changes."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: dict[str, Fact] = facts

    def __str__(self) -> str:
        return self.code + "".join(f" {k}={v}" for k, v in self.facts.items())


@dataclass(frozen=True, slots=True)
class Refused:
    """The kernel's answer "no", as a value. ``code`` is a key of :data:`TEXTS`."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def explain(code: str, facts: Mapping[str, Fact], translate: Translate) -> tuple[str, str]:
    """What happened and what to do, as two sentences. An unknown code (a newer peer's) is shown as it is."""
    known = TEXTS.get(code)
    if known is None:
        return translate("エラー {code} が起きました。").format(code=code), translate(
            "店長または本部に、この番号を伝えてください。"
        )
    missing_ok = _Facts(facts)
    return translate(known.text).format_map(missing_ok), translate(known.remedy).format_map(missing_ok)


class _Facts(dict[str, Fact]):
    """A fact that an older sender does not know is shown as an ellipsis, never as a crash."""

    def __missing__(self, key: str) -> str:
        return "…"
