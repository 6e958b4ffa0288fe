"""The port of a reader of chip cards: name, path, and the file of the key."""

from __future__ import annotations

import os
import tty
from pathlib import Path

import pytest

from shared.errors import EnishiError
from terminal.drivers.links.pcsc_link import PcscLink, felica_key, open_pcsc
from terminal.drivers.links.serial_link import SerialLink

KEY = bytes(range(32))


def key_file(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "felica.key"
    path.write_text(text)
    path.chmod(mode)
    return f"ACR1252,key={path}"


def test_the_key_is_read_from_the_file_that_the_port_names(tmp_path: Path) -> None:
    assert felica_key(key_file(tmp_path, KEY.hex() + "\n")) == KEY


@pytest.mark.parametrize("port", ["", "*", "ACS ACR122U", "ACR122U,key=", "ACR122U,key= "])
def test_a_port_without_a_file_has_no_key(port: str) -> None:
    assert felica_key(port) is None


@pytest.mark.parametrize(
    ("text", "mode", "code"),
    [
        (KEY.hex(), 0o640, "config.secret_open"),
        (KEY.hex()[:-2], 0o600, "config.secret_malformed"),
        ("no key at all", 0o600, "config.secret_malformed"),
        ("鍵" * 40, 0o600, "config.secret_malformed"),
        ("", 0o600, "config.secret_malformed"),
    ],
)
def test_a_file_that_is_no_key_is_refused_and_not_shown(tmp_path: Path, text: str, mode: int, code: str) -> None:
    with pytest.raises(EnishiError) as refused:
        felica_key(key_file(tmp_path, text, mode))
    assert refused.value.code == code
    assert not text or text not in str(refused.value)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnishiError, match=r"config\.secret_missing"):
        felica_key(f"*,key={tmp_path / 'none'}")


def test_a_path_is_a_line_on_which_a_simulated_reader_speaks(tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    path = tmp_path / "ttyIC"
    path.symlink_to(os.ttyname(slave))
    link = open_pcsc(f"{path},key=/etc/enishi/felica.key")
    assert isinstance(link, SerialLink)
    link.close()
    os.close(master)
    os.close(slave)


def test_a_path_where_nothing_is_plugged_in_is_missing() -> None:
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        open_pcsc("/dev/ttyNONE")


def test_a_watcher_that_cannot_be_started_is_a_missing_link() -> None:
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        PcscLink("*", "", launcher=["/nowhere/nsenter"])


def test_a_watcher_that_ends_at_once_is_a_lost_link() -> None:
    link = PcscLink("*", "", launcher=["true"])
    with pytest.raises(EnishiError, match=r"device\.link_lost"):
        link.read(100, 5.0)
    link.close()
    link.cancel()
    link.close()


def test_cancel_ends_the_next_read_at_once() -> None:
    link = PcscLink("*", "", launcher=["sh", "-c", "exec cat"])
    link.cancel()
    assert link.read(100, 30.0) == b""
    link.close()
