"""How a receipt printer is used: what stands behind the ``?`` of its port in the settings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from shared.errors import EnishiError
from terminal.drivers.receipt_printer.layout import COLUMNS_58_MM, COLUMNS_80_MM, Paper


@dataclass(frozen=True, slots=True)
class EscposOptions:
    """``kicks_drawer``: a pulse with the first print of every receipt. ``identifies``: ask for model and firmware."""

    paper: Paper = field(default_factory=Paper)
    kicks_drawer: bool = False
    identifies: bool = False


def options_of(port: str, paper: Paper, identifies: bool = False) -> EscposOptions:
    """``/dev/ttyRECEIPT?paper=80&drawer=yes`` -> its options. Raises ``config.bad_value``."""
    width_mm, drawer = "58", "no"
    for pair in filter(None, port.partition("?")[2].split("&")):
        match pair.split("="):
            case ["paper", ("58" | "80") as given]:
                width_mm = given
            case ["drawer", ("yes" | "no") as given]:
                drawer = given
            case _:
                wanted = "?paper=58|80&drawer=yes|no"
                raise EnishiError("config.bad_value", key="devices.receipt_printer", value=pair[:40], wanted=wanted)
    columns = COLUMNS_80_MM if width_mm == "80" else COLUMNS_58_MM
    return EscposOptions(replace(paper, columns=columns), drawer == "yes", identifies)
