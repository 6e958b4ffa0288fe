"""The goods of one sale: an immutable basket, and what staff do to it. Every step is a new basket or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from shared.errors import Refused
from shared.sale.codes import is_code
from shared.sale.product import CATEGORY_LEN_MAX, PRODUCT_NAME_LEN_MAX, Product, TaxRate, is_text
from shared.units import YEN_MAX

LINES_MAX = 100  # a receipt of 58 mm paper is then about a metre long
QUANTITY_MAX = 999  # of one line; three digits stand beside a price on 32 columns
REFERENCE_LEN_MAX = 40  # characters; a POS's receipt number with its date and register
BASKET_BYTES_MAX = 6_000  # as JSON; an event's body holds 8,192 and an INTENT needs up to 2,000 for itself


class Line(NamedTuple):
    """One line. A tuple, because it stands as a plain row ``["4901234567894","牛乳","食品",198,2,8,0,true]`` in
    journals. Columns are never moved or removed; a new one comes last and has a default."""

    code: str  # empty: a department or an amount without a code
    name: str
    category: str
    unit_yen: int
    quantity: int
    tax: TaxRate
    discount_yen: int = 0  # off the whole line
    earns: bool = True

    @property
    def goods_yen(self) -> int:
        """By the shop's price basis, after the line's own discount."""
        return self.unit_yen * self.quantity - self.discount_yen


@dataclass(frozen=True, slots=True)
class Basket:
    """``discount_yen``: off the subtotal. ``reference``: the POS's own number of the sale; may be empty."""

    lines: tuple[Line, ...] = ()
    discount_yen: int = 0
    reference: str = ""

    @property
    def goods_yen(self) -> int:
        """The subtotal: all lines, before the discount off it."""
        return sum(line.goods_yen for line in self.lines)

    @property
    def quantity(self) -> int:
        """Pieces."""
        return sum(line.quantity for line in self.lines)


EMPTY = Basket()


def add(basket: Basket, product: Product, quantity: int = 1) -> Basket | Refused:
    """Scan a product. The same product at the same price joins its line, which moves to the end: what was scanned
    last always stands last. A line with a discount of its own stays apart, for the discount was given for what it held.
    """
    line = Line(product.code, product.name, product.category, product.unit_yen, quantity, product.tax, 0, product.earns)
    return _kept(replace(basket, lines=_joined(basket.lines, line)))


def take_back_last(basket: Basket, quantity: int = 1) -> Basket | Refused:
    """Undo the last scan of ``quantity`` pieces; the line goes when nothing is left of it."""
    if not basket.lines:
        return Refused("sale.no_such_line")
    last = len(basket.lines) - 1
    held = basket.lines[last].quantity
    if not 1 <= quantity <= held:
        return Refused("sale.quantity", {"maximum": held})
    return remove(basket, last) if quantity == held else set_quantity(basket, last, held - quantity)


def set_quantity(basket: Basket, place: int, quantity: int) -> Basket | Refused:
    """``place`` counts from 0. A quantity of 0 is refused: what is not bought is removed."""
    if not 0 <= place < len(basket.lines):
        return Refused("sale.no_such_line")
    return _kept(_changed(basket, place, basket.lines[place]._replace(quantity=quantity)))


def remove(basket: Basket, place: int) -> Basket | Refused:
    """Take a line out. With the last line the discount off the subtotal goes too."""
    if not 0 <= place < len(basket.lines):
        return Refused("sale.no_such_line")
    lines = basket.lines[:place] + basket.lines[place + 1 :]
    return _kept(replace(basket, lines=lines, discount_yen=basket.discount_yen if lines else 0))


def discount_line(basket: Basket, place: int, discount_yen: int) -> Basket | Refused:
    """Give ``discount_yen`` off a whole line instead of what it had; 0 takes the discount away."""
    if not 0 <= place < len(basket.lines):
        return Refused("sale.no_such_line")
    return _kept(_changed(basket, place, basket.lines[place]._replace(discount_yen=discount_yen)))


def discount_subtotal(basket: Basket, discount_yen: int) -> Basket | Refused:
    """Give ``discount_yen`` off the subtotal instead of what was given before."""
    return _kept(replace(basket, discount_yen=discount_yen))


