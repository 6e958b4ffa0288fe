"""The kinds of card unit that a counter may have, as far as a visit differs by them."""

from __future__ import annotations

from enum import Enum


class CardUnit(Enum):
    """How people use it."""

    REWRITER = "rewriter"  # it takes the card in, keeps it for the whole visit and prints its face
    READER = "reader"  # a chip lies on it and may be taken away at any moment
    SWIPE = "swipe"  # the card is pulled through it, once for each thing that is done

    @property
    def has_face(self) -> bool:
        """Whether it prints what the stripe says, so that people can compare the two."""
        return self is CardUnit.REWRITER

    @property
    def holds_card(self) -> bool:
        """Whether the card stays inside until it is put out. Else a visit may end with nobody to take it."""
        return self is CardUnit.REWRITER


class Swipe(Enum):
    """What a swipe of the card is for; the customer has to be told."""

    READ = "read"
    WRITE = "write"
    PROVE = "prove"  # read again what was written
