"""Event bodies: whatever stands in a journal is a body, a type of tomorrow, or refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.ids import CardNo, VisitId
from shared.sale.basket import Basket, Line
from shared.sale.day_report import DayFigures, HourFigures, RateFigures, StaffFigures
from shared.sale.product import TaxRate
from shared.sync.chain import ZERO_HASH, decode_body, encode_body, event_hash
from shared.visit.journal import (
    TYPES,
    Body,
    Day,
    Enrol,
    Handover,
    Intent,
    OffCard,
    OnDuty,
    PlainSale,
    Replace,
    Seen,
    StopCard,
    Voice,
    Weather,
)  # fmt: skip

KINDS = st.sampled_from(sorted(TYPES))


def test_a_body_comes_back_from_its_canonical_form() -> None:
    kind, body = encode_body(Seen("L" * 69, "card.forged"))
    assert (kind, body) == ("SEEN", b'{"track":"' + b"L" * 69 + b'","verdict":"card.forged"}')
    assert decode_body(kind, body) == Seen("L" * 69, "card.forged")


V, CARD = VisitId("ab" * 16), CardNo(13)
MILK = Line("4901234567894", "牛乳", "食品", 198, 2, TaxRate.REDUCED)
INTENT = Intent(V, CARD, 1, 2, "L", "M", 900, 9, 0, 0, 0, ((47, 9),), 5, 1, "2026-11-21")
INTENT_JSON = (
    '{"adjusted":[],"amount_yen":900,"business_day":"2026-11-21","card":13,"discount_yen":0,"earn":9,"expired":0,'
    '"gen":1,"issue":false,"kind":"sale","lots":[[47,9]],"online":false,"post":"M","pre":"L","programme":1,"redeem":0,'
    f'"refund_of":"","seq":2,"slip":5,"visit":"{V}"}}'
)
OFF_CARD = OffCard(V, CARD, "card.torn", 900, 9, ((47, 9),), 5, 1, "2026-11-21")
OFF_CARD_JSON = (
    '{"amount_yen":900,"business_day":"2026-11-21","card":13,"earn":9,"lots":[[47,9]],"programme":1,"slip":5,'
    f'"visit":"{V}","why":"card.torn"}}'
)
BASKET_JSON = '{"discount_yen":10,"lines":[["4901234567894","牛乳","食品",198,2,8,0,true]],"reference":"R-1"}'
BASKET = Basket((MILK,), 10, "R-1")
FIGURES = DayFigures(
    "駅前店", 3, date(2026, 11, 21), 5, 1, 900, 0, 0, 0, 0, 1, 0, 9, 0, 0, 0, 2,
    (HourFigures(10, 1, 900),), (RateFigures(TaxRate.REDUCED, 900, 66),), (StaffFigures("さくら", 1),),
)  # fmt: skip
FIGURES_JSON = (
    '{"day":"2026-11-21","discount_yen":0,"hours":[{"hour":10,"sales_yen":900,"visits":1}],"members_new":0,'
    '"points_adjusted":0,"points_earned":9,"points_expired":0,"points_used":0,"printed_wall_ms":5,'
    '"rates":[{"rate":8,"tax_yen":66,"total_yen":900}],"refunds":0,"refunds_yen":0,"sales_yen":900,"shop":"駅前店",'
    '"staff":[{"enrolments":1,"name":"さくら"}],"terminal":3,"training":0,"unsent":2,"visits":1,"visits_off_card":0,'
    '"visits_with_card":1}'
)
GOLDEN: list[tuple[Body, str, str]] = [  # what stands in journals: never changes
    (INTENT, "INTENT", INTENT_JSON),
    (replace(INTENT, staff=3), "INTENT", INTENT_JSON.replace(',"visit"', ',"staff":3,"visit"')),
    (replace(INTENT, basket=BASKET), "INTENT", INTENT_JSON.replace(',"business', f',"basket":{BASKET_JSON},"business')),
    (OFF_CARD, "OFFCARD", OFF_CARD_JSON),
    (
        replace(OFF_CARD, basket=BASKET, staff=3),
        "OFFCARD",
        OFF_CARD_JSON.replace(',"business', f',"basket":{BASKET_JSON},"business').replace(
            ',"visit"', ',"staff":3,"visit"'
        ),
    ),
    (
        Enrol(CARD, b"sealed", 3, "2026-11-21"),
        "ENROL",
        '{"business_day":"2026-11-21","card":13,"sealed":"c2VhbGVk","staff":3}',
    ),
    (StopCard(CARD, "lost", 3), "STOP", '{"card":13,"staff":3,"why":"lost"}'),
    (Replace(CARD, CardNo(21), 3), "REPLACE", '{"card":21,"old":13,"staff":3}'),
    (Voice(2, V, 3), "VOICE", f'{{"heading":2,"staff":3,"visit":"{V}"}}'),
    (Handover(5, CARD, V, True, 3), "HANDOVER", f'{{"benefit":5,"card":13,"given":true,"staff":3,"visit":"{V}"}}'),
    (
        PlainSale(5, 386, BASKET, 3, "2026-11-21"),
        "SALE",
        f'{{"amount_yen":386,"basket":{BASKET_JSON},"business_day":"2026-11-21","slip":5,"staff":3}}',
    ),
    (
        Day("2026-11-21", "open", 3),
        "DAY",
        '{"business_day":"2026-11-21","figures":null,"staff":3,"what":"open"}',
    ),
    (
        Day("2026-11-21", "close", 3, FIGURES),
        "DAY",
        f'{{"business_day":"2026-11-21","figures":{FIGURES_JSON},"staff":3,"what":"close"}}',
    ),
    (OnDuty(3, "on"), "DUTY", '{"staff":3,"what":"on"}'),
    (
        Weather("2026-11-16", True, 3),
        "WEATHER",
        '{"business_day":"2026-11-16","is_rainy":true,"staff":3}',
    ),
]


@pytest.mark.parametrize(("body", "kind", "json"), GOLDEN)
def test_a_body_has_the_json_that_stands_in_journals_and_comes_back(body: Body, kind: str, json: str) -> None:
    assert encode_body(body) == (kind, json.encode())
    assert decode_body(kind, json.encode()) == body


def test_a_type_of_tomorrow_is_none_whatever_it_holds() -> None:
    assert decode_body("TOMORROW", b"\xff") is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"visit":"\xff"}', b'{"visit":5}', b'{"x":' + b"[" * 5_000, b"9" * 5_000]
)
def test_what_is_no_body_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(EnishiError, match=r"sync\.body"):
        decode_body("EJECT", body)


@given(KINDS, st.binary(max_size=200))
def test_any_bytes_are_a_body_or_refused(kind: str, body: bytes) -> None:
    try:
        assert isinstance(decode_body(kind, body), TYPES[kind])
    except EnishiError as error:
        if error.code != "sync.body":
            raise


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_another_body_has_another_hash(first: bytes, second: bytes) -> None:
    hashes = [event_hash(ZERO_HASH, bytes(10), 1, "EJECT", body) for body in (first, second)]
    assert (hashes[0] == hashes[1]) is (first == second)
