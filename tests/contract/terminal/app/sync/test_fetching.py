"""Fetching a members file over a line that is cut anywhere, from a head office that may say anything."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, cast

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.public import SealedBox
from nacl.signing import SigningKey

from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sync.messages import FeedItem, RosterOffer
from shared.sync.roster import BYTES_MAX, PART_BYTES
from terminal.app.identity import Counter, Signer
from terminal.app.store import Outbox, Store
from terminal.app.store.engine import CipherEngine, cipher
from terminal.app.store.roster import HALF, path_of
from terminal.app.sync.beside import Side, WhenAsked
from terminal.app.sync.fetching import FREE_BYTES_MIN, Fetcher
from terminal.app.sync.line import Line, Refusal
from terminal.app.sync.results import RosterArrived
from terminal.app.sync.worker import InThread
from tests.contract.terminal.app.store.roster_bench import BASE, FILE_KEY, LATER, NEXT, lay, person
from tests.contract.terminal.app.sync.small_head_office import IDENTITY, TERMINAL

PART = 8_192
CARDS = tuple(make_card_no(serial) for serial in range(1, 400))
PEOPLE = tuple(person(number, f"会員 {number}", "カイイン", CARDS[number]) for number in range(1, 300))
BOX = SealedBox(TERMINAL.verify_key.to_curve25519_public_key())


class Shelf:
    """Head office's end of the line: parts of files, and what goes wrong with the n-th request."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []
        self.fails_at = -1
        self.twist: Callable[[bytes], bytes] = bytes

    def get(self, path: str, parse: Callable[[bytes], bytes]) -> bytes:
        id, _, number = path.removeprefix("/v1/snapshot/").partition("?part=")
        if len(self.asked) == self.fails_at:
            self.fails_at = -1
            raise EnishiError("sync.unreachable", detail="cut")
        if id not in self.files:
            raise Refusal(410, None)
        self.asked.append((id, int(number)))
        return parse(self.twist(self.files[id][int(number) * PART : (int(number) + 1) * PART]))


