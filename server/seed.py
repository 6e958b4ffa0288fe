"""Take over a shop's history from a file: stores, members, cards, visits, and with what its counters sell.

What is there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.cards.models import ALLOWED, Card
from server.cards.settling import settle
from server.config import Settings
from server.db.database import chunks
from server.feed import service as feed
from server.ledger.facts import NewStart, NewVisit, encode_lots, record_starts, record_visits
from server.ledger.models import IMPORT, Visit
from server.members import finding, places
from server.members import service as members
from server.members.models import Member
from server.members.values import Person, keys
from server.products import service as products
from server.programs import service as programs
from server.shop import service as shop
from server.staff import counter
from server.stores.models import Store
from server.sync.checks import WALL_MS_MAX
from shared.clock import CARD_MONTH_MAX, business_day
from shared.errors import EnishiError
from shared.points.program import Programme
from shared.sale.product import Product, TaxRate
from shared.sync.messages import NUMBER_MAX, UNREADABLE, CardHighWaterItem, FeedItem

BATCH = 5_000  # rows of one INSERT
SEED_BYTES_MAX = 1 << 30  # ten years of a chain; anything longer is another file

Positive = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
Figure = Annotated[int, Meta(ge=0, le=(1 << 31) - 1)]
Moment = Annotated[int, Meta(ge=0, le=WALL_MS_MAX)]
Line = Annotated[str, Meta(max_length=200)]
Month = Annotated[int, Meta(ge=0, le=CARD_MONTH_MAX)]
Points = Annotated[int, Meta(ge=-(1 << 31), le=(1 << 31) - 1)]
HashHex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class SeedStore(Struct, frozen=True):
    code: Annotated[str, Meta(min_length=1, max_length=8)]
    name: Annotated[str, Meta(min_length=1, max_length=40)]


class SeedMember(Struct, frozen=True):
    member: Positive
    family_name: Line
    joined: Line  # ISO date or moment
    store: Line
    given_name: Line = ""
    family_kana: Line = ""
    given_kana: Line = ""
    postal_code: Line = ""
    prefecture: Line = ""
    city: Line = ""
    street: Line = ""
    phone: Line = ""
    birthday: Line = ""
    rank: Line = ""
    memo: Line = ""
    cards: tuple[Positive, ...] = ()


class SeedCard(Struct, frozen=True):
    card: Positive
    gen: Positive
    seq: Positive
    hash: HashHex  # SHA-256 of the track
    store: Line


class SeedVisit(Struct, frozen=True):
    visit: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    card: Positive
    store: Line
    at_ms: Moment
    amount_yen: Figure
    earn: Figure
    redeem: Figure
    lots: tuple[tuple[Month, Points], ...]


class SeedProduct(Struct, frozen=True):
    code: Line
    name: Line
    unit_yen: Figure
    kana: Line = ""
    tax: TaxRate = TaxRate.STANDARD
    category: Line = ""


class SeedClerk(Struct, frozen=True):
    """Somebody who serves. ``role``: staff | leader | manager."""

    name: Line
    pin: Line
    role: Line = "staff"


class Seed(Struct, frozen=True):
    """``shop``: how its counters sell; only for a head office that nobody has told yet."""

    tenant: int
    programme_template: str
    stores: tuple[SeedStore, ...]
    members: tuple[SeedMember, ...] = ()
    cards: tuple[SeedCard, ...] = ()
    visits: tuple[SeedVisit, ...] = ()
    shop: shop.Settings | None = None
    products: tuple[SeedProduct, ...] = ()
    staff: tuple[SeedClerk, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """How much was new."""

    stores: int
    members: int
    cards: int
    visits: int


def read_seed(path: Path, settings: Settings) -> Seed:
    """Raises ``server.file``, ``server.seed_malformed`` or ``server.seed_tenant``."""
    try:
        with path.open("rb") as file:
            seed = msgspec.json.decode(file.read(SEED_BYTES_MAX), type=Seed)
    except OSError as error:
        raise EnishiError("server.file", path=str(path), detail=error.strerror or "") from error
    except UNREADABLE as error:
        raise EnishiError("server.seed_malformed", detail=str(error)[:200]) from error
    if seed.tenant != settings.tenant:
        raise EnishiError("server.seed_tenant", theirs=seed.tenant, ours=settings.tenant)
    return seed


def take_over(session: Session, seed: Seed, now_ms: int) -> Taken:
    """Write what is new, post its points, tell the terminals; all in the caller's transaction."""
    if programs.current(session) is None:
        programs.enact(session, programs.template(seed.programme_template), now_ms)
    programme = programs.current(session) or Programme()
    stores = _new(session, Store.code, seed.stores, lambda store: store.code)
    _insert(session, Store, ({"code": store.code, "name": store.name, "created_ms": now_ms} for store in stores))
    people = _new(session, Member.number, seed.members, lambda member: member.member)
    _insert(session, Member, (_member_row(member, now_ms) for member in people))
    finding.add(session, ((member.member, _person(member)) for member in people))
    cards = _new(session, Card.number, seed.cards, lambda card: card.card)
    owners = {card: member.member for member in seed.members for card in member.cards}
    first_use: dict[int, int] = {}
    for visit in seed.visits:
        first_use[visit.card] = min(visit.at_ms, first_use.get(visit.card, visit.at_ms))
    _insert(session, Card, (_card_row(card, owners, first_use, now_ms) for card in cards))
    visits = _new(session, Visit.visit, seed.visits, lambda visit: visit.visit)
    for start in range(0, len(visits), BATCH):
        piece = visits[start : start + BATCH]
        record_visits(session, [_visit(visit, programme) for visit in piece])
    images = [NewStart(bytes.fromhex(card.hash), card.card, card.gen, IMPORT, 0, now_ms) for card in cards]
    record_starts(session, images)
    touched = sorted({visit.card for visit in visits})
    for start in range(0, len(touched), BATCH):
        settle(session, touched[start : start + BATCH], now_ms)
    places.refresh(session, [member.member for member in people])
    _tell(session, people, cards, now_ms)
    _furnish(session, seed, now_ms)
    return Taken(len(stores), len(people), len(cards), len(visits))


