"""How a plain magnetic unit is used: what stands behind the ``?`` of its port in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import EnishiError


@dataclass(frozen=True, slots=True)
class MagneticOptions:
    """``track``: 2 is where the one-track TCP300 writes, so cards are good for both kinds of unit."""

    track: int = 2
    high_coercivity: bool = True


def options_of(port: str) -> MagneticOptions:
    """``/dev/ttyUSB0?track=1&coercivity=low`` -> its options. Raises ``config.bad_value``."""
    track, coercivity = 2, "high"
    for pair in filter(None, port.partition("?")[2].split("&")):
        match pair.split("="):
            case ["track", ("1" | "2" | "3") as given]:
                track = int(given)
            case ["coercivity", ("high" | "low") as given]:
                coercivity = given
            case _:
                wanted = "?track=1|2|3&coercivity=high|low"
                raise EnishiError("config.bad_value", key="devices.card_rewriter", value=pair[:40], wanted=wanted)
    return MagneticOptions(track, coercivity == "high")
