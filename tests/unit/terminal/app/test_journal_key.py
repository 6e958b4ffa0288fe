"""The journal's key: made once, read only when nobody else can, and never in clear by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import EnishiError
from terminal.app.journal_key import choose_engine, make_key, read_key
from terminal.app.store.engine import PLAIN


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    make_key(tmp_path / "journal.key")
    return tmp_path / "journal.key"


def test_a_new_key_is_random_and_private(key_file: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "other.key")
    assert len(read_key(key_file)) == 32
    assert read_key(key_file) != read_key(tmp_path / "other.key")
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_text()
    with pytest.raises(FileExistsError):
        make_key(key_file)
    assert key_file.read_text() == before


def test_a_key_that_others_may_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(EnishiError, match=r"config\.secret_open"):
        read_key(key_file)


@pytest.mark.parametrize("content", ["", "00" * 31, "00" * 33, "zz" * 32, "0" * 63, "\u3042" * 8])
def test_a_key_of_another_shape_is_refused_without_being_shown(key_file: Path, content: str) -> None:
    key_file.write_text(content, "utf-8")
    with pytest.raises(EnishiError, match=r"config\.secret_malformed") as raised:
        read_key(key_file)
    assert not content or content not in str(raised.value)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnishiError, match=r"config\.secret_missing"):
        read_key(tmp_path / "nothing")


def test_a_key_means_an_encrypted_journal(key_file: Path) -> None:
    engine, notices = choose_engine(key_file, allow_plain=False)
    assert (engine.encrypts, notices) == (True, ())


def test_no_key_means_a_journal_in_clear_without_a_word() -> None:
    assert choose_engine(None, allow_plain=False) == (PLAIN, ())


def test_a_key_without_the_cipher_stops_the_start(key_file: Path) -> None:
    with pytest.raises(EnishiError, match=r"store\.no_cipher"):
        choose_engine(key_file, allow_plain=False, module="no_such_cipher")


def test_a_key_without_the_cipher_in_clear_is_said_as_long_as_it_lasts(key_file: Path) -> None:
    engine, (notice,) = choose_engine(key_file, allow_plain=True, module="no_such_cipher")
    assert (engine, notice.code) == (PLAIN, "store.plain_journal")
