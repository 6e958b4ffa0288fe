"""Sync carried by hand, with the real terminal store and the real head office: twice, in any order, cut off."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from server.cli import main as head_office_main
from server.feed import service as feed
from server.programs import service as programs
from server.sync import bundle as counterpart
from server.sync.models import JournalPage, JournalStream
from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sync.bundle import MANIFEST
from shared.sync.messages import CardDenyItem
from simulators.world.cut import Fuse, FusedStore, PowerCut
from terminal.app.bundle import main as terminal_main
from terminal.app.bundle import read_file, write_folder
from terminal.app.identity import Counter, Signer, write_identity
from terminal.app.store import Outbox
from terminal.app.store.opening import open_journal
from terminal.app.sync.carrying import read_answer, take_answer
from tests.contract.bundle_bench import CARD, TERMINAL, Shop
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import START_MS


@pytest.fixture
def shop(sqlite_offices: Offices, tmp_path: Path) -> Iterator[Shop]:
    place = tmp_path / "terminal"
    place.mkdir()
    with sqlite_offices() as office:
        yield Shop(office, place)


def test_a_journal_goes_out_and_acknowledgements_keys_and_feed_come_back(shop: Shop) -> None:
    shop.trade(3)
    shop.trade(2)
    shop.publish(1, 2)
    request = shop.export()
    assert sorted(file.name for file in request.iterdir()) == ["0001.json", "0002.json", "0003.json", MANIFEST]
    assert shop.carry(request) == counterpart.Taken(TERMINAL, 12, ())
    assert shop.points() == 75
    shop.clock.wall_ms += 60_000
    said = shop.take_in(shop.answer(request))
    assert said == "本部の返事を取り込みました（1 ページ）。本部にまだない記録は 0 件です。"
    with shop.boot() as store:
        assert [one.number for one in store.look_up(CARD).adjustments] == [1, 2]
        assert store.programme().version == 1
        assert store.synced_ms() == shop.office.now_ms  # as old as the answer
        assert store.unsent() == 1  # the boot itself
        note = store.office_note()
        assert note is not None
        assert note.kid == shop.identity.kid


def test_the_next_folder_holds_only_what_is_new(shop: Shop) -> None:
    shop.trade(3)
    first = shop.export()
    shop.carry(first)
    shop.take_in(shop.answer(first))
    shop.trade()
    shop.publish(3)
    second = shop.export()
    assert shop.carry(second).events == 3
    answer = shop.answer(second)
    assert len(list(answer.iterdir())) == 3
    shop.take_in(answer)
    assert shop.points() == 60


def test_a_long_journal_and_a_long_feed_take_several_files(shop: Shop) -> None:
    with shop.boot() as store:
        for turn in range(600):
            store.record_seen(f"{turn:069d}", "card.foreign")
    with shop.office.database.transaction() as session:
        feed.publish(session, {f"deny:{n}": CardDenyItem(make_card_no(n), "stopped") for n in range(1_500)}, START_MS)
    request = shop.export()
    assert len(list(request.iterdir())) == 4  # hello, 500 and 101 events, manifest
    assert shop.carry(request).events == 601
    answer = shop.answer(request)
    assert len(list(answer.iterdir())) == 4  # welcome, two pages, manifest
    shop.take_in(answer)
    with shop.boot() as store:
        assert store.look_up(make_card_no(1_499)).denied == "stopped"


def test_ten_folders_in_any_order_and_twice_change_as_much_as_one(shop: Shop) -> None:
    requests = []
    for number in range(1, 11):
        shop.trade()
        requests.append(shop.export())
        shop.publish(number)
    dice = random.Random(10)
    for _ in range(2):
        dice.shuffle(requests)
        assert [shop.carry(request).refused for request in requests] == [()] * 10
    assert (shop.stored(), shop.points()) == (30, 150)
    books = shop.office.books()
    shop.carry(requests[0])
    assert shop.office.books() == books
    answers = [shop.answer(request) for request in requests]
    for _ in range(2):
        dice.shuffle(answers)
        for answer in answers:
            shop.take_in(answer)
    known = shop.known()
    shop.take_in(answers[0])
    assert shop.known() == known
    with shop.boot() as store:
        assert [one.number for one in store.look_up(CARD).adjustments] == list(range(1, 11))
        assert store.unsent() == 1


def test_an_answer_that_is_older_than_what_was_read_since_takes_nothing_back(shop: Shop) -> None:
    shop.trade()
    request = shop.export()
    shop.carry(request)
    shop.publish(1)
    early = shop.answer(request)
    shop.publish(2)
    late = shop.answer(request)
    shop.take_in(late)
    known = shop.known()
    shop.take_in(early)
    assert shop.known() == known


def test_an_answer_whose_predecessor_was_never_taken_in_is_refused(shop: Shop) -> None:
    shop.trade()
    shop.publish(1)
    shop.take_in(shop.answer(shop.export()))
    shop.publish(2)
    second = shop.answer(shop.export())
    with shop.boot() as store, store.transaction() as db:
        db.execute("UPDATE cursor SET cursor = 0")
    with pytest.raises(EnishiError, match=r"sync\.bundle_gap"):
        shop.take_in(second)
    with shop.boot() as store:
        assert store.feed_position()[1] == 0


# --- cuts ---------------------------------------------------------------------------------------------------------


def test_a_cut_at_any_point_of_taking_in_is_healed_by_taking_in_again(shop: Shop, tmp_path: Path) -> None:
    shop.trade(2)
    request = shop.export()
    shop.carry(request)
    with shop.office.database.transaction() as session:
        feed.publish(session, {f"deny:{n}": CardDenyItem(make_card_no(n), "stopped") for n in range(1_200)}, START_MS)
        programs.enact(session, programs.template("bakery"), START_MS)
    folder = shop.answer(request)
    fresh = tmp_path / "fresh"
    shutil.copytree(shop.place, fresh)

    def take(fuse: Fuse) -> None:
        path, name = shop.config.journal, TERMINAL.to_bytes(2, "big") + bytes(8)
        store = FusedStore(open_journal(path, 0), path, name, shop.clock)
        store.fuse = fuse
        outbox, signer = Outbox(path), Signer(shop.identity, name, Counter(), store.office_note())
        try:
            answer = read_answer(lambda name, limit: read_file(folder / name, limit), signer, TERMINAL)
            take_answer(store, outbox, answer, signer)
        finally:
            outbox.close()
            store.close()

    take(Fuse())
    whole = shop.known()
    cuts = 0
    while True:
        shutil.rmtree(shop.place)
        shutil.copytree(fresh, shop.place)
        fuse = Fuse()
        fuse.left = cuts
        try:
            take(fuse)
        except PowerCut:
            take(Fuse())
            assert shop.known() == whole
            cuts += 1
            continue
        break
    assert cuts >= 9  # three points at each of the acknowledgement, the note, two pages, the end


def test_a_folder_is_there_whole_or_not_at_all(shop: Shop) -> None:
    shop.trade()
    folder = shop.place / "stick"

    def torn() -> Iterator[tuple[str, bytes]]:
        yield "0001.json", b"x"
        raise PowerCut

    for write in (write_folder, counterpart.write_folder):
        with pytest.raises(PowerCut):
            write(folder, torn())
        assert not folder.exists()
        write(folder, iter([("0002.json", b"y")]))
        assert [file.name for file in folder.iterdir()] == ["0002.json"]
        with pytest.raises(EnishiError, match=r"sync\.bundle_exists"):
            write(folder, iter([]))
        shutil.rmtree(folder)


def test_a_stick_that_cannot_be_written_is_named(shop: Shop) -> None:
    shop.trade()
    for write in (write_folder, counterpart.write_folder):
        with pytest.raises(EnishiError, match=r"sync\.bundle_file"):
            write(shop.config.journal / "x", iter([("0001.json", b"x")]))


# --- the command lines --------------------------------------------------------------------------------------------


def test_the_command_lines_carry_a_journal_out_and_an_answer_back(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.trade(2)
    write_identity(shop.place / "identity.json", shop.identity)
    given = [f"--set=terminal.identity_file={shop.place}/identity.json", f"--set=terminal.data_dir={shop.place}"]
    out, back, data = shop.place / "out", shop.place / "back", f"--data={shop.office.settings.data_dir}"
    assert terminal_main(["export", str(out), *given], {}) == 0
    assert head_office_main(["bundle", "import", str(out), data]) == 0
    assert head_office_main(["bundle", "export", str(out), "--out", str(back), data]) == 0
    assert terminal_main(["import", str(back), *given], {}) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"記録 5 件を {out} に書きました。本部で取り込んでください。",
        "端末 12 の記録 5 件を取り込みました。",
        f"端末 12 への返事を {back} に書きました。",
        "本部の返事を取り込みました（1 ページ）。本部にまだない記録は 0 件です。",
    ]
    assert terminal_main(["import", str(out), *given], {}) == 2
    assert head_office_main(["bundle", "import", str(back), data]) == 2
    assert head_office_main(["bundle", "export", str(out), data]) == 2
    assert terminal_main(["export", str(out), *given], {}) == 2
    said = capsys.readouterr().err
    assert said.count("sync.bundle_foreign") == 1  # the terminal's own line names the code
    assert "もう何かが入っています" in said
    assert (shop.stored(), shop.points()) == (5, 30)


def test_a_journal_that_is_not_there_is_not_invented(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    write_identity(shop.place / "identity.json", shop.identity)
    given = [f"--set=terminal.identity_file={shop.place}/identity.json", f"--set=terminal.data_dir={shop.place}"]
    assert terminal_main(["export", str(shop.place / "out"), *given], {}) == 2
    assert "sync.bundle_file" in capsys.readouterr().err
    assert [file.name for file in shop.place.iterdir()] == ["identity.json"]


def test_pushes_that_head_office_cannot_store_are_told_and_do_not_stop_the_others(shop: Shop) -> None:
    shop.trade()
    shop.carry(shop.export())
    shop.trade()
    with shop.boot() as store:
        first = store.stream[:2] + (1).to_bytes(8, "big")
        store.acknowledge(first, 2, 0)
        request = shop.export()
    with shop.office.database.transaction() as session:  # restored from a backup that lacks all of it
        session.execute(delete(JournalPage))
        session.execute(update(JournalStream).values(head_seq=0, head_hash=bytes(32)))
    taken = shop.carry(request)
    assert (taken.events, taken.refused) == (4, ("sync.gap",))
