"""Drafts and versions of the layout, their roll-out, and what is in force where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.feed import service as feed
from server.layouts.checking import faults
from server.layouts.models import DROPPED, NAME_MAX, OPEN, ROLLED_OUT, LayoutDraft, LayoutRollout, LayoutVersion
from server.stores import service as stores
from server.stores.models import Store
from server.terminals import service as terminals
from server.terminals.models import Terminal
from shared.card.layout import USUAL, Layout
from shared.card.stock import FaceStock
from shared.errors import EnishiError
from shared.locale import Translate, japanese
from shared.sync.messages import FeedItem, LayoutItem
from shared.text.plain import plain

NOTE_MAX = 200
EVERYWHERE = ""  # as the code of a store


@dataclass(frozen=True, slots=True)
class Standing:
    """What a store prints by. ``version`` None: the product's usual. ``behind``: open terminals that have not fetched
    it yet, of ``terminals``."""

    store: Store
    version: LayoutVersion | None
    is_own: bool
    terminals: int
    behind: tuple[Terminal, ...]


def layout_of(row: LayoutVersion | LayoutDraft) -> Layout:
    return msgspec.json.decode(row.body, type=Layout)


def stock_of(row: LayoutVersion | LayoutDraft) -> FaceStock:
    return msgspec.json.decode(row.stock, type=FaceStock)


def versions(session: Session) -> Sequence[LayoutVersion]:
    """All of them, the newest first."""
    return session.scalars(select(LayoutVersion).order_by(LayoutVersion.number.desc())).all()


def version(session: Session, number: int) -> LayoutVersion | None:
    return session.get(LayoutVersion, number)


def went_to(session: Session, numbers: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """The codes of the stores that versions were rolled out to; ``EVERYWHERE`` for all."""
    found: dict[int, tuple[str, ...]] = {}
    wanted = select(LayoutRollout).where(LayoutRollout.version.in_(numbers)).order_by(LayoutRollout.store)
    for row in session.scalars(wanted):
        found[row.version] = (*found.get(row.version, ()), row.store)
    return found


# --- drafts --------------------------------------------------------------------------------------------------------


def open_drafts(session: Session) -> Sequence[LayoutDraft]:
    """The one that was changed last first."""
    wanted = select(LayoutDraft).where(LayoutDraft.state == OPEN)
    return session.scalars(wanted.order_by(LayoutDraft.changed_ms.desc(), LayoutDraft.number.desc())).all()


def draft(session: Session, number: int) -> LayoutDraft | None:
    """As long as it can be worked on."""
    found = session.get(LayoutDraft, number)
    return found if found is not None and found.state == OPEN else None


def new_draft(session: Session, base: LayoutVersion | None, name: str, author: int, now_ms: int) -> LayoutDraft:
    """A copy of a version, or of the product's usual under ``name``."""
    made = LayoutDraft(
        name=base.name if base else name[:NAME_MAX], body=base.body if base else msgspec.json.encode(USUAL),
        stock=base.stock if base else msgspec.json.encode(FaceStock()), based_on=base.number if base else 0,
        author=author, state=OPEN, created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def save(
    session: Session, found: LayoutDraft, name: str, layout: Layout, stock: FaceStock, now_ms: int,
    printed: Translate = japanese,
) -> None:  # fmt: skip
    """Raises ``layout.name``, or what ``faults`` found first."""
    _require_printable(layout, stock, printed)
    found.name, found.changed_ms = checked_name(name), now_ms
    found.body, found.stock = msgspec.json.encode(layout), msgspec.json.encode(stock)
    session.flush()


def drop(session: Session, found: LayoutDraft, now_ms: int) -> None:
    found.state, found.changed_ms = DROPPED, now_ms
    session.flush()


def checked_name(name: str) -> str:
    """Raises ``layout.name``."""
    name = " ".join(plain(name).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("layout.name", limit=NAME_MAX)
    return name


# --- roll-out ------------------------------------------------------------------------------------------------------


def roll_out(
    session: Session, found: LayoutDraft | LayoutVersion, targets: Collection[str], note: str, author: int, now_ms: int,
    scope: Scope, printed: Translate = japanese,
) -> LayoutVersion:  # fmt: skip
    """A new version, from a draft or from an earlier one, told to the terminals of ``targets``: codes of stores, or
    ``EVERYWHERE`` alone, which also ends what single stores had of their own.

    Raises ``layout.stores``, or what ``faults`` found first.
    """
    _check_targets(session, targets, scope)
    layout, base = layout_of(found), found.based_on if isinstance(found, LayoutDraft) else found.number
    _require_printable(layout, stock_of(found), printed)
    made = LayoutVersion(
        name=found.name, body=found.body, stock=found.stock, based_on=base, note=plain(note).strip()[:NOTE_MAX],
        author=author, at_ms=now_ms,
    )  # fmt: skip
    session.add(made)
    session.flush()
    items: dict[str, FeedItem] = {_topic(store): LayoutItem(store, made.number, layout) for store in sorted(targets)}
    if EVERYWHERE in targets:
        items |= {_topic(store): LayoutItem(store, made.number) for store in sorted(_with_own(session))}
    session.add_all(LayoutRollout(version=made.number, store=store) for store in sorted(targets))
    if isinstance(found, LayoutDraft):
        found.state, found.changed_ms = ROLLED_OUT, now_ms
    session.flush()
    feed.publish(session, items, now_ms)
    return made


def standing(session: Session, scope: Scope) -> list[Standing]:
    """The stores of a scope by code, each with what it prints by and who has not heard of it."""
    newest, known = _newest(session), {row.number: row for row in versions(session)}
    everywhere = newest.get(EVERYWHERE)
    shops = stores.all_stores(session, scope)
    told = feed.numbers(session, [_topic(code) for code in (EVERYWHERE, *(shop.code for shop in shops))])
    open_ones = [one for one in terminals.all_terminals(session, scope) if one.is_open]
    found = []
    for shop in shops:
        own = newest.get(shop.code)
        is_own = own is not None and (everywhere is None or own.id > everywhere.id)
        row = own if is_own else everywhere
        here = [one for one in open_ones if one.store == shop.code]
        upto = max(told.get(_topic(EVERYWHERE), 0), told.get(_topic(shop.code), 0))
        behind = tuple(one for one in here if one.cursor < upto)
        found.append(Standing(shop, known[row.version] if row else None, is_own, len(here), behind))
    return found


def _require_printable(layout: Layout, stock: FaceStock, printed: Translate) -> None:
    for refused in faults(layout, stock, printed, japanese).values():
        raise EnishiError(refused.code, **refused.facts)


def _check_targets(session: Session, targets: Collection[str], scope: Scope) -> None:
    is_everywhere = EVERYWHERE in targets
    if not targets or (is_everywhere and (len(targets) > 1 or scope.stores is not None)):
        raise EnishiError("layout.stores")
    if not is_everywhere and not all(stores.exists(session, store, scope) for store in targets):
        raise EnishiError("layout.stores")


def _newest(session: Session) -> dict[str, LayoutRollout]:
    """By store."""
    newest = select(func.max(LayoutRollout.id)).group_by(LayoutRollout.store)
    return {row.store: row for row in session.scalars(select(LayoutRollout).where(LayoutRollout.id.in_(newest)))}


def _with_own(session: Session) -> set[str]:
    """Stores that were told one of their own since the last one for all."""
    newest = _newest(session)
    since = newest[EVERYWHERE].id if EVERYWHERE in newest else 0
    return {store for store, row in newest.items() if store != EVERYWHERE and row.id > since}


def _topic(store: str) -> str:
    return f"layout:{store}"
