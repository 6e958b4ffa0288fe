"""Two records become one and two again: nothing is lost, nothing is made, and what came later stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.benefits import service as benefits
from server.cards import service as cards
from server.db.base import Base
from server.ledger import families
from server.ledger import service as ledger
from server.ledger.families import Claim
from server.members import attributes, consents, households, merging, service
from server.members.consents import Given
from server.members.models import Member, MemberMemo
from server.members.values import Person
from server.messages import service as messages
from server.messages.service import Draft
from server.seed import Seed, SeedCard, SeedMember, SeedStore, SeedVisit, take_over
from server.sync.audit import check_books
from shared.ids import make_card_no, make_member_no
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import DAY, START_MS, Bench

DAY_MS = 86_400_000
KEPT, GONE, THIRD = make_member_no(1), make_member_no(2), make_member_no(3)
NUMBERS = (KEPT, GONE, THIRD)
BESIDE = {"member_merge", "feed_item", "feed_state", "audit_row", "copy_due"}  # what is only added to, or only told
WORDS = st.sampled_from(["", "高橋", "髙橋", "タカハシ", "Maria", "緑町1-2"])
PEOPLE = st.builds(
    SeedMember,
    member=st.just(0), family_name=st.sampled_from(["高橋", "山田"]),
    joined=st.sampled_from(["2024-05-01", "2026-01-31"]), store=st.sampled_from(["1", "2"]),
    given_name=WORDS, family_kana=WORDS, given_kana=WORDS,
    phone=st.sampled_from(["", "09012345678", "0312345678"]), postal_code=st.sampled_from(["", "1500043"]),
    street=WORDS, birthday=st.sampled_from(["", "1965-02-03"]), rank=st.sampled_from(["", "gold"]), memo=WORDS,
)  # fmt: skip
SIDES = st.dictionaries(
    st.sampled_from([*merging.FIELDS, "attribute-1", "attribute-2"]), st.sampled_from(["kept", "gone", "both"])
)
TOLD = st.dictionaries(st.sampled_from([1, 2]), st.sampled_from(["1", "0"]))
ANSWERS = st.lists(st.builds(Given, st.sampled_from(consents.CHANNELS), st.booleans()), max_size=4)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Three members with whatever may hang on them."""
    people, owned, visits = [], [], []
    for place, number in enumerate(NUMBERS):
        held = tuple(make_card_no(100 * (place + 1) + n) for n in range(draw(st.integers(0, 2))))
        told = draw(PEOPLE)
        people.append(
            {name: getattr(told, name) for name in told.__struct_fields__} | {"member": number, "cards": held}
        )
        owned += [SeedCard(card, 1, 0, f"{card:064x}", "1") for card in held]
        for card in held:
            for n in range(draw(st.integers(0, 2))):
                key, store = f"{card:016x}{n:016x}", draw(st.sampled_from(["1", "2"]))
                visits.append(SeedVisit(key, card, store, START_MS - n * DAY_MS, 1_000, 10, 0, ((40, 10),)))
    each = {number: draw(ANSWERS) for number in NUMBERS}
    return {
        "seed": Seed(
            7, "bakery", (SeedStore("1", "駅前店"),), tuple(SeedMember(**one) for one in people), tuple(owned),
            tuple(visits),
        ),
        "consents": each,
        "told": {number: draw(TOLD) for number in NUMBERS},
        "headings": draw(st.lists(st.sets(st.sampled_from(NUMBERS), min_size=1), max_size=3)),
        "tags": {number: draw(st.sets(st.integers(1, 5))) for number in NUMBERS},
    }  # fmt: skip


def build(session: Session, world: Mapping[str, Any]) -> None:
    take_over(session, world["seed"], START_MS)
    for name in ("会員証アプリ", "DM"):
        attributes.define(session, name, "yes_no", ())
    known = {row.name: row.id for row in attributes.definitions(session)}
    for number in NUMBERS:
        member = service.find(session, number, ALL)
        assert member is not None
        told = {list(known.values())[place - 1]: value for place, value in world["told"][number].items()}
        attributes.write(session, number, told)
        consents.give(session, member, world["consents"][number], "1", 1, START_MS)
        session.add(MemberMemo(member=number, text="お電話あり", author=1, at_ms=START_MS))
    for place, members in enumerate(world["headings"]):
        households.begin(session, "family", f"高橋家{place}", sorted(members), START_MS, ALL)
    service.set_tags(session, world["tags"], START_MS)
    for one in world["seed"].cards:
        messages.write(
            session, Draft(one.card, "いつもありがとうございます", 0, ""), 1, date.fromisoformat(DAY), START_MS, ALL
        )
        benefits.grant(session, one.card, "お花", "", 1, date.fromisoformat(DAY), START_MS, ALL)


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    session.flush()
    session.expire_all()
    return {
        name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        for name, table in Base.metadata.tables.items()
        if name not in BESIDE
    }


def both(session: Session) -> tuple[Member, Member]:
    return session.get_one(Member, KEPT), session.get_one(Member, GONE)


