"""Questions about the card inside: an answer in time, or none; one question at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

import pytest
import requests

from shared.clock import Clock
from shared.errors import TEXTS
from shared.ids import VisitId, make_card_no
from shared.sync.messages import AdjustmentEntry, CheckReply
from shared.visit.effects import AskRepair, CheckCard, OfficeEffect
from shared.visit.events import CardChecked, Event, RepairOffered, RepairRefused
from shared.visit.facts import Adjustment
from terminal.app.identity import Counter, Signer
from terminal.app.store import Store
from terminal.app.sync.desk import (
    ASKED_MAX,
    CHECK_PATIENCE,
    CHECK_S_MAX,
    REPAIR_PATIENCE,
    REPAIR_TRIES,
    Desk,
    DeskClerk,
)
from terminal.app.sync.line import Line
from tests.contract.terminal.app.conftest import HandClock
from tests.contract.terminal.app.sync.small_head_office import (
    IDENTITY,
    PORTAL,
    Answer,
    Fault,
    HeadOffice,
    answers,
    lost_reply,
    lost_request,
    lost_request_slowly,
    says,
    truncated,
)

CARD = make_card_no(1)
TRACK = "L".ljust(69, "A")
CHECK = CheckCard(CARD, TRACK)
REPAIR = AskRepair(VisitId("c" * 32), CARD, "card.torn")
WAIT_S = 5.0  # a test that waits so long has failed


@pytest.fixture
def make_desk(store: Store, office: HeadOffice, clock: Clock) -> Callable[[], Desk]:
    session = requests.Session()
    session.mount("https://office.test", office)
    signer = Signer(IDENTITY, store.stream, Counter(), store.office_note())

    def make() -> Desk:
        where = (session, "https://office.test/", signer, "1.0.0", clock)
        return Desk(Line(*where, CHECK_PATIENCE), Line(*where, REPAIR_PATIENCE), clock)

    return make


@pytest.fixture
def desk(make_desk: Callable[[], Desk]) -> Desk:
    return make_desk()


# --- a check ------------------------------------------------------------------------------------------------------


def test_a_card_that_head_office_knows_comes_back_with_what_it_is_owed(desk: Desk, office: HeadOffice) -> None:
    entries = (
        AdjustmentEntry(9, ((36, 5),)),
        AdjustmentEntry(3, ()),
        AdjustmentEntry(4_096, ()),
    )  # no card takes 4,096
    office.checks[TRACK] = CheckReply("", entries)
    assert desk.answer(CHECK) == CardChecked(CARD, TRACK, "", (Adjustment(3, ()), Adjustment(9, ((36, 5),))))


def test_a_card_that_head_office_doubts_comes_back_with_the_reason(desk: Desk, office: HeadOffice) -> None:
    office.checks[TRACK] = CheckReply("card.stale")
    assert desk.answer(CHECK) == CardChecked(CARD, TRACK, "card.stale")


FAULTS = (
    lost_request, lost_reply, lost_request_slowly, truncated, answers(200, PORTAL), answers(503), says(404), says(200),
    answers(302, PORTAL), says(200, b'{"code":5}'),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_check_that_is_not_answered_is_as_if_never_asked(desk: Desk, office: HeadOffice, fault: Fault) -> None:
    office.faults = [fault]
    assert desk.answer(CHECK) is None
    assert office.asked == ["/v1/check"]  # the customer waits: not again
    assert desk.answer(CHECK) is not None


def test_an_answer_that_comes_too_late_is_none(desk: Desk, office: HeadOffice, clock: HandClock) -> None:
    def takes(seconds: float) -> Fault:
        def slowly(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
            clock.mono_s += seconds
            return office.answer(request)

        return slowly

    office.faults = [takes(CHECK_S_MAX - 0.1), takes(CHECK_S_MAX + 0.1)]
    assert desk.answer(CHECK) is not None
    assert desk.answer(CHECK) is None


def test_the_two_waits_fit_into_the_time_that_is_promised() -> None:
    assert CHECK_PATIENCE.connect_s + CHECK_PATIENCE.read_s <= 2
    assert REPAIR_TRIES * (REPAIR_PATIENCE.connect_s + REPAIR_PATIENCE.read_s) <= 5


# --- a repair -----------------------------------------------------------------------------------------------------


def test_a_new_generation_is_offered(desk: Desk, office: HeadOffice) -> None:
    office.balances[CARD] = 1_250
    assert desk.answer(REPAIR) == RepairOffered(REPAIR.request, CARD, 8, "L8".ljust(69, "A"), 1_250)


@pytest.mark.parametrize("fault", [lost_request, lost_reply, lost_request_slowly], ids=lambda fault: fault.__name__)
def test_a_lost_repair_is_asked_for_again_under_its_name(desk: Desk, office: HeadOffice, fault: Fault) -> None:
    office.balances[CARD] = 5
    office.faults = [fault]
    offered = desk.answer(REPAIR)
    assert isinstance(offered, RepairOffered)
    assert desk.answer(REPAIR) == offered
    assert office.repaired == {REPAIR.request: 8}


@pytest.mark.parametrize(
    ("faults", "code", "asked"),
    [
        ([lost_request] * 2, "sync.unreachable", 2),
        ([lost_request_slowly, lost_request], "sync.unreachable", 2),
        ([lost_request, lost_request_slowly], "sync.timeout", 2),
        ([answers(503)], "sync.busy", 1),
        ([answers(200, PORTAL)], "sync.not_head_office", 1),
        ([says(404)], "sync.not_head_office", 1),
        ([None], "card.unknown", 1),
    ],
)
def test_a_repair_that_is_not_made_is_refused_with_the_reason(
    desk: Desk, office: HeadOffice, faults: list[Fault | None], code: str, asked: int
) -> None:
    office.faults = list(faults)
    assert desk.answer(REPAIR) == RepairRefused(REPAIR.request, code)
    assert len(office.asked) == asked
    assert code in TEXTS or code == "card.unknown"  # head office's own


def test_another_cards_repair_is_not_offered(desk: Desk, office: HeadOffice) -> None:
    def mistakes(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
        office.balances[CARD] = 5
        whole = office.answer(request)
        return Answer(200, whole.content.replace(str(int(CARD)).encode(), b"42"))

    office.faults = [mistakes]
    assert desk.answer(REPAIR) == RepairRefused(REPAIR.request, "sync.not_head_office")


# --- the thread ---------------------------------------------------------------------------------------------------


class SlowDesk:
    """Answers when the test lets it."""

    def __init__(self) -> None:
        self.asked: queue.Queue[OfficeEffect] = queue.Queue()
        self.answers: queue.Queue[Event | None] = queue.Queue()

    def answer(self, effect: OfficeEffect) -> Event | None:
        self.asked.put(effect)
        return self.answers.get(timeout=WAIT_S)


class Bench:
    def __init__(self) -> None:
        self.desk = SlowDesk()
        self.posted: queue.Queue[Event] = queue.Queue()
        self.clerk = DeskClerk(self.desk, self.posted.put)
        self.thread = threading.Thread(target=self.clerk.run, daemon=True)
        self.thread.start()

    def asked(self) -> OfficeEffect:
        return self.desk.asked.get(timeout=WAIT_S)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.clerk.stop()
    bench.desk.answers.put(None)
    bench.thread.join(WAIT_S)
    assert not bench.thread.is_alive()


def check(number: int) -> CheckCard:
    return CheckCard(make_card_no(number), TRACK)


def test_answers_are_posted_and_no_answer_is_not(bench: Bench) -> None:
    bench.clerk.ask(check(1))
    assert bench.asked() == check(1)
    bench.desk.answers.put(None)
    bench.clerk.ask(REPAIR)
    assert bench.asked() == REPAIR
    refused = RepairRefused(REPAIR.request, "sync.timeout")
    bench.desk.answers.put(refused)
    assert bench.posted.get(timeout=WAIT_S) == refused
    assert bench.posted.empty()


def test_one_question_at_a_time_and_a_newer_check_takes_the_place_of_a_waiting_one(bench: Bench) -> None:
    bench.clerk.ask(check(1))
    assert bench.asked() == check(1)
    for effect in (check(2), REPAIR, check(3), check(4)):
        bench.clerk.ask(effect)
    assert bench.desk.asked.empty()
    bench.desk.answers.put(None)
    assert bench.asked() == REPAIR
    bench.desk.answers.put(None)
    assert bench.asked() == check(4)
    assert bench.desk.asked.empty()


def test_it_stops_after_the_question_under_way(bench: Bench) -> None:
    bench.clerk.ask(check(1))
    bench.asked()
    bench.clerk.ask(check(2))
    bench.clerk.stop()
    bench.desk.answers.put(None)
    bench.thread.join(WAIT_S)
    assert not bench.thread.is_alive()
    assert bench.desk.asked.empty()


def test_more_questions_than_anybody_asks_are_refused() -> None:
    posted: list[Event] = []
    clerk = DeskClerk(SlowDesk(), posted.append)
    for _ in range(ASKED_MAX + 1):
        clerk.ask(CHECK)
    clerk.ask(REPAIR)
    assert posted == [RepairRefused(REPAIR.request, "sync.busy")]
