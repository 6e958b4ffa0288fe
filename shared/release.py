"""Which release this is: of the terminal, and of the head office that came with it."""

from __future__ import annotations

RELEASE = "0.2.0"
