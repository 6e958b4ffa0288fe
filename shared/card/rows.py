"""From content to rows of text: every section knows several ways to be set, the first that has room is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.card.content import FaceContent
from shared.card.layout import Layout, Part
from shared.card.stock import FaceStock
from shared.clock import month_from_card
from shared.ids import format_card_no
from shared.locale import Translate
from shared.text.jis import fold_to_jis
from shared.text.kana import to_half_width_kana
from shared.text.kinsoku import wrap
from shared.text.width import columns, fit
from shared.units import format_number

NAME_ROWS_MAX = 2  # of the shop and of the member; what is longer is cut
_HEADING = (Part.SHOP, Part.NAME, Part.OWN)


@dataclass(frozen=True, slots=True)
class Row:
    """``left`` stands at the left edge, ``right`` at the right one; ``big`` (double size) directly before ``right``."""

    left: str = ""
    right: str = ""
    big: str = ""

    @property
    def height(self) -> int:
        """In lines of normal height."""
        return 2 if self.big else 1


Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that stay together. ``apart``: stands off from the section above when there is room."""

    rows: Rows
    apart: bool = True

    @property
    def height(self) -> int:
        return _height(self.rows)


class Typesetter:
    """Translates and folds texts for one face; ``replaced`` gathers what the printer does not have."""

    def __init__(self, stock: FaceStock, translate: Translate) -> None:
        self.stock = stock
        self.replaced: dict[str, None] = {}
        self._translate = translate

    def text(self, source: str, **facts: str | int) -> str:
        """One printable line of a source text in the reader's language."""
        return self.fold(self._translate(source).format(**facts)).replace("\n", " ").strip()

    def fold(self, text: str) -> str:
        """Only characters that the printer has; line feeds stay."""
        folded = fold_to_jis(text)
        self.replaced.update(dict.fromkeys(folded.replaced))
        return folded.text

    def choose(self, variants: Iterable[Rows], free: int) -> Rows:
        """The first variant within the print width and ``free`` lines; none: no rows."""
        for rows in variants:
            if _height(rows) <= free and all(map(self._fits, rows)):
                return rows
        return ()

    def clip(self, row: Row) -> Row:
        """The row with its left text cut to what the others leave."""
        room = self.stock.columns - columns(row.right) - 2 * columns(row.big)
        return row if self._fits(row) else Row(fit(row.left, max(room - 1, 0)), row.right, row.big)

    def _fits(self, row: Row) -> bool:
        stock = self.stock
        between = stock.dots(" ") if row.left and (row.right or row.big) else 0
        used = stock.dots(row.left) + between + stock.dots(row.big, wide=True) + stock.dots(row.right)
        return used <= stock.print_width


@dataclass(frozen=True, slots=True)
class Fixed:
    """What every face says, in order from the top, and its foot. ``left_out``: what found no room."""

    body: tuple[Section, ...]
    foot: tuple[Section, ...]
    left_out: tuple[str, ...]


def fixed_sections(setter: Typesetter, content: FaceContent, layout: Layout) -> Fixed:
    """On a small stock the last of ``wanted`` goes first."""
    card, day = _foot(setter, content)
    wanted = {
        Part.BALANCE.value: _balance(setter, content),
        Part.EXPIRY.value: _expiry(setter, content),
        Part.NAME.value: _name(setter, content.name),
        "card": card,
        Part.TODAY.value: _today(setter, content),
        "day": day,
        Part.SHOP.value: _shop(setter, content.shop),
        Part.OWN.value: _own(setter, layout.own),
    }
    for part in layout.hidden:
        wanted[part.value] = []
    free = setter.stock.rows
    chosen: dict[str, Rows] = {}
    for kind, variants in wanted.items():
        chosen[kind] = setter.choose(variants, free)
        free -= _height(chosen[kind])
    foot = (Section(chosen["card"]), Section(chosen["day"]))
    left_out = tuple(kind for kind, variants in wanted.items() if variants and not chosen[kind])
    return Fixed(tuple(_body(layout, chosen)), foot, left_out)


def _body(layout: Layout, chosen: Mapping[str, Rows]) -> Iterator[Section]:
    above: Part | None = None
    for part in layout.order:
        rows = chosen[part.value]
        if rows:
            yield Section(rows, _stands_off(part, above))
            above = part


def _stands_off(part: Part, above: Part | None) -> bool:
    """From what is directly above it. Who and where belong together, and so do the day's points and the expiry."""
    if part in _HEADING:
        return above is not None and above not in _HEADING
    return part is not Part.EXPIRY or above is not Part.TODAY


def message_section(setter: Typesetter, text: str) -> Section:
    """A message broken by the kinsoku rules, without empty lines at its ends."""
    lines = wrap(setter.fold(text).strip(), setter.stock.columns)
    return Section(tuple(Row(line) for line in lines))