def _furnish(session: Session, seed: Seed, now_ms: int) -> None:
    """Goods, people and rules of the counters. Raises as their own services do."""
    if seed.shop is not None and shop.is_untold(session):
        shop.change(session, seed.shop, now_ms)
    held = products.known(session, [one.code for one in seed.products])
    fresh = (one for one in seed.products if one.code not in held)
    goods = [Product(one.code, one.name, one.kana, one.unit_yen, one.tax, one.category) for one in fresh]
    products.put(session, [products.Entry(one) for one in goods], now_ms)
    serving = {one.name for one in counter.people(session)}
    for one in seed.staff:
        if one.name not in serving:
            number = counter.add(session, one.name, one.role, now_ms).id
            counter.set_pin(session, number, one.pin, now_ms)


Row = TypeVar("Row")


def _new(session: Session, column: Any, rows: Sequence[Row], key: Callable[[Row], object]) -> list[Row]:
    """The rows whose key the database does not hold."""
    held = {
        value
        for piece in chunks(key(row) for row in rows)
        for value in session.scalars(select(column).where(column.in_(piece)))
    }
    return [row for row in rows if key(row) not in held]


def _insert(session: Session, model: Any, rows: Iterable[dict[str, object]]) -> None:
    listed = list(rows)
    for start in range(0, len(listed), BATCH):
        session.execute(insert(model), listed[start : start + BATCH])


def _person(member: SeedMember) -> Person:
    return Person(
        family_name=member.family_name, given_name=member.given_name,
        family_kana=member.family_kana, given_kana=member.given_kana,
        phone=member.phone.replace("-", ""), postal_code=member.postal_code.replace("-", ""),
        prefecture=member.prefecture, city=member.city, street=member.street,
        birthday=member.birthday, memo=member.memo,
    )  # fmt: skip


def _member_row(member: SeedMember, now_ms: int) -> dict[str, object]:
    person = _person(member)
    found_by, sorted_by = keys(member.member, person)
    return asdict(person) | {
        "number": member.member,
        "rank": member.rank,
        "joined": member.joined[:10],
        "store": member.store,
        "search_key": found_by,
        "kana_key": sorted_by,
        "changed_ms": now_ms,
        "since_ms": now_ms,
        "provisional": False,
    }


def _card_row(
    card: SeedCard, owners: Mapping[int, int], first_use: Mapping[int, int], now_ms: int
) -> dict[str, object]:
    return {
        "number": card.card,
        "store": card.store,
        "first_ms": now_ms,
        "issued_ms": first_use.get(card.card, 0),
        "member": owners.get(card.card),
        "gen": card.gen,
        "seq": card.seq,
        "hash": bytes.fromhex(card.hash),
        "status": ALLOWED,
        "is_plain": card.card not in first_use and card.seq == 0,
    }


def _visit(visit: SeedVisit, programme: Programme) -> NewVisit:
    return NewVisit(
        visit=visit.visit, card=visit.card, store=visit.store, at_ms=visit.at_ms,
        business_day=business_day(visit.at_ms, programme.day_start_minute).isoformat(),
        amount_yen=visit.amount_yen, earn=visit.earn, redeem=visit.redeem,
        expired=visit.earn - visit.redeem - sum(points for _, points in visit.lots),
        lots=encode_lots(visit.lots), source=IMPORT,
    )  # fmt: skip


def _tell(session: Session, people: Sequence[SeedMember], cards: Sequence[SeedCard], now_ms: int) -> None:
    members.publish(session, [member.member for member in people], now_ms)
    items: dict[str, FeedItem] = {
        f"card:{card.card}": CardHighWaterItem(card.card, card.gen, card.seq, bytes.fromhex(card.hash))
        for card in cards
    }
    feed.publish(session, items, now_ms)
