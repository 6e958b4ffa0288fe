"""Lists as every page draws them: the count first, facets with their numbers, a search box, sorts, pages; and as files.

A feature says what its list is; the address says what of it is seen, so a link is the same list again, and works
without scripts. Rows come by their place in the order, never by a number of rows to skip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy import Select
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.web import export, finding
from server.web.context import db
from server.web.finding import Asked, Facet, Labels, Question, Search
from server.web.i18n import gettext
from server.web.security import me
from shared.locale import N_

__all__ = ["Column", "Facet", "Listing", "page"]

FACET_VALUES_MAX = 40  # of one facet; the rarest are found by searching
FACET_OPEN_MAX = 6  # more of them fold away
SHORT_MAX = 17  # characters of a cell that never breaks: a date with its time
TARGET = "listing"  # the part that htmx swaps
Draw = Callable[[Any], Markup | str]
Answer = Response | str


@dataclass(frozen=True, slots=True)
class Column:
    """``draw``: for the page, in the reader's language. ``export``: for files; a whole number stays a number, a text
    keeps its leading zeros. ``sort``: never null. ``pii``: a kind of ``server.web.masking``; such a column is exported
    only for who may reveal it.
    """

    name: str  # in addresses and JSON
    title: str  # Japanese source text
    draw: Draw
    export: Callable[[Any], str | int | None]
    sort: Any = None
    right_aligned: bool = False
    pii: str = ""
    heads_row: bool = False  # what the row is about; its link is where arrow keys go
    hidden: bool = False  # in files only


def _as_they_are(rows: Sequence[Any]) -> Sequence[Any]:
    return rows


@dataclass(frozen=True, slots=True)
class Listing:
    """``query`` gives the rows, narrowed to the reader's stores. ``load`` makes of a page's rows what columns draw: the
    place to look up what stands in other tables, once a page. ``order``: a column's name, "-" before it for the highest
    first. ``count_max``: beyond it nobody counts (0: always counted).
    """

    title: str
    query: Select[*tuple[Any, ...]]
    columns: Sequence[Column]
    key: Any  # a column, or several that together differ in every row
    export_name: str  # English, for files and the audit log
    facets: Sequence[Facet] = ()
    search: Search | None = None
    search_label: str = N_("この一覧から探す")
    empty_text: str = ""
    order: str = ""
    load: Callable[[Sequence[Any]], Sequence[Any]] = _as_they_are
    count_max: int = 0
    live: str = ""  # the topic on which the list is asked for again
    is_personal: bool = False  # each row is a person: as a file only for who has proved it within the last minutes

    def question(self) -> Question:
        sorts = {column.name: column.sort for column in self.columns if column.sort is not None}
        key = self.key if isinstance(self.key, tuple | list) else (self.key,)
        return Question(self.query, self.facets, sorts, self.search, key)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet as the page shows it. ``count`` None: nobody counted."""

    value: str
    label: str
    count: int | None
    url: str
    chosen: bool


def page(listing: Listing, args: Mapping[str, str], template: str = "listing.html", **more: object) -> Answer:
    """The page, its swapped part, or a file if ``format`` names one. ``template`` extends ``listing.html``; ``more`` is
    for it.
    """
    question = listing.question()
    asked = finding.read(question, args, listing.order)
    if args.get("format"):
        return export.answer(listing, asked, args["format"], args.get("pii", "") == "1")
    total = finding.count(db(), question, asked, listing.count_max)
    is_counted = not listing.count_max or total <= listing.count_max
    found = finding.page(db(), question, asked)
    part = request.headers.get("HX-Target") == TARGET
    return render_template(
        "listing_part.html" if part else template,
        listing=listing, asked=asked, total=min(total, listing.count_max or total), is_counted=is_counted,
        rows=listing.load(found.rows), sort_urls=_sort_urls(listing, asked), directions=_directions(listing, asked),
        shown=[column for column in listing.columns if not column.hidden],
        facets=[
            (one, _choices(listing, asked, one, is_counted), _without(listing, asked, one))
            for one in listing.facets
        ],
        first_url=address(listing, asked) if asked.after or asked.before else "",
        before_url=address(listing, asked, before=found.before) if found.before else "",
        after_url=address(listing, asked, after=found.after) if found.after else "",
        clear_url=request.path, kept=kept(listing, asked), kinds=export.KINDS if me().may(Right.EXPORT) else {},
        may_reveal=me().may(Right.PII_REVEAL) and any(column.pii for column in listing.columns),
        narrowed=is_narrowed(listing, asked), search_max=finding.SEARCH_MAX, open_max=FACET_OPEN_MAX,
        short_max=SHORT_MAX, **more,
    )  # fmt: skip


