"""What the store is asked: by the loop for a visit, by staff for people, goods and the day, by sync for its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import lru_cache

import msgspec

from shared.card.layout import Layout
from shared.clock import business_day
from shared.ids import CardNo, VisitNames
from shared.points.program import Programme
from shared.sale.day_report import DayFigures
from shared.sale.product import Product
from shared.sync.messages import ShopItem
from shared.visit.calls import Caller
from shared.visit.facts import CardFacts, Duty, FoundMember, OpenVisit, PastVisit
from shared.visit.journal import Weather
from shared.visit.shop import KidPolicy
from terminal.app.clock import ShopClock
from terminal.app.store import sql
from terminal.app.store.card_facts import NOT_TOLD, card_facts, open_visit
from terminal.app.store.day import add_up
from terminal.app.store.earned import earned_today
from terminal.app.store.engine import Engine
from terminal.app.store.finding import find_callers, find_members, find_product, find_visits, read_layout, read_shop
from terminal.app.store.note import read_note
from terminal.app.store.pen import Pen
from terminal.app.store.people import People
from terminal.app.store.pins import PinDesk
from terminal.app.store.roster import Rosters
from terminal.app.store.translate import translated
from terminal.app.sync.results import OfficeNote

MINUTE_MS = 60_000

_programme_decoder = msgspec.json.Decoder(Programme)
_weather_decoder = msgspec.json.Decoder(Weather)


@lru_cache(maxsize=4)
def _day_at(minute: int, day_start_minute: int) -> str:
    """The business day of a minute: a look-up need not reckon it anew."""
    return business_day(minute * MINUTE_MS, day_start_minute).isoformat()


class Records:
    """Of one boot. Asking writes nothing but what follows from events that are durable already."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        stream: bytes,
        clock: ShopClock,
        engine: Engine,
        pen: Pen,
        rosters: Rosters,
    ) -> None:
        self.stream = stream  # 10 bytes: terminal (big endian) and the nonce of this boot
        self.clock = clock  # by which visits are dated
        self._db = connection
        self._engine = engine
        self._pen = pen
        self._rosters = rosters
        self._translated = translated(engine)
        self._asking = connection.cursor()  # of look-ups alone, each of which reads it to its end
        self._people = People(connection, rosters)
        self._pins = PinDesk()
        self._names = VisitNames(stream)
        self._looked_up = 0
        self._heed_rules()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """BEGIN IMMEDIATE … COMMIT, durable when left; rolled back when an exception comes through.

        Its events are on the mirror as well, unless the mirror is in trouble.
        """
        return self._pen

    # --- a visit -----------------------------------------------------------------------------------------------------

    def open_visits(self) -> tuple[OpenVisit, ...]:
        """Every undecided visit, oldest first, and an earlier boot's newest visit if its face was never finished."""
        self._settle()
        with translated(self._engine):
            rows = self._db.execute(sql.OPEN_VISITS, (self.stream,)).fetchall()
        return tuple(open_visit(state, body) for state, body in rows)

    def look_up(self, card: CardNo) -> CardFacts:
        """All that is known of a card, from one statement beside the members files, and the names of a visit that may
        begin now.

        ``next_visit`` is new at every call; ``slip`` is taken only when the visit is intended.
        """
        self._settle()
        today = _day_at(self.clock.now().wall_ms // MINUTE_MS, self._day_start_minute)
        people = self._people
        with self._translated:
            filed = people.filed(card)
            member = NOT_TOLD if filed is None else filed[0]
            rows = self._asking.execute(sql.LOOK_UP, (card, self.stream, today, people.upto, member)).fetchall()
            self._looked_up += 1
            name, slip = self._names.name(self._looked_up), self._pen.tip.slip + 1
            facts = card_facts(card, rows, name, slip, filed, people.holder)
            if not self._caps_day:
                return facts
            return msgspec.structs.replace(facts, earned_today=earned_today(self._db, card, today))

    # --- the counter -------------------------------------------------------------------------------------------------

    def find_members(self, phone: str, kana: str) -> tuple[tuple[FoundMember, ...], bool]:
        """By telephone number or its end, or else by the beginning of the kana; and whether there are others."""
        self._settle()
        with translated(self._engine):
            return find_members(self._people, phone, kana)

    def find_callers(self, number: str) -> tuple[Caller, ...]:
        """Members who have this telephone number."""
        self._settle()
        with translated(self._engine):
            return find_callers(self._people, number)

    def find_visits(self, card: CardNo) -> tuple[PastVisit, ...]:
        """Sales of a card at this terminal that may still be refunded, the newest first."""
        self._settle()
        with translated(self._engine):
            return find_visits(self._db, card)

    def find_product(self, code: str) -> Product | None:
        """None: nobody knows this code."""
        with translated(self._engine):
            return find_product(self._db, code, self._sale_rules.price_in_code)

    def begin_duty(self, pin: str) -> Duty | str:
        """Whose PIN it is (nobody's, if it is empty), or the code of a refusal. No PIN is kept. Takes some 50 ms."""
        with translated(self._engine):
            return self._pins.ask(self._db, self._pin_salt, pin, self.clock.now().mono_s)

    def add_up_day(self, day: date) -> DayFigures:
        """The figures of a business day at this terminal; the shop's name stays empty."""
        self._settle()
        with translated(self._engine):
            figures = add_up(self._db, day, self._sale_rules, self._day_start_minute)
        terminal = int.from_bytes(self.stream[:2], "big")
        return replace(figures, terminal=terminal, printed_wall_ms=self.clock.now().wall_ms, unsent=self.unsent())

    def visits_today(self, day: date) -> int:
        """How many visits of a business day are committed."""
        self._settle()
        with translated(self._engine):
            row = self._db.execute(sql.DAY_VISITS, (day.isoformat(),)).fetchone()
        return 0 if row is None else int(row[0])

    # --- rules and sync ----------------------------------------------------------------------------------------------

    def programme(self) -> Programme:
        """The rules that head office sent last; the built-in ones before it ever did."""
        with translated(self._engine):
            row = self._db.execute(sql.PROGRAMME).fetchone()
        return Programme() if row is None else _programme_decoder.decode(row[0])

    def weather(self) -> Weather | None:
        """The newest word of staff on a day of rain that head office has not answered yet."""
        with translated(self._engine):
            row = self._db.execute(sql.WEATHER).fetchone()
        return None if row is None else _weather_decoder.decode(row[0])

    def kid_policies(self) -> Mapping[int, KidPolicy]:
        """What cards under older keys may do, by key id; a key that is not named may do everything."""
        with translated(self._engine):
            rows = self._db.execute(sql.KID_POLICIES).fetchall()
        return {kid: KidPolicy(bool(earn), redeem) for kid, earn, redeem in rows}

    def synced_ms(self) -> int:
        """When the feed was last read to its end (UTC milliseconds); 0 = never."""
        with translated(self._engine):
            (wall_ms,) = self._db.execute(sql.SYNCED).fetchone()
        return int(wall_ms)

    def office_note(self) -> OfficeNote | None:
        """What :meth:`remember_office` kept last; None before head office ever said anything."""
        with translated(self._engine):
            return read_note(self._db)

    def feed_position(self) -> tuple[int, int]:
        """Feed epoch and cursor; (0, 0) before the first page."""
        with translated(self._engine):
            epoch, cursor = self._db.execute(sql.POSITION).fetchone()
        return epoch, cursor

    def unsent(self) -> int:
        """How many events head office has not acknowledged."""
        with translated(self._engine):
            return sum(seq - acked for _, seq, _, acked in self._db.execute(sql.HEADS))

    def shop_settings(self) -> ShopItem:
        """How the chain sells; as a shop sells that was told nothing, before head office ever said."""
        with translated(self._engine):
            return read_shop(self._db)

    def layout(self, store: str) -> Layout:
        """How the faces and receipts of this shop are laid out."""
        with translated(self._engine):
            return read_layout(self._db, store)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Before anybody asks, outside a transaction, what follows from the events."""
        if self._pen.lags:
            with self.transaction():
                self._pen.settle()

    def _heed_rules(self) -> None:
        """After head office sent others. What every card and every scanned code is held against is kept at hand."""
        shop = self.shop_settings()
        self._sale_rules, self._pin_salt = shop.sale_rules, shop.pin_salt
        programme = self.programme()
        self._day_start_minute = programme.day_start_minute
        self._caps_day = programme.caps.per_day > 0 or (programme.then is not None and programme.then.caps.per_day > 0)
