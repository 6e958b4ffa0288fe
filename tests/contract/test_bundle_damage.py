"""Sync carried by hand: what a stick loses or somebody changes is refused by name, and nothing of it is taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from server.feed.models import FeedState
from server.terminals import service as terminals
from shared.errors import EnishiError
from shared.sync.bundle import ANSWER, FILE_BYTES_MAX, MANIFEST, REQUEST, Envelope, Manifest, read_folder
from shared.sync.bundle import folder as folder_files
from terminal.app.bundle import read_file, write_folder
from terminal.app.config import TerminalConfig
from tests.contract.bundle_bench import TERMINAL, Shop
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import START_MS


@pytest.fixture
def shop(sqlite_offices: Offices, tmp_path: Path) -> Iterator[Shop]:
    place = tmp_path / "terminal"
    place.mkdir()
    with sqlite_offices() as office:
        yield Shop(office, place)


# --- damage -------------------------------------------------------------------------------------------------------


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit": lambda file: file.write_bytes(flipped(file.read_bytes())),
    "the end": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "all": lambda file: file.write_bytes(b""),
    "the file": lambda file: file.unlink(),
    "its size": lambda file: file.write_bytes(file.read_bytes() + b" " * (FILE_BYTES_MAX + 1)),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", [MANIFEST, "0001.json", "0002.json"])
@pytest.mark.parametrize("way", [REQUEST, ANSWER])
def test_a_folder_that_was_damaged_is_refused_and_changes_nothing(shop: Shop, way: str, name: str, damage: str) -> None:
    shop.trade()
    request = shop.export()
    answer = shop.answer(request)
    before = (shop.stored(), shop.known())
    DAMAGE[damage]((request if way == REQUEST else answer) / name)
    with pytest.raises(EnishiError, match=r"sync\.bundle_(damaged|foreign|file)"):
        shop.carry(request) if way == REQUEST else shop.take_in(answer)
    assert (shop.stored(), shop.known()) == before


def forged(folder: Path, way: str, place: int, **changed: object) -> None:
    """Somebody changes an envelope and writes a manifest that fits it."""
    terminal, envelopes = read_folder(way, lambda name, limit: read_file(folder / name, limit))
    altered = list(envelopes)
    altered[place] = msgspec.structs.replace(altered[place], **changed)
    for name, content in folder_files(way, terminal, altered):
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("way", "place", "changed"),
    [
        (REQUEST, 0, {"kind": "push"}),
        (REQUEST, 0, {"counter": 9}),
        (REQUEST, 0, {"stream": (12).to_bytes(2, "big") + bytes(8)}),
        (REQUEST, 1, {"signature": bytes(64)}),
        (REQUEST, 1, {"body": b"{}"}),
        (ANSWER, 0, {"kind": "page"}),
        (ANSWER, 0, {"counter": 9}),
        (ANSWER, 1, {"signature": bytes(64)}),
        (ANSWER, 1, {"body": b"{}"}),
    ],
)
def test_a_folder_that_somebody_changed_is_refused_and_changes_nothing(
    shop: Shop, way: str, place: int, changed: dict[str, object]
) -> None:
    shop.trade()
    request = shop.export()
    answer = shop.answer(request)
    before = (shop.stored(), shop.known())
    forged(request if way == REQUEST else answer, way, place, **changed)
    with pytest.raises(EnishiError, match=r"sync\.(signature|not_head_office)"):
        shop.carry(request) if way == REQUEST else shop.take_in(answer)
    assert (shop.stored(), shop.known()) == before


def test_parts_of_two_folders_make_no_third(shop: Shop) -> None:
    shop.trade()
    first, second = shop.export(), shop.export()
    read = [read_folder(REQUEST, lambda name, limit, at=at: read_file(at / name, limit))[1] for at in (first, second)]
    mixed: list[Envelope] = [read[0][0], read[1][1]]
    folder = shop.place / "mixed"
    write_folder(folder, folder_files(REQUEST, TERMINAL, mixed))
    with pytest.raises(EnishiError, match=r"sync\.bundle_foreign"):
        shop.carry(folder)


def test_a_folder_that_is_meant_for_somebody_else_is_refused(shop: Shop) -> None:
    shop.trade()
    request = shop.export()
    answer = shop.answer(request)
    for attempt in (lambda: shop.carry(answer), lambda: shop.take_in(request), lambda: shop.carry(shop.place / "none")):
        with pytest.raises(EnishiError, match=r"sync\.bundle_(foreign|file)"):
            attempt()
    other = msgspec.structs.replace(shop.identity, terminal=13)
    shop.config = TerminalConfig(terminal=shop.config.terminal, identity=other)
    with pytest.raises(EnishiError, match=r"sync\.bundle_foreign"):
        shop.take_in(answer)
    manifest = msgspec.json.decode((request / MANIFEST).read_bytes(), type=Manifest)
    wrong = msgspec.structs.replace(manifest, terminal=13)
    (request / MANIFEST).write_bytes(msgspec.json.encode(wrong))
    with pytest.raises(EnishiError, match=r"sync\.bundle_foreign"):
        shop.carry(request)


def test_an_answer_of_another_head_office_is_refused(shop: Shop) -> None:
    shop.trade()
    answer = shop.answer(shop.export())
    stranger = msgspec.structs.replace(shop.identity, office_key=bytes(shop.vault.signer.generate().verify_key))
    shop.config = TerminalConfig(terminal=shop.config.terminal, identity=stranger)
    with pytest.raises(EnishiError, match=r"sync\.not_head_office"):
        shop.take_in(answer)


def test_a_stopped_terminal_is_neither_heard_nor_answered(shop: Shop) -> None:
    shop.trade()
    request = shop.export()
    with shop.office.database.transaction() as session:
        row = terminals.recognise(session, TERMINAL)
        terminals.revoke(session, row, START_MS)
    with pytest.raises(EnishiError, match=r"sync\.revoked"):
        shop.carry(request)
    assert shop.stored() == 0


def test_an_answer_from_before_a_restoration_is_refused_and_one_after_it_brings_all_again(shop: Shop) -> None:
    shop.trade()
    first = shop.export()
    shop.carry(first)
    early = shop.answer(first)
    with shop.office.database.transaction() as session:
        state = session.scalars(select(FeedState)).one()
        state.server_epoch, state.epoch = state.server_epoch + 1, state.epoch + 1
    shop.take_in(shop.answer(first))
    with pytest.raises(EnishiError, match=r"sync\.bundle_older"):
        shop.take_in(early)
