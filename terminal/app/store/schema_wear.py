"""0011: what the card unit has done, for as long as the journal lives; nothing that is dropped takes it away."""

from __future__ import annotations

REWRITES, PRINTS = "rewrites", "prints"  # names in the table "counter"

WEAR = (f"INSERT INTO counter VALUES ('{REWRITES}', 0), ('{PRINTS}', 0)",)
