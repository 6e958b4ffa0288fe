"""What stands behind a model in the settings when a device has wires instead of a plug: ``green=17 red=22``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from shared.errors import EnishiError

BCM_MAX = 27  # the highest pin of a Raspberry Pi's 40-pin header, as the chip's maker numbers them


class Wiring:
    """``name=value`` words. Every method raises ``config.device_port`` with ``example``, which is a right one."""

    def __init__(self, model: str, port: str, known: Sequence[str], example: str) -> None:
        self._model = model
        self._port = port
        self._example = example
        self._words: dict[str, str] = {}
        for word in port.split():
            name, _, value = word.partition("=")
            if name not in known or name in self._words or not value:
                self.refuse()
            self._words[name] = value

    def number(self, name: str, default: int | None, lowest: int, highest: int) -> int:
        """Decimal, or hexadecimal behind 0x; None as default: the word must be there."""
        text = self._words.get(name)
        if text is None:
            return self.refuse() if default is None else default
        return self._within(text, lowest, highest)

    def pin(self, name: str) -> int | None:
        """A BCM number, None where the word is absent."""
        text = self._words.get(name)
        return None if text is None else self._within(text, 0, BCM_MAX)

    def pins(self, name: str) -> tuple[int, ...]:
        """BCM numbers between commas; the word must be there."""
        if name not in self._words:
            self.refuse()
        return tuple(self._within(text, 0, BCM_MAX) for text in self._words[name].split(","))

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of ``choices``; the first where the word is absent."""
        value = self._words.get(name, choices[0])
        if value not in choices:
            self.refuse()
        return value

    def refuse(self) -> NoReturn:
        """Whatever is wrong, the example says it best."""
        raise EnishiError("config.device_port", model=self._model, port=self._port[:120], example=self._example)

    def _within(self, text: str, lowest: int, highest: int) -> int:
        digits, base = (text[2:], 16) if text[:2] == "0x" else (text, 10)
        try:
            value = int(digits, base)
        except ValueError:
            self.refuse()
        if not digits.isascii() or not digits.isalnum() or not lowest <= value <= highest:
            self.refuse()
        return value
