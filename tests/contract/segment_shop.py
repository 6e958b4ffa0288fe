"""A made-up chain of any size in head office's tables: people, cards, visits, goods, points; every column is filled as
the books fill it, at random but always the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.cards.models import ALLOWED, Card
from server.db.bulk import add_rows
from server.ledger.facts import NewVisit, record_visits
from server.ledger.models import ABORTED, COUNTED, REFUND, SALE, Entry
from server.members.models import (
    Attribute,
    Household,
    HouseholdMember,
    Member,
    MemberAttribute,
    MemberStore,
)
from server.sales.models import SaleLine
from server.stores.models import Store
from shared.clock import card_month
from shared.ids import make_card_no, make_member_no
from shared.text.kana import search_key

TODAY = date(2026, 11, 18)
DAYS = 730
STORES = ("1", "2", "3")
FAMILY = (
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡邊", "ワタナベ"),
    ("伊藤", "イトウ"),
)
GIVEN = (("花子", "ハナコ"), ("太郎", "タロウ"), ("美咲", "ミサキ"), ("健", "ケン"), ("", ""))
PREFECTURES = ("東京都", "神奈川県", "千葉県", "")
CITIES = ("渋谷区", "横浜市", "千葉市", "")
RANKS = ("", "ゴールド", "シルバー")
CATEGORIES = ("食パン", "菓子パン", "惣菜", "飲料")
PRODUCTS = tuple((f"49{number:011d}", CATEGORIES[number % 4], 100 + 37 * number) for number in range(24))
SINGLE, TASTE, PEOPLE, SINCE = 1, 2, 3, 4  # free attributes: yes_no, choice, number, date
TASTES = ("甘いもの", "しょっぱいもの")
_COLUMNS = (
    "number", "family_name", "given_name", "family_kana", "given_kana", "phone", "postal_code", "prefecture", "city",
    "street", "birthday", "memo", "rank", "joined", "store", "search_key", "kana_key", "changed_ms", "provisional",
    "email", "state", "may_mail", "may_post", "may_phone", "may_print",
)  # fmt: skip


@dataclass(slots=True)
class Shop:
    """``first_serial``: of members and cards, so that what is there already stays."""

    members: int
    seed: int = 1
    first_serial: int = 1_000
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)

    def furnish(self, session: Session) -> None:
        self._frame(session)
        people = [self._person(serial) for serial in range(self.first_serial, self.first_serial + self.members)]
        add_rows(session, Member, _COLUMNS, [tuple(person.values()) for person in people])
        self._particulars(session, people)
        cards = list(self._cards(people))
        add_rows(
            session, Card, _CARD,
            [(card, "1", 1, 1, member, 1, 1, b"", ALLOWED, True) for card, member in cards],
        )  # fmt: skip
        for start in range(0, len(cards), 5_000):
            self._trade(session, cards[start : start + 5_000])

    def _frame(self, session: Session) -> None:
        session.add(Store(code="3", name="空港店", created_ms=1))
        kinds = (
            (SINGLE, "ひとり暮らし", "yes_no"),
            (TASTE, "好み", "choice"),
            (PEOPLE, "家族の人数", "number"),
            (SINCE, "記念日", "date"),
        )
        rows = [
            {"id": number, "name": name, "kind": kind, "choices": b"[]", "place": number, "gone": False}
            for number, name, kind in kinds
        ]
        session.execute(insert(Attribute), rows)
        homes = (("family", 1), ("company", 2))
        session.execute(
            insert(Household), [{"id": n, "kind": kind, "name": f"家{n}", "changed_ms": 1} for kind, n in homes]
        )
        session.flush()

    def _person(self, serial: int) -> dict[str, object]:
        dice = self.dice
        family, given = dice.choice(FAMILY), dice.choice(GIVEN)
        number = make_member_no(serial)
        phone = f"090{dice.randrange(10**8):08d}" if dice.random() < 0.8 else ""
        birthday = ""
        if dice.random() < 0.8:
            birthday = (date(1940, 1, 1) + timedelta(days=dice.randrange(365 * 75))).isoformat()
            if dice.random() < 0.02:
                birthday = "1984-02-29"
        joined = TODAY - timedelta(days=dice.randrange(DAYS))
        kana = family[1] + given[1]
        parts = (family[0] + given[0], kana, phone, f"{number:08d}")
        return {
            "number": number, "family_name": family[0], "given_name": given[0], "family_kana": family[1],
            "given_kana": given[1], "phone": phone, "postal_code": dice.choice(("1500043", "2200011", "")),
            "prefecture": dice.choice(PREFECTURES), "city": dice.choice(CITIES),
            "street": dice.choice(("道玄坂1-2-3", "中央２丁目", "")), "birthday": birthday,
            "memo": dice.choice(("", "", "くるみ", "犬を飼っている")), "rank": dice.choice(RANKS),
            "joined": joined.isoformat(), "store": dice.choice(STORES),
            "search_key": "\n".join(map(search_key, parts)), "kana_key": search_key(kana), "changed_ms": 1,
            "provisional": dice.random() < 0.1, "email": f"a{serial}@example.com" if dice.random() < 0.5 else "",
            "state": "", "may_mail": dice.random() < 0.5,
            "may_post": dice.random() < 0.9, "may_phone": dice.random() < 0.9, "may_print": dice.random() < 0.9,
        }  # fmt: skip

    def _particulars(self, session: Session, people: list[dict[str, object]]) -> None:
        dice, told, homes = self.dice, [], []
        for person in people:
            number = person["number"]
            if dice.random() < 0.5:
                told.append((number, SINGLE, *dice.choice((("1", 1), ("0", 0)))))
            if dice.random() < 0.5:
                told.append((number, TASTE, dice.choice(TASTES), 0))
            if dice.random() < 0.3:
                people_at_home = dice.randrange(6)
                told.append((number, PEOPLE, str(people_at_home), people_at_home))
            if dice.random() < 0.2:
                told.append((number, SINCE, (TODAY - timedelta(days=dice.randrange(900))).isoformat(), 0))
            if dice.random() < 0.2:
                homes.append((dice.choice((1, 2)), number))
        add_rows(session, MemberAttribute, ("member", "attribute", "text", "number"), told)
        add_rows(session, HouseholdMember, ("household", "member"), homes)
        add_rows(session, MemberStore, ("member", "store"), [(one["number"], one["store"]) for one in people])

    def _cards(self, people: list[dict[str, object]]) -> Iterator[tuple[int, int | None]]:
        serial = self.first_serial
        for person in people:
            for _ in range(self.dice.choice((0, 1, 1, 1, 1, 1, 1, 2))):
                serial += 1
                yield make_card_no(serial), person["number"]
        for _ in range(len(people) // 10):  # cards of nobody
            serial += 1
            yield make_card_no(serial), None

    def _trade(self, session: Session, cards: list[tuple[int, int | None]]) -> None:
        visits: list[NewVisit] = []
        lines: list[tuple[object, ...]] = []
        entries: list[tuple[object, ...]] = []
        for card, _ in cards:
            self._card(card, visits, lines, entries)
        record_visits(session, visits)
        add_rows(session, SaleLine, _LINE, lines)
        add_rows(session, Entry, _ENTRY, entries)

    def _card(
        self, card: int, visits: list[NewVisit], lines: list[tuple[object, ...]], entries: list[tuple[object, ...]]
    ) -> None:
        dice = self.dice
        step = dice.choice((3, 10, 30, 90))
        day = TODAY - timedelta(days=dice.randrange(DAYS))
        for place in range(min(dice.randrange(8), 7)):
            if day > TODAY:
                break
            minute = dice.randrange(5 * 60, 29 * 60)  # of the business day, which begins at five
            key = f"{card:016d}{place:016x}"
            state = COUNTED if dice.random() < 0.95 else ABORTED
            amount, earn, used = self._basket(key, lines, card, place)
            visits.append(self._visit(key, card, day, minute, amount, earn, used, SALE, "", state))
            if state == COUNTED:
                self._post(card, key, day, earn - used, "SALE", entries)
                if dice.random() < 0.05:
                    back = dice.randrange(1, amount + 1)
                    again = f"{card:016d}{place + 64:016x}"
                    visits.append(
                        self._visit(
                            again, card, min(day + timedelta(days=2), TODAY), minute, back, 0, earn, REFUND, key
                        )
                    )
                    self._post(card, again, day, -earn, "TAKE_BACK", entries)
            day += timedelta(days=1 + dice.randrange(2 * step))

    def _basket(self, key: str, lines: list[tuple[object, ...]], card: int, place: int) -> tuple[int, int, int]:
        dice, amount = self.dice, 0
        stream = b"\0\1" + (card % 2**56).to_bytes(8, "big")
        for at in range(dice.randrange(1, 5)):
            code, category, unit = dice.choice(PRODUCTS)
            quantity, off = dice.randrange(1, 4), dice.choice((0, 0, 10))
            lines.append((stream, place + 1, at, key, code, code, category, unit, quantity, 8, off, True))
            amount += unit * quantity - off
        return amount, amount // 100, dice.choice((0, 0, 0, 5))

    @staticmethod
    def _visit(
        key: str,
        card: int,
        day: date,
        minute: int,
        amount: int,
        earn: int,
        used: int,
        kind: str,
        of: str,
        state: str = COUNTED,
    ) -> NewVisit:
        store = STORES[(card + minute) % 3]
        at_ms = (day.toordinal() - 719_163) * 86_400_000 + (minute - 540) * 60_000
        return NewVisit(
            key, card, store, at_ms, day.isoformat(), amount, earn, used, 0, b"[]", kind=kind, refund_of=of, state=state
        )

    def _post(self, card: int, key: str, day: date, points: int, kind: str, entries: list[tuple[object, ...]]) -> None:
        if points:
            month = self.dice.choice((0, card_month(day) + 12, card_month(day) + 12))
            entries.append((card, key, kind[:10], "ISSUE", month, points, f"{key}/{kind}/{month}", 1, 1))


_CARD = ("number", "store", "first_ms", "issued_ms", "member", "gen", "seq", "hash", "status", "is_plain")
_LINE = (
    "stream", "seq", "place", "visit", "code", "name", "category", "unit_yen", "quantity", "tax", "discount_yen",
    "earns",
)  # fmt: skip
_ENTRY = ("card", "visit", "kind", "contra", "month", "points", "cause", "version", "at_ms")
