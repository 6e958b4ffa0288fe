"""What a card proves about an unfinished visit: each image names its predecessor by hash."""

from __future__ import annotations

from enum import Enum

from shared.card.codec import prev_tag
from shared.card.image import CardImage
from shared.visit.journal import Intent


class Evidence(Enum):
    TOOK = "took"  # the card carries the visit, or was written on top of it
    AT_BASE = "at_base"  # the card still is what it was before
    WENT_ON = "went_on"  # another visit was written on the same base
    SILENT = "silent"  # the card is further on, or of another generation: head office decides


def weigh(intent: Intent, track: str, image: CardImage) -> Evidence:
    """Judge one readable, genuine track. ``image`` is its decoded content."""
    if track == intent.post:
        return Evidence.TOOK
    if track == intent.pre:
        return Evidence.AT_BASE
    if image.card != intent.card or image.gen != intent.gen:
        return Evidence.SILENT
    if image.seq == intent.seq + 1 and image.prev == prev_tag(intent.post):
        return Evidence.TOOK
    if image.seq == intent.seq and image.prev == prev_tag(intent.pre):
        return Evidence.WENT_ON
    return Evidence.SILENT