def merge(basket: Basket, other: Basket) -> Basket | Refused:
    """Both as one sale. Only one of them may have a POS's number, or both the same one."""
    if basket.reference and other.reference and basket.reference != other.reference:
        return Refused("sale.two_references", {"one": basket.reference, "other": other.reference})
    lines = basket.lines
    for line in other.lines:
        lines = _joined(lines, line)
    discount_yen = basket.discount_yen + other.discount_yen
    return _kept(Basket(lines, discount_yen, basket.reference or other.reference))


def refuse(basket: Basket) -> Refused | None:
    """Why this cannot be one sale. Whatever came from outside (a POS, a file, a journal) has to pass here once."""
    if len(basket.lines) > LINES_MAX:
        return Refused("sale.too_many_lines", {"maximum": LINES_MAX})
    for number, line in enumerate(basket.lines, 1):
        refused = _refuse_line(number, line)
        if refused is not None:
            return refused
    goods_yen = basket.goods_yen
    if not 0 <= basket.discount_yen <= goods_yen:
        return Refused("sale.discount_above_subtotal", {"maximum": goods_yen})
    if goods_yen > YEN_MAX:
        return Refused("sale.total", {"maximum": YEN_MAX})
    if not _is_reference(basket.reference):
        return Refused("sale.reference", {"maximum": REFERENCE_LEN_MAX})
    if json_bytes(basket) > BASKET_BYTES_MAX:
        return Refused("sale.too_many_lines", {"maximum": len(basket.lines) - 1})
    return None


def json_bytes(basket: Basket) -> int:
    """The exact length of the basket in a journal: JSON without spaces, UTF-8, ``"`` and ``\\`` escaped."""
    rows = sum(map(_row_bytes, basket.lines)) + max(len(basket.lines) - 1, 0)
    names = len('{"discount_yen":,"lines":[],"reference":}')
    return names + len(str(basket.discount_yen)) + rows + _text_bytes(basket.reference)


def _row_bytes(line: Line) -> int:
    texts = sum(map(_text_bytes, (line.code, line.name, line.category)))
    figures = (line.unit_yen, line.quantity, int(line.tax), line.discount_yen)
    return (
        texts + sum(len(str(figure)) for figure in figures) + len("true" if line.earns else "false") + len("[,,,,,,,]")
    )


def _text_bytes(text: str) -> int:
    return len(text.encode("utf-8")) + text.count('"') + text.count("\\") + 2


def _refuse_line(number: int, line: Line) -> Refused | None:
    fields = (
        ("code", not line.code or is_code(line.code)),
        ("name", is_text(line.name, 1, PRODUCT_NAME_LEN_MAX)),
        ("category", is_text(line.category, 0, CATEGORY_LEN_MAX)),
        ("unit_yen", 0 <= line.unit_yen <= YEN_MAX),
    )
    for name, is_good in fields:
        if not is_good:
            return Refused("sale.line", {"line": number, "field": name})
    if not 1 <= line.quantity <= QUANTITY_MAX:
        return Refused("sale.quantity", {"maximum": QUANTITY_MAX})
    if not 0 <= line.discount_yen <= line.unit_yen * line.quantity:
        return Refused("sale.discount_above_line", {"maximum": line.unit_yen * line.quantity})
    return None


def _is_reference(text: str) -> bool:
    return len(text) <= REFERENCE_LEN_MAX and all(" " <= character <= "~" for character in text)


def _joined(lines: tuple[Line, ...], new: Line) -> tuple[Line, ...]:
    """``new`` at the end, together with the line of the same goods without a discount, if there is one."""
    kind = new._replace(quantity=1)
    if not new.discount_yen:
        for place, line in enumerate(lines):
            if line._replace(quantity=1) == kind:
                together = new._replace(quantity=line.quantity + new.quantity)
                return (*lines[:place], *lines[place + 1 :], together)
    return (*lines, new)


def _changed(basket: Basket, place: int, line: Line) -> Basket:
    return replace(basket, lines=(*basket.lines[:place], line, *basket.lines[place + 1 :]))


def _kept(basket: Basket) -> Basket | Refused:
    return refuse(basket) or basket