def _height(rows: Rows) -> int:
    return sum(row.height for row in rows)


def _balance(setter: Typesetter, content: FaceContent) -> list[Rows]:
    label, figure = setter.text("ポイント残高"), format_number(content.balance)
    unit = setter.text("点")
    return [
        (Row(label, unit, figure),),
        (setter.clip(Row(label)), Row(right=unit, big=figure)),
        (setter.clip(Row(label)), Row(right=fit(figure + unit, setter.stock.columns))),
    ]


def _expiry(setter: Typesetter, content: FaceContent) -> list[Rows]:
    if not content.expiring_points:
        return []
    year, month = month_from_card(content.expiring_month)
    label = setter.text("有効期限")
    until = setter.text("{year}年{month}月末", year=year, month=month)
    points = setter.text("{points}点", points=format_number(content.expiring_points))
    return [
        (Row(f"{label} {until}", points),),
        (setter.clip(Row(label)), Row(until, points)),
        (setter.clip(Row(label)), setter.clip(Row(until)), Row(right=fit(points, setter.stock.columns))),
    ]


def _today(setter: Typesetter, content: FaceContent) -> list[Rows]:
    """Points earned and, if any, used by this visit: signs say which, in words and figures."""
    earned = setter.text("{points}点", points=f"+{format_number(content.earn)}")
    if not content.redeem:
        return [(Row(setter.text("今回ポイント"), earned),), (setter.clip(Row(setter.text("今回"), earned)),)]
    used = setter.text("{points}点", points=f"-{format_number(content.redeem)}")
    short_earned, short_used = setter.text("今回"), setter.text("使用")
    return [
        (Row(setter.text("今回ポイント"), earned), Row(setter.text("使用ポイント"), used)),
        (Row(short_earned, earned), Row(short_used, used)),
        (Row(f"{short_earned} {earned}", f"{short_used} {used}"),),
        (Row(f"{short_earned}{earned}", f"{short_used}{used}"),),
        (Row(earned, used),),
    ]


def _foot(setter: Typesetter, content: FaceContent) -> tuple[list[Rows], list[Rows]]:
    """Card number and date: in one row where there is room, else two sections of which the number is wanted more."""
    number = setter.text("No.{card}", card=format_card_no(content.card))
    day = content.day.strftime("%Y/%m/%d")
    mark = setter.text("再印字") if content.reprint else ""
    together: Rows = (Row(number, f"{day} {mark}".strip()),)
    if setter.choose([together], free=1):
        return [together], []
    bare = setter.clip(Row(format_card_no(content.card)))
    return [(Row(number),), (bare,)], [(Row(day, mark),), (Row(day),)]


def _name(setter: Typesetter, name: str) -> list[Rows]:
    folded = setter.fold(name).replace("\n", " ").strip()
    if not folded:
        return []
    titled = setter.text("{name} 様", name=folded)
    title_columns = columns(setter.text("{name} 様", name="")) + 1
    cuts = [
        (*rows[:-1], setter.clip(Row(setter.text("{name} 様", name=rows[-1].left))))
        for rows in _cut_rows(setter, folded, title_columns)
    ]
    return [*_name_rows(setter, titled), *cuts]


def _shop(setter: Typesetter, shop: str) -> list[Rows]:
    folded = setter.fold(shop).replace("\n", " ").strip()
    if not folded:
        return []
    return [*_name_rows(setter, folded), *_cut_rows(setter, folded)]


def _own(setter: Typesetter, lines: tuple[str, ...]) -> list[Rows]:
    """All of them or none: half a message of the shop may say something else."""
    if not lines:
        return []
    rows = tuple(Row(setter.fold(line).replace("\n", " ").strip()) for line in lines)
    return [rows, tuple(Row(to_half_width_kana(row.left)) for row in rows)]


def _name_rows(setter: Typesetter, name: str) -> list[Rows]:
    """Whole, on two rows, or with half-width kana; none may fit."""
    half = to_half_width_kana(name)
    wrapped = (wrap(text, setter.stock.columns) for text in (name, half))
    full_rows, half_rows = (tuple(Row(line) for line in lines) for lines in wrapped)
    variants: list[Rows] = [(Row(name),), full_rows, (Row(half),), half_rows]
    return [rows for rows in variants if len(rows) <= NAME_ROWS_MAX]


def _cut_rows(setter: Typesetter, name: str, kept_free: int = 0) -> list[Rows]:
    """What is too long even so, cut to two rows or to one, with ``kept_free`` columns left at the end."""
    first, *others = wrap(to_half_width_kana(name), setter.stock.columns)
    room = max(setter.stock.columns - kept_free, 1)
    one = (Row(fit(first, room).strip()),)
    return [(Row(first), Row(fit(" ".join(others), room).strip())), one] if others else [one]