def address(listing: Listing, asked: Asked, **changes: str) -> str:
    """This page as it was asked for, from the beginning, with ``changes``; an empty one takes its word away."""
    told = {name: value for name, value in {**kept(listing, asked), **changes}.items() if value}
    return f"{request.path}?{urlencode(told)}" if told else request.path


def is_narrowed(listing: Listing, asked: Asked) -> bool:
    """Whether there is more than what is asked for, as far as one can tell without counting."""
    defaults = {one.name: one.default for one in listing.facets if one.default}
    return bool(asked.query) or dict(asked.facets) != defaults


def kept(listing: Listing, asked: Asked) -> dict[str, str]:
    """What the next address says again."""
    given_up = {one.name: finding.ALL for one in listing.facets if one.default}
    told = {"q": asked.query, **given_up, **asked.facets, "sort": _sort(asked.sort, asked.descending)}
    return {name: value for name, value in told.items() if value}


def label(facet: Facet, value: Any) -> str:
    """A facet's value in the reader's language."""
    labels: Labels = facet.labels
    known = labels(value) if callable(labels) else gettext(labels[value]) if value in labels else ""
    return known or str(value) or gettext("（なし）")


def _choices(listing: Listing, asked: Asked, facet: Facet, is_counted: bool) -> Sequence[Choice]:
    """The most frequent values, and the chosen one whatever became of it."""
    numbers: dict[Any, int | None]
    if is_counted:
        numbers = dict(finding.facet_counts(db(), listing.question(), asked, facet))
    else:
        numbers = dict.fromkeys(facet.labels) if isinstance(facet.labels, Mapping) else {}
    written = asked.facets.get(facet.name, "")
    chosen = finding.value_of(written, facet.column.type.python_type) if written else None
    if chosen is not None:
        numbers.setdefault(chosen, 0 if is_counted else None)
    places = list(facet.labels) if isinstance(facet.labels, Mapping) else []
    known = {value: place for place, value in enumerate(places)}
    values = sorted(numbers, key=lambda value: (known.get(value, len(known)), -(numbers[value] or 0), str(value)))
    return [
        Choice(
            (said := finding.written_value(value)), label(facet, value), numbers[value],
            address(listing, asked, **{facet.name: said}), said == written,
        )
        for value in values[:FACET_VALUES_MAX]
    ]  # fmt: skip


def _without(listing: Listing, asked: Asked, facet: Facet) -> str:
    return address(listing, asked, **{facet.name: finding.ALL if facet.default else ""})


def _sort_urls(listing: Listing, asked: Asked) -> dict[str, str]:
    """What a click on a column's head asks for: this sort, or the other way round."""
    return {
        column.name: address(
            listing, asked, sort=_sort(column.name, asked.sort == column.name and not asked.descending)
        )
        for column in listing.columns
        if column.sort is not None
    }


def _directions(listing: Listing, asked: Asked) -> dict[str, str]:
    way = "descending" if asked.descending else "ascending"
    return {column.name: way if column.name == asked.sort else "none" for column in listing.columns}


def _sort(name: str, descending: bool) -> str:
    return f"-{name}" if descending and name else name