def check(session: Session, world: Mapping[str, Any], chosen: Mapping[str, str]) -> None:
    build(session, world)
    before = everything(session)
    held = [one.card for one in world["seed"].cards]
    points, total = ledger.balances(session, held), ledger.outstanding(session)
    of_both = {card: number for card, number in cards.holders(session, held).items() if number in (KEPT, GONE)}
    allowed = [consents.now(one) for one in both(session)]
    row = merging.merge(session, *both(session), chosen, 1, START_MS + 1)
    kept, gone = both(session)
    assert service.find(session, GONE, ALL) is kept
    assert set(cards.of_members(session, [KEPT, GONE]).get(KEPT, ())) == of_both.keys()
    assert (ledger.balances(session, held), ledger.outstanding(session)) == (points, total)
    assert consents.now(kept) == consents.strictest(*allowed)
    assert gone.number not in [line.member.number for line in service.search(session, "", ALL).found]
    assert not [one for finding in check_books(session) for one in finding.wrong]
    unchanged = everything(session)
    for table in ("entry", "visit", "card_message", "benefit", "member_consent", "member_memo"):
        assert unchanged[table] == before[table]
    assert not merging.undo(session, row, 1, START_MS + 2)
    assert everything(session) == before


def test_merging_and_undoing_leaves_everything_as_it_was(offices: Offices) -> None:
    with offices() as bench:

        @examples(max_examples=60)
        @given(worlds(), SIDES)
        def one_world(world: Mapping[str, Any], chosen: Mapping[str, str]) -> None:
            session = bench.database.open_session(writes=True)
            try:
                check(session, world, chosen)
            finally:
                session.rollback()
                session.close()

        one_world()


def two(bench: Bench) -> None:
    """Two records of one person, each with a card."""
    with bench.database.transaction() as session:
        one = Person("髙橋", "美智子", "タカハシ", "ミチコ", "09012345678", birthday="1965-02-03", memo="くるみ")
        other = Person(
            "高橋", "みちこ", "タカハシ", "ミチコ", "0312345678", birthday="1965-02-03", email="m@example.jp"
        )
        service.register(session, one, make_card_no(1), "1", "2025-04-01", START_MS)
        service.register(session, other, make_card_no(2), "2", "2024-04-01", START_MS)


def test_the_kept_record_takes_what_the_other_alone_had(offices: Offices) -> None:
    with offices() as bench:
        two(bench)
        with bench.database.transaction() as session:
            kept, gone = both(session)
            merging.merge(session, kept, gone, merging.suggestion(kept, gone), 1, START_MS)
        with bench.database.reading() as session:
            found = service.find(session, GONE, ALL)
            assert found is not None
            told = (found.number, found.phone, found.email, found.memo, found.joined, found.store)
            assert told == (KEPT, "09012345678", "m@example.jp", "くるみ", "2024-04-01", "2")


def test_what_was_written_after_the_merge_stays_and_is_named(offices: Offices) -> None:
    with offices() as bench:
        two(bench)
        with bench.database.transaction() as session:
            row = merging.merge(session, *both(session), {"phone": "gone", "email": "gone"}, 1, START_MS)
            kept, _ = both(session)
            service.change(
                session, kept, Person("髙橋", "美智子", phone="0699998888", email="m@example.jp"), START_MS + 1
            )
            consents.give(session, kept, [Given("post", False)], "1", 1, START_MS + 1)
            cards.link(session, make_card_no(3), KEPT, "1", START_MS + 1)
            number = row.id
        with bench.database.transaction() as session:
            row = merging.find(session, number)
            assert row is not None
            assert merging.undo(session, row, 1, START_MS + 2) == ["phone"]
        with bench.database.reading() as session:
            kept, gone = both(session)
            assert (kept.phone, kept.email, gone.phone, gone.email) == ("0699998888", "", "0312345678", "m@example.jp")
            assert (kept.may_post, gone.may_post) == (False, False)
            held = cards.of_members(session, [KEPT, GONE])
            assert held == {KEPT: [make_card_no(1), make_card_no(3)], GONE: [make_card_no(2)]}


def test_a_card_that_took_the_place_of_a_moved_one_goes_back_with_it(offices: Offices) -> None:
    with offices() as bench:
        two(bench)
        with bench.database.transaction() as session:
            row = merging.merge(session, *both(session), {}, 1, START_MS)
            cards.link(session, make_card_no(4), KEPT, "1", START_MS)
            families.record(session, [Claim(b"\0" * 10, 1, make_card_no(2), make_card_no(4), 0, "1", 0, START_MS)])
            assert merging.undo(session, row, 1, START_MS) == []
            assert cards.of_members(session, [GONE]) == {GONE: [make_card_no(2), make_card_no(4)]}


def test_merges_are_undone_in_the_order_of_their_age(offices: Offices) -> None:
    with offices() as bench:
        two(bench)
        with bench.database.transaction() as session:
            third = service.register(session, Person("高橋"), None, "1", DAY, START_MS)
            kept, gone = both(session)
            first = merging.merge(session, kept, gone, {}, 1, START_MS)
            second = merging.merge(session, kept, session.get_one(Member, third), {}, 1, START_MS)
            assert merging.why_not(session, first) == "merge.later"
            merging.undo(session, second, 1, START_MS)
            merging.undo(session, first, 1, START_MS)
            assert merging.why_not(session, first) == "merge.undone"
