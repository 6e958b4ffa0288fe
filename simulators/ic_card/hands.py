"""A drawer of chips and the hands that lay them on a reader, tear them away, copy them. One order, one answer.

Orders are plain words, so that a test or a page can send them to another process; each is a line of JSON:

    {"do": "make", "chip": "card", "kind": "lite_s" | "ntag213" | "ultralight" | "classic", "uid": hex}
    {"do": "put_on", "chip": "card"}      {"do": "take_away"}        {"do": "copy", "chip": "card", "as": "twin"}
    {"do": "tear", "after": bytes}        {"do": "hang", "on": true}  {"do": "memory", "chip": "card"}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulators.ic_card.chip import Chip
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.tags import Classic, Pages

KINDS: Mapping[str, Callable[[bytes], Chip]] = {
    "lite_s": LiteS,
    "ntag213": Pages,
    "ultralight": lambda uid: Pages(uid, 48),
    "classic": Classic,
}


class Hands:
    """``lay`` and ``take`` move a chip on the reader, whichever that is."""

    def __init__(self, lay: Callable[[Chip], None], take: Callable[[], None]) -> None:
        self._lay = lay
        self._take = take
        self.chips: dict[str, Chip] = {}
        self.on_reader: Chip | None = None

    def obey(self, order: Mapping[str, object]) -> dict[str, object]:
        """The answer; ``{"error": …}`` for an order without meaning."""
        try:
            return self._obey(order)
        except (KeyError, ValueError, TypeError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def left(self) -> None:
        """The chip was torn away by its own plan."""
        self.on_reader = None

    def _obey(self, order: Mapping[str, object]) -> dict[str, object]:
        match order["do"]:
            case "make":
                self.chips[str(order["chip"])] = KINDS[str(order["kind"])](bytes.fromhex(str(order["uid"])))
            case "put_on":
                self._put_on(self.chips[str(order["chip"])])
            case "take_away":
                self._take_away()
            case "copy":
                self.chips[str(order["as"])] = self.chips[str(order["chip"])].copy()
            case "tear":
                self._there().tear_after = int(str(order["after"]))
            case "hang":
                self._there().is_silent = bool(order["on"])
            case "memory":
                return {"memory": _memory(self.chips[str(order["chip"])]).hex()}
            case what:
                raise ValueError(f"no such order: {what}")
        return {"on_reader": None if self.on_reader is None else self.on_reader.uid.hex()}

    def _put_on(self, chip: Chip) -> None:
        if self.on_reader is not None:
            raise ValueError("a card lies there")
        chip.tear_after, self.on_reader = None, chip
        self._lay(chip)

    def _take_away(self) -> None:
        chip, self.on_reader = self.on_reader, None
        if chip is not None:
            self._take()
            chip.power_off()

    def _there(self) -> Chip:
        if self.on_reader is None:
            raise ValueError("no card lies there")
        return self.on_reader


def _memory(chip: Chip) -> bytes:
    """User memory, as far as a thief could read it."""
    if isinstance(chip, LiteS):
        return b"".join(bytes(chip.blocks[number]) for number in range(14))
    assert isinstance(chip, Pages | Classic)
    return bytes(chip.memory)
