"""What a session is for; each database begins its transactions accordingly."""

from __future__ import annotations

from enum import Enum

MODE = "enishi_mode"  # the execution option that carries it


class Mode(Enum):
    READ = "read"
    ALONE = "alone"
    SIDE_BY_SIDE = "side_by_side"
