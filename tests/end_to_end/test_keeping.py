"""The real process keeps its journal: encrypted and mirrored, and at rest on a machine that keeps losing its supply."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from shared.ids import TerminalId
from simulators.identity import standalone, write_identity
from simulators.rig.rig import free_port
from terminal.app.clock import SystemClock
from terminal.app.journal_key import make_key, read_key
from terminal.app.keeper import machine_start
from terminal.app.store import Store
from terminal.app.store.chain_check import check_chain
from terminal.app.store.engine import cipher, is_plain
from terminal.app.store.frames import read_frames
from terminal.app.store.opening import reading

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
START_S = 20.0


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with an identity and an empty place for the journal."""
    write_identity(tmp_path / "identity.json", standalone(b"s" * 32, bytes(32), tenant=7, kid=1))
    (tmp_path / "data").mkdir()
    return tmp_path


@contextmanager
def running(shop: Path, *settings: str) -> Iterator[str]:
    """The terminal's health page's address while it runs."""
    port = free_port()
    told = (f"terminal.identity_file={shop}/identity.json", f"terminal.data_dir={shop}/data", f"kiosk.port={port}")
    sets = [part for one in (*told, *settings) for part in ("--set", one)]
    terminal = subprocess.Popen([sys.executable, "-m", "terminal.app", *sets], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{port}/health"
    finally:
        terminal.send_signal(signal.SIGTERM)
        _, stderr = terminal.communicate(timeout=20)
    assert b"Traceback" not in stderr


def troubles(url: str, wanted: str) -> list[str]:
    """What the terminal says is wrong, as soon as ``wanted`` is among it."""
    give_up_at = time.monotonic() + START_S
    found: list[str] = []
    while time.monotonic() < give_up_at:
        try:
            found = requests.get(url, timeout=5).json()["troubles"]
        except requests.ConnectionError:
            found = []
        if wanted in found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{wanted} is not among {found}")


def test_a_terminal_with_key_and_mirror_leaves_an_encrypted_journal_twice(shop: Path) -> None:
    make_key(shop / "journal.key")
    mirror = shop / "mirror"
    with running(shop, f"terminal.journal_key_file={shop}/journal.key", f"terminal.mirror={mirror}") as health:
        troubles(health, "store.mirror_not_apart")  # one folder is one disk
    journal = shop / "data" / "journal.db"
    assert not is_plain(journal)
    content = mirror.read_bytes()
    held = [one.event for one in read_frames(lambda at, size: content[at : at + size], len(content))]
    with reading(journal, cipher(read_key(shop / "journal.key"))) as db:
        assert check_chain(db).events == len(held) >= 1
        assert db.execute("SELECT hash FROM event ORDER BY stream, seq").fetchall() == [(one.hash,) for one in held]
    with running(shop) as health:
        troubles(health, "store.wrong_key")  # the setting was lost: said on the screen, the file left alone


@pytest.mark.skipif(not machine_start(), reason="only Linux names the starts of a machine")
def test_a_machine_that_starts_again_and_again_moves_no_card_but_lives(shop: Path) -> None:
    for machine in ("an earlier start", "another start"):
        nonce = secrets.token_bytes(8)
        Store.open(shop / "data" / "journal.db", TerminalId(1), nonce, "0", SystemClock(), machine=machine).close()
    with running(shop) as health:
        found = troubles(health, "store.safe_mode")
        assert "device.link_missing" in found
        assert requests.get(health, timeout=5).json()["state"] == "Down"