class Bench:
    """An encrypted journal and files that head office has ready."""

    def __init__(self, store: Store, engine: CipherEngine, side: Side) -> None:
        self.store, self.engine, self.side, self.shelf = store, engine, side, Shelf()
        self.outbox = Outbox(store.path, engine)
        self.connect()

    def connect(self, **more: Any) -> None:
        """As after another start."""
        signer = Signer(IDENTITY, self.store.stream, Counter())
        self.fetcher = Fetcher(cast(Line, self.shelf), signer, self.outbox, self.store.path, self.engine, **more)

    def ready(
        self, id: str = BASE, base: str = "", upto: int = 100, people: Sequence[FeedItem] = PEOPLE
    ) -> RosterOffer:
        """A file at head office, which is not here."""
        file = lay(self.store.path, people, upto, id, base)
        content = path_of(self.store.path, id).read_bytes()
        path_of(self.store.path, id).unlink()
        self.shelf.files[id] = content
        digest = hashlib.sha256(content).digest()
        return RosterOffer(id, base, 1, upto, file.members, len(content), PART, digest, BOX.encrypt(FILE_KEY))

    def fetch(self, *offers: RosterOffer) -> list[str]:
        """What arrived and was taken."""
        arrived = []
        for found in self.fetcher.fetch(offers, 1, self.side):
            self.store.take_roster(found.roster, found.forgotten)
            arrived.append(found.roster.id)
        return arrived

    def parts_of(self, offer: RosterOffer) -> int:
        return -(-offer.size // PART)

    def lying_here(self) -> set[str]:
        return {path.name for path in self.store.path.parent.glob("members-*")}


@pytest.fixture(params=[WhenAsked, InThread])
def bench(request: pytest.FixtureRequest, boot: Callable[..., Store]) -> Iterator[Bench]:
    engine = cipher(bytes(32))
    bench = Bench(boot(engine=engine), engine, request.param)
    with closing(bench.outbox):
        yield bench


def name_of(store: Store, serial: int) -> str:
    member = store.look_up(CARDS[serial]).member
    return "" if member is None else member.name


def changed(offer: RosterOffer, **fields: object) -> RosterOffer:
    return msgspec.structs.replace(offer, **fields)


def test_base_and_supplement_arrive_part_by_part_and_are_looked_into(bench: Bench) -> None:
    offer = bench.ready()
    later = bench.ready(LATER, BASE, 200, (person(3, "新しい 名", "ア", CARDS[3]),))
    assert bench.fetch(offer, later) == [BASE, LATER]
    assert bench.shelf.asked == [
        *((BASE, number) for number in range(bench.parts_of(offer))),
        *((LATER, number) for number in range(bench.parts_of(later))),
    ]
    assert (name_of(bench.store, 3), name_of(bench.store, 4)) == ("新しい 名", "会員 4")
    assert bench.lying_here() == {f"members-{BASE}.db", f"members-{LATER}.db"}


def test_after_a_cut_at_any_part_only_the_missing_ones_are_asked_for(bench: Bench) -> None:
    offer = bench.ready()
    count = bench.parts_of(offer)
    for number in range(count):
        bench.shelf.asked.clear()
        bench.shelf.fails_at = number
        with pytest.raises(EnishiError, match=r"sync\.unreachable"):
            bench.fetch(offer)
        half = path_of(bench.store.path, BASE, HALF)
        assert half.stat().st_size == number * PART
        assert name_of(bench.store, 3) == ""
        bench.connect()
        if number < count - 1:
            half.unlink()
    bench.shelf.asked.clear()
    assert bench.fetch(offer) == [BASE]
    assert bench.shelf.asked == [(BASE, count - 1)]
    assert name_of(bench.store, 3) == "会員 3"


def test_a_cut_between_the_file_and_the_journal_fetches_nothing_again(bench: Bench) -> None:
    offer = bench.ready()
    fetched = bench.fetcher.fetch((offer,), 1, bench.side)
    assert isinstance(next(fetched), RosterArrived)
    fetched.close()  # the supply: nobody took it
    bench.shelf.asked.clear()
    bench.connect()
    assert bench.fetch(offer) == [BASE]
    assert bench.shelf.asked == []


def test_half_a_part_is_thrown_away_and_a_wrong_half_fetched_anew(bench: Bench) -> None:
    offer = bench.ready()
    half = path_of(bench.store.path, BASE, HALF)
    half.write_bytes(bench.shelf.files[BASE][: PART + 100])
    assert bench.fetch(offer) == [BASE]
    assert bench.shelf.asked[0] == (BASE, 1)
    second = bench.ready(NEXT, upto=300)
    path_of(bench.store.path, NEXT, HALF).write_bytes(bytes(3 * PART))  # as a cut supply may leave it
    bench.shelf.asked.clear()
    assert bench.fetch(second) == [NEXT]
    assert bench.shelf.asked.count((NEXT, 0)) == 1


TWISTS = {
    "truncated": lambda part: part[:-1],
    "too long": lambda part: part + b"x",
    "empty": lambda part: b"",
    "other bytes": lambda part: bytes(len(part)),
}


@pytest.mark.parametrize("twist", TWISTS.values(), ids=TWISTS.keys())
def test_parts_that_are_not_the_file_are_refused_once_for_this_start(
    bench: Bench, twist: Callable[[bytes], bytes]
) -> None:
    offer = bench.ready()
    bench.shelf.twist = twist
    with pytest.raises(EnishiError, match=r"sync\.roster_damaged"):
        bench.fetch(offer)
    assert bench.lying_here() == set()
    bench.shelf.twist, asked = bytes, len(bench.shelf.asked)
    assert (bench.fetch(offer), len(bench.shelf.asked)) == ([], asked)
    bench.connect()
    assert bench.fetch(offer) == [BASE]


def test_an_offer_that_cannot_be_is_refused_before_a_byte_is_asked_for(bench: Bench) -> None:
    offer = bench.ready()
    stranger = SealedBox(SigningKey(b"x" * 32).verify_key.to_curve25519_public_key())
    for wrong in (
        changed(offer, id="../journal"), changed(offer, id="b"), changed(offer, base="x"), changed(offer, size=0),
        changed(offer, size=BYTES_MAX + 1), changed(offer, part_bytes=0), changed(offer, part_bytes=PART_BYTES + 1),
        changed(offer, key=b"nonsense"), changed(offer, key=BOX.encrypt(b"short")),
        changed(offer, key=stranger.encrypt(FILE_KEY)),
    ):  # fmt: skip
        bench.connect()
        with pytest.raises(EnishiError, match=r"sync\.roster_damaged"):
            bench.fetch(wrong)
    assert bench.shelf.asked == []


def test_a_file_that_says_something_else_than_its_offer_is_refused(bench: Bench) -> None:
    offer = bench.ready()
    for wrong in (
        changed(offer, upto=99), changed(offer, members=1), changed(offer, base=NEXT), changed(offer, digest=bytes(32)),
        changed(offer, key=BOX.encrypt(bytes(32))),
    ):  # fmt: skip
        bench.connect()
        with pytest.raises(EnishiError, match=r"sync\.roster_damaged"):
            bench.fetch(wrong)
        assert bench.lying_here() == set()


def test_offers_of_another_feed_of_an_older_form_or_of_less_are_left_alone(bench: Bench) -> None:
    assert bench.fetch(bench.ready(upto=100)) == [BASE]
    for left in (changed(bench.ready(NEXT, upto=200), feed_epoch=2), bench.ready(NEXT, upto=50)):
        assert bench.fetch(left) == []
    assert bench.fetch(changed(bench.ready(NEXT, upto=200), format=0)) == []
    assert name_of(bench.store, 3) == "会員 3"


def test_a_file_that_head_office_has_no_more_leaves_the_old_one_in_force(bench: Bench) -> None:
    assert bench.fetch(bench.ready()) == [BASE]
    offer = bench.ready(NEXT, upto=200)
    bench.shelf.files.clear()
    with pytest.raises(Refusal):
        bench.fetch(offer)
    assert name_of(bench.store, 3) == "会員 3"


def test_a_new_base_replaces_both_files_and_tells_whose_traces_go(bench: Bench) -> None:
    bench.fetch(bench.ready(), bench.ready(LATER, BASE, 200, (person(350, "谷 五郎", "タニ", CARDS[350], CARDS[351]),)))
    kept = tuple(one for one in PEOPLE if one.member != 7)
    offer = bench.ready(NEXT, upto=300, people=kept)
    (arrived,) = bench.fetcher.fetch((offer,), 1, bench.side)
    assert sorted(arrived.forgotten) == sorted((CARDS[7], CARDS[350], CARDS[351]))
    bench.store.take_roster(arrived.roster, arrived.forgotten)
    assert bench.fetch() == []
    assert bench.lying_here() == {f"members-{NEXT}.db"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**64), st.binary(max_size=40), st.text(max_size=40), st.integers(-1, 2**40))
def test_whatever_an_offer_says_nothing_is_taken_that_is_not_whole(
    bench: Bench, size: int, digest: bytes, base: str, upto: int
) -> None:
    offer = changed(bench.ready(), size=size, digest=digest, base=base, upto=upto)
    bench.connect()
    with pytest.raises(EnishiError, match=r"sync\.roster_damaged|store\.full"):
        bench.fetch(offer)
    assert name_of(bench.store, 3) == ""


def test_a_disk_without_room_for_the_file_says_so_before_it_is_full(bench: Bench) -> None:
    offer = bench.ready()
    bench.connect(room=lambda _: offer.size + FREE_BYTES_MIN - 1)
    with pytest.raises(EnishiError, match=r"store\.full"):
        bench.fetch(offer)
    assert bench.shelf.asked == []
