"""Sales that the shop's POS hands over: each is offered to the counter once, and its answer is kept for the POS.

One board for every way in (``kiosk/pos_web.py``, ``pos_files.py``). Safe in any thread. What the board has forgotten,
because the terminal was started anew or much was sold since, the journal knows: a reference that stands there is never
offered a second time.
"""

from __future__ import annotations

import queue
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from shared.errors import EnishiError
from shared.sale.basket import REFERENCE_LEN_MAX, Basket, Line, refuse
from shared.sale.product import TaxRate
from shared.visit.effects import AnswerPos
from shared.visit.events import SaleCame
from terminal.app.store.pos_sales import PosRecord

SALES_MAX = 200  # answers kept, half a day of a busy till; a POS asks within minutes
AMOUNT_NAME = "レジ"  # the line of a sale that came as an amount
FINAL = ("done", "cancelled", "refused")

_REFERENCE = re.compile(rf"[0-9A-Za-z][0-9A-Za-z._:-]{{0,{REFERENCE_LEN_MAX - 1}}}")  # stands in an address as it is


@dataclass(frozen=True, slots=True)
class PosSale:
    """A sale and how far it is: "waiting" for a card, "busy" (the counter was; offer it again), or ``FINAL``."""

    basket: Basket
    state: str
    answer: AnswerPos

    @property
    def is_over(self) -> bool:
        return self.state in FINAL


def nothing_recorded(reference: str) -> PosRecord | None:
    """A journal without sales of the POS."""
    return None


class PosBoard:
    """``post`` hands an event to the loop and raises ``visit.inbox_full``; ``withdraw`` has the loop take a waiting
    sale back, which answers by ``answer`` or ``let_go``; ``recall`` asks the journal, and raises ``store.*``."""

    def __init__(
        self,
        post: Callable[[SaleCame], None],
        withdraw: Callable[[str], None],
        sales_max: int = SALES_MAX,
        recall: Callable[[str], PosRecord | None] = nothing_recorded,
    ) -> None:
        self._post = post
        self._withdraw = withdraw
        self._recall = recall
        self._sales_max = sales_max
        self._sales: dict[str, PosSale] = {}  # by reference, the oldest first
        self._turn: queue.SimpleQueue[None] = queue.SimpleQueue()  # holds one baton: whoever has it may change
        self._turn.put(None)

    def offer(self, basket: Basket) -> PosSale:
        """A sale from the POS. The same one again changes nothing, but a busy counter is asked once more.

        Raises ``kiosk.pos_other_content``, ``kiosk.pos_too_many``, ``visit.inbox_full``, ``store.*``.
        """
        with self._alone():
            known = self._known(basket.reference)
            if known is not None and known.basket != basket:
                raise EnishiError("kiosk.pos_other_content", reference=basket.reference)
            if known is not None and known.state != "busy":
                return known
            if known is None:
                self._make_room()
            self._post(SaleCame(basket))
            sale = PosSale(basket, "waiting", AnswerPos(basket.reference, "waiting"))
            self._sales[basket.reference] = sale
            return sale

    def answer(self, answer: AnswerPos) -> None:
        """From the loop: what became of a sale. The first word that is final stays."""
        with self._alone():
            sale = self._sales.get(answer.reference)
            if sale is not None and not sale.is_over:
                self._sales[answer.reference] = replace(sale, state=answer.state, answer=answer)

    def let_go(self, reference: str) -> None:
        """From the loop: nothing waits at the counter under this reference. Only the journal may still hold it."""
        with self._alone():
            sale = self._sales.get(reference)
            if sale is not None and sale.state == "waiting" and self._recall(reference) is None:
                self._sales[reference] = _cancelled(sale)

    def look(self, reference: str) -> PosSale | None:
        """None: never heard of, or forgotten here and in the journal. Raises ``store.*``."""
        with self._alone():
            return self._known(reference)

    def take_back(self, reference: str) -> PosSale:
        """The POS does not want it any more. A sale that waits stays so until the loop has let go of it: look again.

        Raises ``kiosk.pos_unknown``, ``kiosk.pos_done``, ``kiosk.pos_undecided``, ``visit.inbox_full``, ``store.*``.
        """
        with self._alone():
            sale = self._known(reference)
            if sale is None:
                raise EnishiError("kiosk.pos_unknown", reference=reference)
            if sale.state == "done":
                raise EnishiError("kiosk.pos_done", reference=reference)
            if sale.state == "waiting" and self._recall(reference) is not None:
                raise EnishiError("kiosk.pos_undecided", reference=reference)
            if sale.state == "busy":  # the loop does not hold it
                sale = _cancelled(sale)
                self._sales[reference] = sale
            elif sale.state == "waiting":
                self._withdraw(reference)
            return sale

    def _known(self, reference: str) -> PosSale | None:
        """What the journal has is taken onto the board: its answer may still be on its way."""
        sale = self._sales.get(reference)
        record = self._recall(reference) if sale is None and is_reference(reference) else None
        if record is None:
            return sale
        self._make_room()
        answer = record.answer or AnswerPos(reference, "waiting")
        self._sales[reference] = PosSale(record.basket, answer.state, answer)
        return self._sales[reference]

    def _make_room(self) -> None:
        """Forget the oldest that is not waited for."""
        if len(self._sales) < self._sales_max:
            return
        oldest = next((name for name, sale in self._sales.items() if sale.state != "waiting"), None)
        if oldest is None:
            raise EnishiError("kiosk.pos_too_many", limit=self._sales_max)
        del self._sales[oldest]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._turn.get()
        try:
            yield
        finally:
            self._turn.put(None)


def _cancelled(sale: PosSale) -> PosSale:
    return replace(sale, state="cancelled", answer=AnswerPos(sale.basket.reference, "cancelled"))


def is_reference(text: str) -> bool:
    """Whether a POS may name a sale so: letters, digits, ``. _ : -``, one letter or digit first."""
    return _REFERENCE.fullmatch(text) is not None


def amount_line(amount_yen: int) -> Line:
    """A sale without goods. Its tax is on the POS's own receipt, so here nothing is added to it or taken out of it."""
    return Line("", AMOUNT_NAME, "", amount_yen, 1, TaxRate.NONE)


def checked(basket: Basket) -> Basket:
    """A basket that may become a sale. Raises ``kiosk.pos_reference`` or ``sale.*``."""
    if not is_reference(basket.reference):
        raise EnishiError("kiosk.pos_reference", maximum=REFERENCE_LEN_MAX)
    refused = refuse(basket)
    if refused is not None:
        raise EnishiError(refused.code, **refused.facts)
    return basket
