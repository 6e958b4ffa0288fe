"""A year of synthetic trade: who came when, what it cost, and what each card says afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from msgspec import structs

from shared.card.codec import encode, prev_tag
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.clock import JST, card_day
from shared.ids import CardNo, VisitId, make_card_no, visit_tag
from shared.points.price import Priced, price, usable_points
from shared.points.program import Programme
from simulators.people import Person, make_people

TRADE_DAYS = 365
WEEKDAYS = (0.9, 0.8, 0.0, 0.9, 1.1, 1.7, 1.6)  # Monday..Sunday; closed on Wednesdays
HOURS = {7: 3, 8: 5, 9: 3, 10: 3, 11: 5, 12: 6, 13: 3, 14: 2, 15: 4, 16: 5, 17: 6, 18: 4}  # hour -> weight
LOAVES = (180, 220, 260, 320, 380, 450, 520, 680)  # yen; what lies in the shop
YEAR_END = ((12, 31), (1, 1), (1, 2), (1, 3))  # closed
LAPSE_SHARE = 0.15  # of the members stop coming at some time
FOUNDERS_SHARE = 0.6  # joined in the first month
OTHER_STORE_SHARE = 0.12  # of a member's visits are to the other store


@dataclass(frozen=True, slots=True)
class Store:
    """One shop of the chain and the terminal on its counter."""

    code: str
    name: str
    terminal: int


STORES = (Store("001", "駅前店", 1), Store("002", "緑町店", 2))


@dataclass(frozen=True, slots=True)
class Habit:
    """How one member shops. ``saves_until``: points at which they begin to use them; 0 = never uses any."""

    home: int  # index into STORES
    visits_per_week: float
    items: int
    saves_until: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Sale:
    """A customer at the counter."""

    at_ms: int
    day: date
    store: Store
    amount_yen: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A sale on a card, priced. ``lots``: (expiry month, change in points)."""

    visit: VisitId
    card: CardNo
    sale: Sale
    earn: int
    redeem: int
    lots: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Customer:
    """A member, the card in their purse and every visit so far."""

    serial: int
    person: Person
    habit: Habit
    image: CardImage
    track: str
    visits: list[Visit] = field(default_factory=list)


def trade(dice: Random, programme: Programme, ring: KeyRing, members: int, today: date) -> tuple[Customer, ...]:
    """``members`` customers and all their visits in the year before ``today``; nobody has come today yet."""
    first_day = today - timedelta(days=TRADE_DAYS)
    customers = []
    for serial, person in enumerate(make_people(dice, members, today), start=1):
        customer = _new_customer(serial, person, _habit(dice, first_day, today), ring)
        for sale in _sales(dice, customer.habit):
            _sell(dice, customer, sale, programme, ring)
        customers.append(customer)
    return tuple(customers)


def new_card(serial: int, ring: KeyRing) -> tuple[CardImage, str]:
    """A card as it comes from the encoder: generation 1, never used."""
    image = CardImage(tenant=ring.tenant, card=make_card_no(serial), gen=1, seq=0)
    return image, encode(image, ring)


def _new_customer(serial: int, person: Person, habit: Habit, ring: KeyRing) -> Customer:
    image, track = new_card(serial, ring)
    return Customer(serial, person, habit, image, track)


def _habit(dice: Random, first_day: date, today: date) -> Habit:
    joined = dice.randrange(30) if dice.random() < FOUNDERS_SHARE else dice.randrange(30, TRADE_DAYS - 7)
    left = TRADE_DAYS - 1
    if dice.random() < LAPSE_SHARE:
        left = dice.randrange(joined, TRADE_DAYS)
    return Habit(
        home=0 if dice.random() < 0.6 else 1,
        visits_per_week=min(dice.lognormvariate(-0.9, 0.8), 4.0),
        items=dice.choice((1, 2, 2, 3, 3, 4, 5)),
        saves_until=dice.choice((0, 100, 100, 150, 200, 300)),
        first_day=first_day + timedelta(days=joined),
        last_day=first_day + timedelta(days=left),
    )


def _sales(dice: Random, habit: Habit) -> Iterator[Sale]:
    """The member joins at the counter on the first open day, and then comes as the habit says."""
    joined = False
    for days in range((habit.last_day - habit.first_day).days + 1):
        day = habit.first_day + timedelta(days=days)
        weight = 0.0 if (day.month, day.day) in YEAR_END else WEEKDAYS[day.weekday()]
        if weight and (not joined or dice.random() < habit.visits_per_week * weight / sum(WEEKDAYS)):
            joined = True
            yield _sale(dice, habit, day)


def _sale(dice: Random, habit: Habit, day: date) -> Sale:
    index = 1 - habit.home if dice.random() < OTHER_STORE_SHARE else habit.home
    (hour,) = dice.choices(tuple(HOURS), tuple(HOURS.values()))
    moment = datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), JST)
    amount_yen = sum(dice.choice(LOAVES) for _ in range(dice.randint(1, habit.items + 1)))
    return Sale(int(moment.timestamp()) * 1000, day, STORES[index], amount_yen)


def _sell(dice: Random, customer: Customer, sale: Sale, programme: Programme, ring: KeyRing) -> None:
    """Price the sale by the rules of the terminal and write the card as a terminal would.

    The stores were on line all year, so each visit finds the card's offline counters confirmed (zero).
    """
    before = customer.image
    use = _points_to_use(customer, sale, programme)
    priced = price(programme, before.lots, 0, 0, sale.amount_yen, use, sale.day)
    assert isinstance(priced, Priced), "a synthetic customer asks for no more than the card allows"
    visit = VisitId(f"{dice.getrandbits(128):032x}")
    customer.image = structs.replace(
        before,
        seq=before.seq + 1,
        lots=priced.lots,
        day=card_day(sale.day),
        writer=sale.store.terminal,
        vtag=visit_tag(visit),
        earn=priced.earn,
        redeem=priced.redeem,
        off_red=priced.redeem,
        off_cnt=1,
        prev=prev_tag(customer.track),
    )
    customer.track = encode(customer.image, ring)
    customer.visits.append(Visit(visit, before.card, sale, priced.earn, priced.redeem, priced.deltas))


def _points_to_use(customer: Customer, sale: Sale, programme: Programme) -> int:
    """Savers use everything that the sale takes, once they have enough."""
    saves_until = customer.habit.saves_until
    if not saves_until or customer.image.balance < saves_until:
        return 0
    return usable_points(programme, customer.image.lots, 0, 0, sale.amount_yen, sale.day)
