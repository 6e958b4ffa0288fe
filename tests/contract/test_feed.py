"""What terminals are told: in order, only the newest state of each thing, and nothing twice after a page was taken."""

from __future__ import annotations

from datetime import date

import pytest

from server.access.scope import ALL
from server.members import service as members
from server.members.values import Person
from server.messages import service as messages
from server.messages.service import Draft
from shared.card.codec import track_hash
from shared.ids import MemberNo
from shared.sync.messages import (
    CardHighWaterItem,
    FeedItem,
    MemberItem,
    MessageClosedItem,
    MessageItem,
    ProgrammeItem,
)
from shared.visit.journal import Print
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    START_MS,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    refusal,
    track,
    visit_id,
)

TODAY = date.fromisoformat(DAY)
PERSON = Person("高橋", "美智子", "タカハシ", "ミチコ", birthday="1965-02-03", memo="くるみアレルギー")


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


def register(bench: Bench, person: Person = PERSON) -> MemberNo:
    with bench.database.transaction() as session:
        return members.register(session, person, CARD, "1", DAY, START_MS)


def write(bench: Bench, text: str = "いつもありがとうございます") -> int:
    with bench.database.transaction() as session:
        return messages.write(session, Draft(CARD, text, 0, ""), 1, TODAY, START_MS, ALL).id


def told(terminal: Terminal, kind: type[FeedItem]) -> list[FeedItem]:
    return [entry.item for entry in terminal.pull().items if isinstance(entry.item, kind)]


def state(bench: Bench, message: int) -> tuple[str, str]:
    """The message's own state and its proof's kind."""
    with bench.database.reading() as session:
        (line,) = (line for line in messages.lines(session, TODAY, ALL) if line.message.id == message)
        return line.state, line.proof.kind if line.proof else ""


def printed(number: int, *ids: int, error: str = "", no_room: tuple[int, ...] = ()) -> Print:
    return Print(visit_id(number), 1, error, tuple(ids), no_room)


def test_a_new_terminal_gets_the_rules_and_every_member(bench: Bench, terminal: Terminal) -> None:
    member = register(bench)
    (rule,) = told(terminal, ProgrammeItem)
    assert isinstance(rule, ProgrammeItem)
    assert (rule.programme.version, rule.programme.redeem.points_min) == (1, 100)
    assert told(terminal, MemberItem) == [
        MemberItem(
            member,
            "高橋 美智子",
            "タカハシ ミチコ",
            "",
            "くるみアレルギー",
            0,
            "",
            "",
            "1965-02-03",
            (CARD,),
            balance=0,
            joined=DAY,
        )
    ]


