"""The settings file that the rig writes is one that the terminal takes."""

from __future__ import annotations

from pathlib import Path

from simulators.rig.terminal import HeadOffice, TerminalPlan, write_settings
from terminal.app.config import load


def test_the_terminal_reads_back_what_the_plan_says(tmp_path: Path) -> None:
    (tmp_path / "card.key").write_text("ab" * 32, "ascii")
    (tmp_path / "token").write_text("secret", "ascii")
    office = HeadOffice("http://127.0.0.1:8100", tmp_path / "token", 1.0)
    plan = TerminalPlan(tmp_path / "c", tmp_path / "card.key", store_name='「駅前店」"1"', head_office=office)
    config = load([], {}, [write_settings(plan)])
    assert config.terminal.store_name == '「駅前店」"1"'
    assert config.journal.parent == plan.data_dir
    assert config.devices.panel == f"panel_board:{plan.port('panel')}"
    assert config.head_office.sync_every_s == 1.0
    assert config.card_key == bytes.fromhex("ab" * 32)


def test_a_terminal_may_stand_alone(tmp_path: Path) -> None:
    (tmp_path / "card.key").write_text("ab" * 32, "ascii")
    config = load([], {}, [write_settings(TerminalPlan(tmp_path / "c", tmp_path / "card.key"))])
    assert config.head_office.url == ""
