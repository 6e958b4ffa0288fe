"""Who serves: a PIN names one person, terminals hold only its hash, whoever leaves is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Settings
from server.db.database import Database
from server.feed import service as feed
from server.setup import prepare
from server.shop import service as shop
from server.staff import commands, counter, service
from server.staff.models import Staff
from shared.errors import EnishiError
from shared.sync.messages import StaffItem
from shared.sync.pin import pin_mark

NOW_MS = 1_795_000_000_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = prepare(Settings(data_dir=tmp_path / "office"))
    yield database
    database.close()


def items(database: Database) -> list[StaffItem]:
    with database.reading() as session:
        return [one.item for one in feed.pull(session, 0, 100).items if isinstance(one.item, StaffItem)]


def test_a_pin_travels_as_its_hash_under_the_chains_salt(database: Database) -> None:
    with database.transaction() as session:
        number = counter.add(session, "佐藤", "leader", NOW_MS).id
        assert counter.set_pin(session, number, "4711", NOW_MS) == "4711"
        salt = shop.pin_salt(session, NOW_MS)
    assert items(database) == [StaffItem(number, "佐藤", "leader", pin_mark("4711", salt.hex()))]


def test_whoever_serves_only_cannot_sign_in(database: Database) -> None:
    with database.transaction() as session:
        person = counter.add(session, "佐藤", "staff", NOW_MS)
        attempt = service.load_attempt(session, person.login, "127.0.0.1", NOW_MS)
    assert not service.is_password(attempt, "")


def test_two_people_never_have_the_same_pin(database: Database) -> None:
    with database.transaction() as session:
        one, other = (counter.add(session, name, "staff", NOW_MS).id for name in ("佐藤", "鈴木"))
        counter.set_pin(session, one, "1234", NOW_MS)
        with pytest.raises(EnishiError, match=r"staff\.pin_taken"):
            counter.set_pin(session, other, "1234", NOW_MS)
        made = counter.set_pin(session, other, "", NOW_MS)
        assert made.isdigit()
        assert len(made) == counter.MADE_DIGITS


def test_whoever_leaves_loses_the_pin_everywhere(database: Database) -> None:
    with database.transaction() as session:
        number = counter.add(session, "佐藤", "staff", NOW_MS).id
        counter.set_pin(session, number, "1234", NOW_MS)
        counter.leave(session, number, NOW_MS)
    assert [item.pin for item in items(database)] == [""]


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        ("add", ("", "staff", ""), "input.staff_name"),
        ("add", ("佐藤", "boss", ""), "staff.role"),
        ("add", ("佐藤", "staff", "12"), "staff.pin"),
        ("add", ("佐藤", "staff", "１２３４"), "staff.pin"),
        ("pin", ("", "staff", "1234"), "staff.unknown"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    database: Database, action: str, given: tuple[str, str, str], code: str
) -> None:
    with pytest.raises(EnishiError, match=code.replace(".", r"\.")), database.transaction() as session:
        list(commands.run(session, action, 99, *given, NOW_MS))


def test_the_command_says_what_it_did(database: Database) -> None:
    with database.transaction() as session:
        (added,) = commands.run(session, "add", 0, "佐藤", "staff", "1234", NOW_MS)
        assert added.endswith("佐藤: added, PIN 1234")
        number = session.query(Staff.id).scalar()
        assert list(commands.run(session, "role", number, "", "manager", "", NOW_MS)) == [f"{number:>5}  role manager"]
        (listed,) = commands.run(session, "list", 0, "", "", "", NOW_MS)
        assert listed.split() == [str(number), "manager", "PIN", "佐藤"]
