"""Streams: what changed is told once to who asked for it, and there are never more streams than the server can bear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.database import Database
from server.web.feature import Pulse
from server.web.live import BUSY, LIFE_S, PERSON_STREAMS_MAX, STREAMS_MAX, Board, Seat


class Office:
    """A board whose topics and clock a test moves."""

    def __init__(self, folder: Path) -> None:
        self.stamps = {"visits": 0, "jobs": 0}
        self.now = 1000.0
        self.looks = self.people = 0
        pulses = {name: Pulse(lambda _session, name=name: self._stamp(name), 1.0) for name in self.stamps}
        pulses["slow"] = Pulse(lambda _session: self.now, 10.0)
        self.board = Board(Database(f"sqlite:///{folder / 'live.sqlite'}"), pulses, lambda: self.now)
        self.board.look()

    def _stamp(self, name: str) -> int:
        self.looks += 1
        return self.stamps[name]

    def change(self, *names: str) -> None:
        for name in names:
            self.stamps[name] += 1
        self.now += 1
        self.board.look()

    def stream(self, *topics: str, last: str = "") -> Iterator[bytes]:
        return self.board.events(self.seat(), frozenset(topics), last, heartbeat_s=0.001)

    def seat(self) -> Seat:
        self.people += 1
        seat = self.board.enter(self.people)
        assert seat is not None
        return seat


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.board.close()


def told(stream: Iterator[bytes]) -> list[str]:
    """The topics of the next event or heartbeat."""
    return [line.removeprefix("data: ") for line in next(stream).decode().splitlines() if line.startswith("data: ")]


def last_id(event: bytes) -> str:
    return next(line.removeprefix("id: ") for line in event.decode().splitlines() if line.startswith("id: "))


def test_only_the_topics_asked_for_are_told_and_each_change_once(office: Office) -> None:
    stream = office.stream("visits", "nothing")
    assert b"retry: " in next(stream)
    assert told(stream) == []
    office.change("jobs")
    assert told(stream) == []
    office.change("visits")
    assert told(stream) == ["visits"]
    assert told(stream) == []


def test_several_changes_at_once_are_several_events(office: Office) -> None:
    stream = office.stream("visits", "jobs")
    next(stream)
    office.change("visits", "jobs")
    assert [told(stream), told(stream), told(stream)] == [["jobs"], ["visits"], []]


def test_who_comes_back_is_told_what_was_missed(office: Office) -> None:
    began = last_id(next(office.stream("visits")))
    office.change("visits")
    office.change("jobs")
    again = office.stream("visits", "jobs", last=began)
    next(again)
    assert [told(again), told(again), told(again)] == [["jobs"], ["visits"], []]


@pytest.mark.parametrize("last", ["other.3", "x", ".", "9" * 40, "other.-1", "١.١", "\0"])
def test_who_comes_from_another_process_asks_for_everything_again(office: Office, last: str) -> None:
    office.change("visits")
    stream = office.stream("visits", last=last)
    next(stream)
    assert told(stream) == ["visits"]


def test_a_number_from_the_future_is_no_more_than_now(office: Office) -> None:
    name = last_id(next(office.stream("visits"))).partition(".")[0]
    stream = office.stream("visits", last=f"{name}.999999999")
    next(stream)
    office.change("visits")
    assert told(stream) == ["visits"]


def test_a_topic_is_looked_at_no_more_often_than_it_says(office: Office) -> None:
    stream = office.stream("slow")
    next(stream)
    for _ in range(9):
        office.change()
        assert told(stream) == []
    office.change()
    assert told(stream) == ["slow"]


def test_nothing_is_asked_before_its_time(office: Office) -> None:
    before = office.looks
    office.board.look()
    assert office.looks == before


def test_a_stream_ends_after_its_life_and_when_the_server_ends(office: Office) -> None:
    old, young = office.stream("visits"), office.stream("visits")
    next(old)
    office.now += LIFE_S + 1
    assert list(old) == []
    next(young)
    office.board.close()
    assert list(young) == []


def test_there_are_never_more_streams_than_the_server_can_bear(office: Office) -> None:
    board = office.board
    seats = [board.enter(person) for person in range(STREAMS_MAX)]
    assert None not in seats
    assert board.enter(99) is None
    assert board.streams == STREAMS_MAX
    assert seats[3] is not None
    board.leave(seats[3])
    assert board.enter(99) is not None


def test_the_oldest_stream_of_a_person_gives_way_and_is_told_so(office: Office) -> None:
    board = office.board
    old, *others = [board.enter(1) for _ in range(PERSON_STREAMS_MAX)]
    assert old is not None
    stream = board.events(old, frozenset({"visits"}), "", heartbeat_s=60)
    next(stream)
    new = board.enter(1)
    assert list(stream) == [BUSY]
    board.leave(old)
    assert board.streams == PERSON_STREAMS_MAX
    for seat in (new, *others):
        assert seat is not None
        board.leave(seat)
    assert board.streams == 0


def test_the_watcher_tells_a_waiting_stream(office: Office) -> None:
    stream = office.board.events(office.seat(), frozenset({"visits"}), "", heartbeat_s=60)
    next(stream)
    office.stamps["visits"] += 1
    office.now += 2
    assert told(stream) == ["visits"]
