"""The encrypted journal: the same promises under the other engine, a clear file turned into it, nothing readable."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from nacl.public import SealedBox
from nacl.signing import SigningKey

from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import TerminalId, make_card_no
from shared.sync.chain import decode_body
from shared.sync.holder import Holder, opened_holder
from shared.sync.messages import FeedEntry, MemberItem, MessageItem, Pull
from shared.visit.journal import Enrol, How, Intent, Newcomer
from terminal.app.log import stream_log
from terminal.app.store import Outbox, Store, encrypting
from terminal.app.store.chain_check import check_chain
from terminal.app.store.engine import PAGE_BYTES, CipherEngine, cipher, is_plain
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import SETTINGS, examine, reading
from terminal.app.store.rebuild import rebuild
from terminal.app.store.schema import SCHEMA, applied, migrate

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
KEY = bytes(range(32))
CARD = make_card_no(7)
KILLS = 10


@pytest.fixture(scope="module")
def engine() -> CipherEngine:
    return cipher(KEY)


def visit(store: Store, intend: Intend, seq: int) -> Intent:
    intent = intend(store, seq=seq)
    store.commit(intent.visit, How.VERIFIED)
    return intent


def test_a_whole_life_goes_through_the_encrypted_journal(
    boot: Boot, intend: Intend, path: Path, engine: CipherEngine
) -> None:
    first = boot(engine=engine)
    visit(first, intend, 1)
    read = {name: first._db.execute(f"PRAGMA {name}").fetchone()[0] for name, _, _ in SETTINGS}
    assert (read["journal_mode"], read["synchronous"]) == ("wal", 2)
    outbox = Outbox(path, engine)
    (head,) = outbox.heads()
    assert head.seq == 3
    outbox.close()
    first.close()
    second = boot(engine=engine)
    assert second.visits_today(date(2026, 9, 21)) == 1
    with reading(path, engine) as db:
        assert check_chain(db).events == 4
    assert not is_plain(path)


def test_every_migration_runs_under_the_other_engine(tmp_path: Path, engine: CipherEngine) -> None:
    names = [name for name, _ in SCHEMA]
    for number, name in enumerate([*names[1:], None]):
        with closing(engine.connect(tmp_path / str(number))) as db:
            migrate(db, stop_before=name)
            migrate(db)
            assert applied(db) == names


def test_a_refused_statement_is_named_alike(boot: Boot, intend: Intend, engine: CipherEngine) -> None:
    store = boot(engine=engine)
    intent = visit(store, intend, 1)
    with pytest.raises(EnishiError, match=r"store\.visit_exists"):
        store.intend(intent)
    store._db.execute("PRAGMA query_only = ON")
    with pytest.raises(EnishiError, match=r"store\.read_only"):
        store.record_seen("x", "card.foreign")


def test_a_wrong_key_is_named_and_the_file_kept(
    boot: Boot, path: Path, engine: CipherEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    boot(engine=engine).close()
    before = path.read_bytes()
    with pytest.raises(EnishiError, match=r"store\.wrong_key"):
        boot(engine=cipher(bytes(32)))
    with pytest.raises(EnishiError, match=r"store\.wrong_key"):
        boot()  # the setting with the key is gone
    assert path.read_bytes() == before
    assert capfd.readouterr().err == ""


def test_a_damaged_page_of_an_encrypted_journal_is_found(
    boot: Boot, intend: Intend, path: Path, engine: CipherEngine
) -> None:
    store = boot(engine=engine)
    for seq in range(1, 60):
        visit(store, intend, seq)
    store.close()
    content = bytearray(path.read_bytes())
    content[9 * PAGE_BYTES + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(EnishiError, match=r"store\.(corrupt|chain_broken|wrong_key)"):
        boot(engine=engine)
    assert path.read_bytes() == bytes(content)


def test_a_cipher_that_is_not_installed_is_named() -> None:
    with pytest.raises(EnishiError, match=r"store\.no_cipher"):
        cipher(KEY, "no_such_cipher")


def test_a_plain_sqlite_in_the_ciphers_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnishiError, match=r"store\.no_cipher"):
        cipher(KEY, "sqlite3").connect(tmp_path / "journal.db")


def test_the_key_is_not_in_the_engines_words(engine: CipherEngine) -> None:
    assert KEY.hex() not in repr(engine)
    assert str(KEY) not in repr(engine)


# --- a journal in clear gets a key -----------------------------------------------------------------------------------


def test_a_clear_journal_is_encrypted_at_its_first_start_with_a_key(
    boot: Boot, intend: Intend, path: Path, engine: CipherEngine
) -> None:
    first = boot()
    doubtful = intend(first)
    first.close()
    assert is_plain(path)
    second = boot(engine=engine)
    assert [found.intent for found in second.open_visits()] == [doubtful]
    assert not is_plain(path)
    assert sorted(left.name for left in path.parent.iterdir()) == ["journal.db", "journal.db-shm", "journal.db-wal"]
    assert path.stat().st_mode & 0o077 == 0
    second.close()
    with reading(path, engine) as db:
        examine(db)


def test_a_log_that_was_never_folded_in_is_encrypted_as_well(
    boot: Boot, intend: Intend, path: Path, engine: CipherEngine, tmp_path: Path
) -> None:
    first = boot()
    visit(first, intend, 1)
    after_a_cut = tmp_path / "after"
    after_a_cut.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(path.with_name(path.name + suffix), after_a_cut)
    here = after_a_cut / path.name
    second = Unwarmed.open(here, TerminalId(12), b"a second", "1", FixedClock(), engine=engine)
    assert second.visits_today(date(2026, 9, 21)) == 1
    second.close()
    assert [left.name for left in after_a_cut.iterdir()] == ["journal.db"]


def test_a_damaged_clear_journal_is_left_alone(boot: Boot, intend: Intend, path: Path, engine: CipherEngine) -> None:
    visit(boot(), intend, 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET body = x'7b7d' WHERE seq = 2")
    with pytest.raises(EnishiError, match=r"store\.chain_broken"):
        boot(engine=engine)
    assert is_plain(path)


@pytest.mark.parametrize("steps", range(5))
def test_a_cut_between_any_two_steps_is_made_up_for(
    boot: Boot, intend: Intend, path: Path, engine: CipherEngine, steps: int
) -> None:
    first = boot()
    visit(first, intend, 1)
    first.close()
    if steps == 0:
        path.with_name("journal.db.sealed").write_bytes(b"half a copy")
    if steps >= 1:
        encrypting.seal(path, engine, examine)
    if steps == 2:
        os.link(path, path.with_name("journal.db.plain"))
    if steps >= 3:
        encrypting.exchange(path)
    if steps == 4:
        path.with_name("journal.db.plain").write_bytes(b"half overwritten")
    second = boot(engine=engine)
    assert second.visits_today(date(2026, 9, 21)) == 1
    second.close()
    with reading(path, engine) as db:
        check_chain(db)
    assert not [left.name for left in path.parent.iterdir() if left.name.endswith((".plain", ".sealed"))]
    assert not is_plain(path)


def test_the_old_file_is_overwritten_and_not_only_unlinked(
    boot: Boot, path: Path, engine: CipherEngine, tmp_path: Path
) -> None:
    boot().close()
    encrypting.seal(path, engine, examine)
    encrypting.exchange(path)
    os.link(path.with_name("journal.db.plain"), tmp_path / "what the medium keeps")
    encrypting.shred_leftovers(path)
    assert set((tmp_path / "what the medium keeps").read_bytes()) == {0}


class FixedClock:
    def now(self) -> Now:
        return Now(1.0, 1_790_000_000_000)


class Unwarmed(Store):
    wal_warm_bytes = 0


def test_a_process_killed_while_it_encrypts_loses_nothing(
    boot: Boot, intend: Intend, path: Path, engine: CipherEngine, tmp_path: Path
) -> None:
    first = boot()
    for seq in range(1, 40):
        visit(first, intend, seq)
    first.close()
    dice = random.Random(3)
    for number in range(KILLS):
        here = tmp_path / str(number) / "journal.db"
        here.parent.mkdir()
        shutil.copy(path, here)
        child = os.fork()
        if child == 0:
            try:
                signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.001, 0.04))
                Unwarmed.open(here, TerminalId(12), b"is cut   "[:8], "1", FixedClock(), engine=engine)
                signal.pause()
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        dice.random()
        store = Unwarmed.open(here, TerminalId(12), b"survives", "1", FixedClock(), engine=engine)
        assert store.visits_today(date(2026, 9, 21)) == 39
        store.close()
        assert not is_plain(here)


# --- nothing readable (I18) ------------------------------------------------------------------------------------------

NAME, KANA, MEMO = "縁結びの特別客", "エンムスビトクベツ", "左足に気をつけて差しあげる"
BIRTHDAY, MESSAGE = "1937-11-23", "御誕生月の御挨拶文"
PHONE, NEW_KANA = "08087654321", "トオリスガリ"  # of somebody who is enrolled here
SEEDED = (NAME, KANA, MEMO, BIRTHDAY, MESSAGE, NEW_KANA)
OFFICE = SigningKey(b"o" * 32)
SEAL = SealedBox(OFFICE.verify_key.to_curve25519_public_key()).encrypt


def found_in(folder: Path, log: str) -> set[tuple[str, str]]:
    """(file, text) for every seeded text that can be read in any artefact, in any encoding."""
    found: set[tuple[str, str]] = set()
    artefacts = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    artefacts["log"] = log.encode()
    for name, content in artefacts.items():
        for text in (*SEEDED, PHONE):
            if any(text.encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932")):
                found.add((name, text))
    return found


def a_day(boot: Boot, intend: Intend, path: Path, clock: object, **more: object) -> set[tuple[str, str]]:
    written = io.StringIO()
    log = stream_log(written, clock)
    store = boot(mirror=Mirror(FileMedium(path.with_name("mirror"))), seal=SEAL, **more)
    store.note(Newcomer(make_card_no(8), PHONE, NEW_KANA, 1, "2026-09-21"))
    assert len(store.find_members(PHONE, "")[0]) == len(store.find_members("", NEW_KANA)[0]) > 0
    member = MemberItem(1, NAME, KANA, "gold", MEMO, 3, "2026-09-01", "本店", BIRTHDAY, (CARD,))
    message = MessageItem(1, CARD, MESSAGE, 1, "2027-01-01")
    store.apply_feed(Pull(1, (FeedEntry(1, member), FeedEntry(2, message)), 2, False))
    assert store.look_up(CARD).member is not None
    for seq in (1, 2):
        intent = intend(store, card=CARD, seq=seq)
        store.commit(intent.visit, How.VERIFIED)
        store.record_print(intent.visit, 1, "", (), ())
    for notice in store.troubles():
        log(notice.code, notice.facts)
    running = found_in(path.parent, written.getvalue())
    store.close()
    return running | found_in(path.parent, written.getvalue())


def test_no_artefact_of_an_encrypted_terminal_holds_a_personal_word(
    boot: Boot, intend: Intend, path: Path, clock: object, engine: CipherEngine
) -> None:
    assert a_day(boot, intend, path, clock, engine=engine) == set()


def test_the_search_finds_what_a_clear_terminal_holds(boot: Boot, intend: Intend, path: Path, clock: object) -> None:
    found = a_day(boot, intend, path, clock)
    assert {text for _, text in found} == set(SEEDED)  # a number itself is not even kept
    assert {name for name, _ in found} <= {"journal.db", "journal.db-wal"}  # the mirror and the log never do


def test_a_rebuilt_journal_in_clear_knows_no_newcomer_and_head_office_does(
    boot: Boot, intend: Intend, path: Path, clock: object, tmp_path: Path
) -> None:
    a_day(boot, intend, path, clock)
    again = tmp_path / "again"
    again.mkdir()
    assert rebuild(path.with_name("mirror"), again / "journal.db").refused == 0
    assert found_in(again, "") == set()
    with reading(again / "journal.db") as db:
        rows = db.execute("SELECT body FROM event WHERE type = 'ENROL'").fetchall()
        assert db.execute("SELECT kana, tail, mark FROM noted WHERE type = 'ENROL'").fetchall() == [("", "", 0)]
    (enrol,) = (decode_body("ENROL", body) for (body,) in rows)
    assert isinstance(enrol, Enrol)
    unseal = SealedBox(OFFICE.to_curve25519_private_key()).decrypt
    assert opened_holder(enrol.sealed, unseal) == Holder(PHONE, NEW_KANA)


def test_nothing_personal_is_left_when_a_clear_journal_gets_a_key(
    boot: Boot, intend: Intend, path: Path, clock: object, engine: CipherEngine
) -> None:
    assert a_day(boot, intend, path, clock)
    assert a_day(boot, lambda store, **_: intend(store, card=CARD, seq=9), path, clock, engine=engine) == set()
