"""The rig's front door: a counter with a real terminal, from a directory and nothing else."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

from shared.card.mac import KEY_BYTES, KeyRing
from simulators.card_rewriter import Fonts
from simulators.card_rewriter.fonts import Boxes
from simulators.identity import read_ring, standalone, write_identity
from simulators.rig.counter import Counter
from simulators.rig.models import USUAL
from simulators.rig.terminal import TerminalPlan

TENANT, KEY_ID = 7, 1
SPEED = 10.0


class Rig:
    """Makes counters that stand alone, without a head office."""

    @staticmethod
    def counter(
        directory: Path, *, speed: float = SPEED, seed: int = 0, fonts: Fonts | None = None,
        devices: tuple[str, ...] = USUAL, date_can_be_set: bool = False,
    ) -> Counter:  # fmt: skip
        """A counter on a free port; enter it to start it. A second one on the same directory continues its journal.

        Nobody looks at its faces unless ``fonts`` are given: they are printed as boxes.
        """
        directory.mkdir(parents=True, exist_ok=True)
        identity_file = directory / "identity.json"
        if not identity_file.exists():
            key = secrets.token_bytes(KEY_BYTES)
            write_identity(identity_file, standalone(secrets.token_bytes(KEY_BYTES), key, tenant=TENANT, kid=KEY_ID))
        plan = TerminalPlan(
            directory, identity_file, kiosk_port=free_port(), devices=devices, date_can_be_set=date_can_be_set
        )
        return Counter(plan, speed, seed, fonts if fonts is not None else Boxes())

    @staticmethod
    def ring(counter: Counter) -> KeyRing:
        """The keys of the counter's cards, to encode and to read them."""
        return read_ring(counter.plan.identity_file)


def free_port() -> int:
    """A port of the loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