def test_a_visit_freshens_the_member_and_the_high_water_mark(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    terminal.write(BOOT, intent(1, 1), commit(1), intent(2, 2), commit(2))
    terminal.push()
    (member,) = told(terminal, MemberItem)
    assert isinstance(member, MemberItem)
    assert (member.visits, member.last_visit, member.last_store) == (2, DAY, "駅前店")
    assert member.balance == 20
    assert told(terminal, CardHighWaterItem) == [CardHighWaterItem(CARD, 1, 2, track_hash(track(CARD, 1, 2)))]


def test_an_undecided_visit_is_not_told(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    terminal.write(BOOT, intent(1, 1))
    terminal.push()
    assert [item.seq for item in told(terminal, CardHighWaterItem)] == [0]  # the card as it was read
    (member,) = told(terminal, MemberItem)
    assert isinstance(member, MemberItem)
    assert member.visits == 0


def test_pages_end_where_the_next_begin(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    for _ in range(5):
        write(bench)
    whole = terminal.pull()
    pages, cursor = [], 0
    while True:
        page = terminal.pull(cursor, limit=2)
        pages.extend(page.items)
        cursor = page.next
        if not page.more:
            break
    assert pages == list(whole.items)
    assert [entry.number for entry in pages] == sorted({entry.number for entry in pages})
    assert terminal.pull(cursor).items == ()
    assert terminal.pull(cursor).next == cursor


def test_only_the_newest_state_of_a_thing_is_kept(bench: Bench, terminal: Terminal) -> None:
    number = register(bench)
    before = terminal.pull().next
    with bench.database.transaction() as session:
        member = members.find(session, number, ALL)
        assert member is not None
        members.change(session, member, Person("高橋", "道子"), START_MS)
    (entry,) = terminal.pull(before).items
    assert isinstance(entry.item, MemberItem)
    assert entry.item.name == "高橋 道子"
    assert len(told(terminal, MemberItem)) == 1


@pytest.mark.parametrize("query", ["cursor=-1", "cursor=x", "limit=ten", "cursor=" + "9" * 20])
def test_a_cursor_that_is_no_number_is_refused(terminal: Terminal, query: str) -> None:
    assert refusal(terminal.get(f"/v1/pull?{query}")).code == "sync.malformed"


def test_a_message_is_printed_once_with_its_proof_and_closed_everywhere(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    message = write(bench)
    assert told(terminal, MessageItem) == [MessageItem(message, CARD, "いつもありがとうございます", 0, "")]
    terminal.write(BOOT, intent(1, 1), commit(1), printed(1, message))
    terminal.push()
    assert state(bench, message) == ("printed", "printed")
    with bench.database.reading() as session:
        (line,) = messages.lines(session, TODAY, ALL)
        assert line.proof is not None
        assert (line.proof.visit, line.proof.terminal, line.proof.store) == (visit_id(1), 12, "1")
        assert line.proof.at_ms == terminal.events[3].wall_ms
    other = bench.terminal(13, "2")
    assert told(other, MessageItem) == []
    assert told(other, MessageClosedItem) == [MessageClosedItem(message)]


def test_a_failed_print_proves_nothing(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    message = write(bench)
    terminal.write(BOOT, intent(1, 1), commit(1), printed(1, message, error="device.card_rewriter.head"))
    terminal.push()
    assert state(bench, message) == ("waiting", "")


def test_a_message_without_room_waits_and_says_so_until_it_is_printed(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    message = write(bench)
    terminal.write(BOOT, intent(1, 1), commit(1), printed(1, no_room=(message,)))
    terminal.push()
    assert state(bench, message) == ("no_room", "no_room")
    terminal.write(intent(2, 2), commit(2), printed(2, message))
    terminal.push(first=5)
    assert state(bench, message) == ("printed", "printed")


def test_a_print_of_unknown_messages_harms_nothing(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, printed(1, 999), printed(1, 1 << 70), printed(1, *range(1, 40)))
    assert [wrong.seq for wrong in terminal.push().quarantined] == [3, 4]
    assert all_is_well(bench)


def test_a_withdrawn_message_is_closed_and_a_late_print_is_still_believed(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    message = write(bench)
    with bench.database.transaction() as session:
        row = messages.find(session, message, ALL)
        assert row is not None
        messages.withdraw(session, row, START_MS)
    assert told(terminal, MessageClosedItem) == [MessageClosedItem(message)]
    terminal.write(BOOT, intent(1, 1), commit(1), printed(1, message))
    terminal.push()
    assert state(bench, message) == ("printed", "printed")


def test_a_message_past_its_day_is_shown_as_expired(bench: Bench) -> None:
    register(bench)
    with bench.database.transaction() as session:
        messages.write(session, Draft(CARD, "今月だけ", 5, DAY), 1, TODAY, START_MS, ALL)
    with bench.database.reading() as session:
        assert [line.state for line in messages.lines(session, TODAY, ALL)] == ["waiting"]
        assert messages.waiting(session, TODAY, ALL) == 1
        later = date(2026, 11, 19)
        assert [line.state for line in messages.lines(session, later, ALL)] == ["expired"]
        assert messages.waiting(session, later, ALL) == 0


def test_messages_and_members_of_other_cards_stay_as_they_were(bench: Bench, terminal: Terminal) -> None:
    register(bench)
    before = terminal.pull().next
    terminal.write(BOOT, intent(1, 1, card=OTHER_CARD), commit(1))
    terminal.push()
    (entry,) = terminal.pull(before).items
    assert isinstance(entry.item, CardHighWaterItem)
    assert entry.item.card == OTHER_CARD
