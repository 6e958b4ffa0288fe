"""What sync brought, applied to the store between visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, assert_never

from shared.card.face import FaceStock
from shared.card.layout import Layout
from shared.card.mac import KeyRing
from shared.ids import TerminalId
from shared.points.program import Programme
from shared.sync.messages import KeyPackage, KidPolicyItem, LayoutItem, ProgrammeItem, Pull, ShopItem, Verdict
from shared.visit.journal import Weather
from shared.visit.shop import KidPolicy, Shop
from terminal.app.config import TerminalConfig
from terminal.app.language import translation
from terminal.app.sync.results import (
    Acknowledged,
    Failed,
    OfficeNote,
    PageArrived,
    Roster,
    RosterArrived,
    Synced,
    SyncResult,
    Welcomed,
)

VOICES_MAX = 9  # headings: one key each
OpenRing = Callable[[int, tuple[KeyPackage, ...]], KeyRing]
_RULES = (ProgrammeItem, KidPolicyItem, ShopItem, LayoutItem)


class Books(Protocol):
    """What is needed of the store."""

    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None: ...
    def apply_feed(self, pull: Pull, skipped: int = 0, anew: bool = False) -> None: ...
    def take_roster(self, found: Roster, forgotten: tuple[int, ...] = ()) -> None: ...
    def record_synced(self) -> None: ...
    def remember_office(self, note: OfficeNote) -> None: ...
    def programme(self) -> Programme: ...
    def kid_policies(self) -> Mapping[int, KidPolicy]: ...
    def shop_settings(self) -> ShopItem: ...
    def weather(self) -> Weather | None: ...
    def layout(self, store: str) -> Layout: ...


def first_shop(config: TerminalConfig, books: Books, open_ring: OpenRing, note: OfficeNote) -> Shop:
    """The shop as the settings say, under the rules and keys that were told last."""
    card = config.card
    shop = Shop(
        terminal=TerminalId(config.identity.terminal),
        name=config.shop_name,
        store=config.identity.store,
        ring=open_ring(note.kid, note.keys),
        programme=books.programme(),
        face=FaceStock(
            landscape=card.face_landscape,
            left=card.face_left_dots,
            top=card.face_top_dots,
            right=card.face_right_dots,
            bottom=card.face_bottom_dots,
            gap=card.face_gap_dots,
        ),
        translate=translation(config.terminal.language),
        standalone=not config.office_url,
        redeem_barred=redeem_barred(note),
    )
    return as_told(books, shop)


def as_told(books: Books, shop: Shop) -> Shop:
    """The shop under the rules that the store has of head office."""
    settings = books.shop_settings()
    return replace(
        shop,
        programme=books.programme(),
        kid_policies=books.kid_policies(),
        sale_rules=settings.sale_rules,
        voices=settings.voices[:VOICES_MAX],
        invoice_number=settings.invoice_number,
        needs_duty=settings.needs_duty,
        weather=books.weather(),
        layout=books.layout(shop.store),
    )


def redeem_barred(note: OfficeNote) -> str:
    """Two machines under one number: until a manager has chosen one of them, neither lets points be used."""
    return "sync.duplicate_id" if note.verdict == Verdict.DUPLICATE_ID else ""


def apply_result(books: Books, result: SyncResult, shop: Shop) -> Shop:
    """For ``Loop.later``: the shop as it is from now on. Raises ``store.*``."""
    match result:
        case Acknowledged(stream=stream, acked=acked, durable=durable):
            books.acknowledge(stream, acked, durable)
        case PageArrived(pull=pull, skipped=skipped, anew=anew):
            books.apply_feed(pull, skipped, anew)
            if not pull.more or any(isinstance(entry.item, _RULES) for entry in pull.items):
                # The last page may also have swept policies away that nobody tells any more.
                return as_told(books, shop)
        case RosterArrived(roster=roster, forgotten=forgotten):
            books.take_roster(roster, forgotten)
        case Synced():
            books.record_synced()
        case Welcomed(note=note, ring=ring):
            books.remember_office(note)
            return replace(shop, ring=ring, redeem_barred=redeem_barred(note))
        case Failed():
            pass
        case _ as never:
            assert_never(never)
    return shop
