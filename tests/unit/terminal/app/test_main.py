"""Starting: what the settings get wrong is said in two sentences, and the process ends with 2."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from simulators.identity import standalone, write_identity
from terminal.app.main import EXIT_CONFIG, main


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    write_identity(tmp_path / "identity.json", standalone(b"s" * 32, bytes(32), tenant=7, kid=1))
    path = tmp_path / "terminal.toml"
    path.write_text(
        f'[terminal]\nidentity_file = "{tmp_path}/identity.json"\ndata_dir = "{tmp_path}"\n[kiosk]\nport = 0\n'
    )
    return path


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("kiosk.prt=1", "kiosk.port"),
        ("devices.card_rewriter=tpc300:/dev/x", "tcp300"),
        ("devices.card_rewriter=escpos:/dev/x", "card_rewriter"),
        ("terminal.identity_file=/nowhere", "/nowhere"),
        ("terminal.identity_file=/proc/self/status", "chmod 600"),
        ("terminal.identity_file=a\0b", "terminal.identity_file"),
        ("kiosk.host=nowhere.invalid", "kiosk.host"),
        ("kiosk.host=..", "kiosk.host"),
        ("head_office.url=http://[", "head_office.url"),
        ("head_office.url=https://[::1", "head_office.url"),
        ("head_office.url=https://x:99999", "head_office.url"),
        ("head_office.url=https://x y", "head_office.url"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    setting: str, said: str, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(settings), "--set", setting], {}) == EXIT_CONFIG
    text = capsys.readouterr().err
    assert said in text
    assert "Traceback" not in text


NONSENSE = (["--bogus"], ["more"], ["--config"], ["--set"], ["--set", "x"], ["--config", "/"])


@pytest.mark.parametrize("arguments", NONSENSE)
def test_nonsense_on_the_command_line_is_said_in_two_sentences(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments, {}) == EXIT_CONFIG
    text, remedy, code = capsys.readouterr().err.splitlines()
    assert text.endswith("。")
    assert remedy.endswith("。")
    assert code.startswith("(config.")


def test_a_busy_port_is_one_clear_sentence_before_the_journal_is_touched(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["--config", str(settings), "--set", f"kiosk.port={port}"], {}) == EXIT_CONFIG
    assert f"127.0.0.1:{port} は、ほかのプログラムが使っています" in capsys.readouterr().err
    assert not (settings.parent / "journal.db").exists()
