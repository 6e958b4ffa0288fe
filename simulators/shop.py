"""The synthetic shop: seed data for head office and a tray of cards, from one seed and one "today".

``python -m simulators.shop --out DIR --today YYYY-MM-DD --key-file FILE`` writes ``seed.json`` and ``tray.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from shared.card.codec import TRACK_LEN, track_hash
from shared.card.image import CardImage
from shared.card.mac import KEY_BYTES, KeyRing
from shared.ids import CardNo, make_member_no
from shared.points.program import OfflineLimits, Programme, RedeemRule
from simulators.goods import furniture
from simulators.trade import STORES, Customer, Visit, new_card, trade

SHOP_NAME = "ベーカリー こむぎ"
TEMPLATE = "bakery"
TENANT = 7
MEMBERS = 120
NEW_CARDS = 6
NEW_CARD_SERIAL = 500  # cards delivered by the encoder and not yet handed out begin here
FOREIGN_TRACK = "P0012345678".ljust(TRACK_LEN, "0")  # another maker's card
BAKERY = Programme(  # what head office's template "bakery" says; a test compares the two
    name="パン屋の標準ルール",
    redeem=RedeemRule(unit_points=10, unit_yen=10, points_min=100, points_max=3000),
    day_start_minute=240,
    offline=OfflineLimits(redeem_per_visit=1000, redeem_since_online=2000, visits_since_online=100),
)
MEMOS = ("くるみアレルギー。試食をすすめない", "食パンは6枚切り", "耳が遠い方。ゆっくり話す", "領収書が要る")


@dataclass(frozen=True, slots=True)
class TrayCard:
    """One card on the table. ``kind``: member | new | foreign | blank; ``note`` says why it is interesting."""

    card: CardNo
    kind: str
    name: str
    note: str
    track: str


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything that is known about the shop on the morning of ``today``."""

    today: date
    programme: Programme
    customers: tuple[Customer, ...]
    new_cards: tuple[tuple[CardImage, str], ...]
    tray: tuple[TrayCard, ...]


def make_shop(seed: int, today: date, ring: KeyRing, programme: Programme = BAKERY, members: int = MEMBERS) -> Shop:
    """The whole shop. The same arguments give the same shop, to the last character of every track."""
    dice = Random(seed)
    customers = trade(dice, programme, ring, members, today)
    new_cards = tuple(new_card(NEW_CARD_SERIAL + number, ring) for number in range(NEW_CARDS))
    tray = (
        *_member_cards(customers, today),
        *(TrayCard(image.card, "new", "", "", track) for image, track in new_cards),
        TrayCard(CardNo(0), "foreign", "", "", FOREIGN_TRACK),
        TrayCard(CardNo(0), "blank", "", "", ""),
    )
    return Shop(today, programme, customers, new_cards, tray)


def memo_of(customer: Customer) -> str:
    """A caution memo on every fifteenth member."""
    return MEMOS[customer.serial // 15 % len(MEMOS)] if customer.serial % 15 == 0 else ""


def seed_document(shop: Shop) -> dict[str, Any]:
    """What ``python -m server seed`` reads."""
    visits = sorted((visit for customer in shop.customers for visit in customer.visits), key=_in_time)
    return {
        "tenant": TENANT,
        "programme_template": TEMPLATE,
        "stores": [{"code": store.code, "name": store.name} for store in STORES],
        "members": [_member(customer) for customer in shop.customers],
        "cards": [
            *(_card(customer.image, customer.track, _home(customer)) for customer in shop.customers),
            *(_card(image, track, STORES[0].code) for image, track in shop.new_cards),
        ],
        "visits": [_visit(visit) for visit in visits],
        **furniture(),
    }


def tray_document(shop: Shop) -> dict[str, Any]:
    """What the bench lays on the table."""
    cards = [
        {"card": card.card, "kind": card.kind, "name": card.name, "note": card.note, "track": card.track}
        for card in shop.tray
    ]
    return {"tenant": TENANT, "cards": cards}


def write_shop(shop: Shop, out: Path) -> None:
    """``seed.json`` and ``tray.json`` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    for name, document in (("seed.json", seed_document(shop)), ("tray.json", tray_document(shop))):
        (out / name).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _member_cards(customers: Sequence[Customer], today: date) -> list[TrayCard]:
    """A few members worth meeting; nobody twice."""
    chosen: dict[int, TrayCard] = {}
    best = (
        ("regular", lambda customer: len(customer.visits)),
        ("many_points", lambda customer: customer.image.balance),
        ("birthday", lambda customer: -_days_to_birthday(customer.person.birthday, today)),
        ("memo", lambda customer: bool(memo_of(customer)) * len(customer.visits)),
        ("long_away", lambda customer: -customer.image.day),
        ("second_store", lambda customer: (customer.habit.home == 1) * len(customer.visits)),
    )
    for note, worth in best:
        customer = max((one for one in customers if one.serial not in chosen), key=worth)
        name = customer.person.name
        chosen[customer.serial] = TrayCard(customer.image.card, "member", name, note, customer.track)
    return list(chosen.values())


def _days_to_birthday(birthday: date, today: date) -> int:
    """Days until the next anniversary; 29 February counts as 1 March."""
    return ((birthday.month - today.month) * 31 + birthday.day - today.day) % (12 * 31)


def _home(customer: Customer) -> str:
    return STORES[customer.habit.home].code


def _member(customer: Customer) -> dict[str, Any]:
    person = customer.person
    return {
        "member": make_member_no(customer.serial),
        "family_name": person.family_name,
        "given_name": person.given_name,
        "family_kana": person.family_kana,
        "given_kana": person.given_kana,
        "postal_code": person.postal_code,
        "prefecture": person.prefecture,
        "city": person.city,
        "street": person.street,
        "phone": person.phone,
        "birthday": person.birthday.isoformat(),
        "joined": customer.visits[0].sale.day.isoformat(),
        "store": _home(customer),
        "rank": "",
        "memo": memo_of(customer),
        "cards": [customer.image.card],
    }


def _card(image: CardImage, track: str, store: str) -> dict[str, Any]:
    return {"card": image.card, "gen": image.gen, "seq": image.seq, "hash": track_hash(track).hex(), "store": store}


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "visit": visit.visit,
        "card": visit.card,
        "store": visit.sale.store.code,
        "at_ms": visit.sale.at_ms,
        "amount_yen": visit.sale.amount_yen,
        "earn": visit.earn,
        "redeem": visit.redeem,
        "lots": [list(change) for change in visit.lots],
    }


def _in_time(visit: Visit) -> tuple[int, str]:
    return visit.sale.at_ms, visit.visit


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file (64 hex digits)."""
    key = bytes.fromhex(path.read_text("ascii").strip())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} does not hold {KEY_BYTES} bytes in hex")
    return key


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the two files and say how much they hold."""
    parser = argparse.ArgumentParser(prog="python -m simulators.shop", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--key-id", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--members", type=int, default=MEMBERS)
    given = parser.parse_args(arguments)
    ring = KeyRing(TENANT, given.key_id, {given.key_id: read_key(given.key_file)})
    shop = make_shop(given.seed, given.today, ring, members=given.members)
    write_shop(shop, given.out)
    visits = sum(len(customer.visits) for customer in shop.customers)
    counts = f"{len(shop.customers)} members, {visits} visits, {len(shop.tray)} cards in the tray"
    sys.stdout.write(f"{given.out}: {counts}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
