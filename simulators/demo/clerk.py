"""A clerk at a counter who waits for the screen before the next key, and a customer's card."""

from __future__ import annotations

from shared.ids import CardNo
from simulators.card_stock import SimCard
from simulators.rig.counter import Counter
from simulators.rig.desk import RigTimeout

CARD_DIGITS = 10


class Clerk:
    """Works at one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def serve(self, card: SimCard, amount_yen: int, use_points: int = 0) -> None:
        """A whole visit, until the customer has the card back."""
        self.key_in(card, amount_yen, use_points)
        self._counter.press("enter")
        self.hand_back()

    def key_in(self, card: SimCard, amount_yen: int, use_points: int = 0) -> None:
        """Card in, figures keyed; only ENTER is left."""
        self._insert(card)
        self._counter.await_screen("Keying")
        self._counter.press(*str(amount_yen))
        if use_points:
            self._counter.press("use", *str(use_points))

    def recover(self, card: SimCard, number: CardNo) -> None:
        """After a power cut: take the card, put it in again, answer what the terminal asks.

        It asks for the printed number of a torn card, and whether the face is that of the interrupted visit's base.
        """
        self._counter.wait_discharged()
        self._counter.pull()
        self._insert(card)
        shown = self._counter.await_screen("TypeNumber", "ConfirmFace", "Done")
        if shown == "TypeNumber":
            self._counter.press(*f"{number:0{CARD_DIGITS}d}", "enter")
            shown = self._counter.await_screen("ConfirmFace", "Done")
        if shown == "ConfirmFace":
            self._counter.press("enter")
            self._counter.await_screen("Done")
        self.hand_back()

    def hand_back(self) -> None:
        """The unit puts the card out after the visit; the customer takes it."""
        self._counter.wait_discharged()
        shown = self._counter.await_screen("Done", "Stopped", "TakeCard")
        if shown != "Done":
            raise RigTimeout(f"counter {self._counter.number}: the visit ended with the screen {shown}")
        self._counter.pull()
        self._counter.await_screen("Waiting")

    def _insert(self, card: SimCard) -> None:
        self._counter.await_screen("Waiting", "Unfinished")
        if not self._counter.insert(card):
            raise RigTimeout(f"counter {self._counter.number}: another card lies in the inlet")
