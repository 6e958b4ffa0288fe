"""Accounts, sessions, throttling and one-time links, on a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.staff import service
from server.staff.service import Identity, SessionLimits
from shared.errors import EnishiError
from tests.contract.head_office_bench import LOGIN, PASSWORD, START_MS, Bench

HOME, AWAY = "192.0.2.1", "192.0.2.2"
LIMITS = SessionLimits(idle_ms=900_000, absolute_ms=36_000_000)
MINUTE_MS = 60_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


def attempt(bench: Bench, login: str = LOGIN, address: str = HOME, now_ms: int = START_MS) -> service.Attempt:
    with bench.database.reading() as session:
        return service.load_attempt(session, login, address, now_ms)


def fail(bench: Bench, times: int, login: str = LOGIN, address: str = HOME) -> None:
    for _ in range(times):
        with bench.database.transaction() as session:
            service.record_failure(session, login, address, START_MS)


def enter(bench: Bench) -> tuple[Identity, str]:
    identity = attempt(bench).staff
    assert identity is not None
    with bench.database.transaction() as session:
        return identity, service.open_session(session, identity, LOGIN, HOME, START_MS)


def whose(bench: Bench, token: str, now_ms: int) -> Identity | None:
    with bench.database.reading() as session:
        seat = service.resume(session, token, LIMITS, now_ms)
    return seat.identity if seat is not None else None


def test_the_right_password_opens_and_another_does_not(bench: Bench) -> None:
    assert service.is_password(attempt(bench), PASSWORD)
    assert not service.is_password(attempt(bench), PASSWORD + "x")
    assert not service.is_password(attempt(bench), "")


def test_width_and_case_of_the_account_name_do_not_matter(bench: Bench) -> None:
    assert attempt(bench, "ＨＯＮＢＵ ").staff is not None


def test_an_unknown_account_costs_the_same_work_and_opens_nothing(bench: Bench) -> None:
    unknown = attempt(bench, "nobody")
    assert unknown.staff is None
    assert unknown.password_hash.startswith("$argon2id$")
    assert not service.is_password(unknown, PASSWORD)


def test_five_failures_block_this_account_from_this_address_for_a_while(bench: Bench) -> None:
    fail(bench, service.FAILURES_MAX)
    assert attempt(bench).blocked
    assert not attempt(bench, address=AWAY).blocked
    assert not attempt(bench, login="other").blocked
    assert not attempt(bench, now_ms=START_MS + service.FAILURE_WINDOW_MS).blocked


def test_many_accounts_tried_from_one_address_block_the_address(bench: Bench) -> None:
    for number in range(service.ADDRESS_FAILURES_MAX):
        fail(bench, 1, login=f"guess{number}")
    assert attempt(bench).blocked
    assert not attempt(bench, address=AWAY).blocked


def test_signing_in_forgets_the_failures(bench: Bench) -> None:
    fail(bench, service.FAILURES_MAX - 1)
    enter(bench)
    fail(bench, 1)
    assert not attempt(bench).blocked


def test_a_session_ends_by_idleness_by_age_and_by_signing_out(bench: Bench) -> None:
    identity, token = enter(bench)
    assert whose(bench, token, START_MS + LIMITS.idle_ms - 1) == identity
    assert whose(bench, token, START_MS + LIMITS.idle_ms) is None
    for minutes in range(10, 700, 10):
        with bench.database.transaction() as session:
            service.touch(session, token, START_MS + minutes * MINUTE_MS)
    assert whose(bench, token, START_MS + LIMITS.absolute_ms - 1) == identity
    assert whose(bench, token, START_MS + LIMITS.absolute_ms) is None
    with bench.database.transaction() as session:
        service.close_session(session, token)
    assert whose(bench, token, START_MS) is None


def test_no_two_sessions_share_a_token_and_no_token_is_stored(bench: Bench) -> None:
    first, second = enter(bench)[1], enter(bench)[1]
    assert first != second
    assert first.encode() not in (bench.folder / "enishi.sqlite").read_bytes()


def test_a_setup_link_works_once_and_for_a_day(bench: Bench) -> None:
    with bench.database.transaction() as session:
        token = service.make_setup_link(session, START_MS)
        assert service.is_open_link(session, token, START_MS + service.LINK_LIFE_MS - 1)
        assert not service.is_open_link(session, token, START_MS + service.LINK_LIFE_MS)
        assert not service.is_open_link(session, "guess", START_MS)
        service.use_setup_link(session, token, "second", "二人目", "hash", START_MS)
    with pytest.raises(EnishiError, match=r"server\.setup_link"), bench.database.transaction() as session:
        service.use_setup_link(session, token, "third", "三人目", "hash", START_MS)


def test_a_newer_link_voids_the_older(bench: Bench) -> None:
    with bench.database.transaction() as session:
        older = service.make_setup_link(session, START_MS)
        service.make_setup_link(session, START_MS)
        assert not service.is_open_link(session, older, START_MS)


@pytest.mark.parametrize(
    ("login", "name", "code"),
    [
        ("", "名", "input.login"),
        ("x" * 65, "名", "input.login"),
        (LOGIN, "名", "input.login_taken"),
        ("a", " ", "input.staff_name"),
    ],
)
def test_an_account_needs_a_name_of_its_own(bench: Bench, login: str, name: str, code: str) -> None:
    with bench.database.transaction() as session:
        token = service.make_setup_link(session, START_MS)
    with pytest.raises(EnishiError) as caught, bench.database.transaction() as session:
        service.use_setup_link(session, token, login, name, "hash", START_MS)
    assert caught.value.code == code


@pytest.mark.parametrize(("length", "code"), [(11, "input.password_short"), (201, "input.password_long")])
def test_passwords_have_a_length(length: int, code: str) -> None:
    with pytest.raises(EnishiError) as caught:
        service.hash_password("あ" * length)
    assert caught.value.code == code
