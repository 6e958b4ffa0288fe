"""The settings file that the rig writes is one that the terminal takes."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from simulators.identity import read_ring, standalone, write_identity
from simulators.rig.terminal import HeadOffice, TerminalPlan, write_settings
from terminal.app.config import load


def identity(folder: Path) -> Path:
    path = folder / "identity.json"
    alone = standalone(b"s" * 32, b"k" * 32, tenant=7, kid=1, store_name='「駅前店」"1"')
    write_identity(path, structs.replace(alone, office_key=b"o" * 32))
    return path


def test_the_terminal_reads_back_what_the_plan_says(tmp_path: Path) -> None:
    plan = TerminalPlan(tmp_path / "c", identity(tmp_path), head_office=HeadOffice("http://127.0.0.1:8100", 1.0))
    config = load([], {}, [write_settings(plan)])
    assert config.shop_name == '「駅前店」"1"'
    assert config.journal.parent == plan.data_dir
    assert config.devices.panel == f"panel_board:{plan.port('panel')}"
    assert (config.office_url, config.head_office.sync_every_s) == ("http://127.0.0.1:8100", 1.0)
    assert read_ring(plan.identity_file).keys == {1: b"k" * 32}


def test_a_terminal_may_stand_alone(tmp_path: Path) -> None:
    config = load([], {}, [write_settings(TerminalPlan(tmp_path / "c", identity(tmp_path)))])
    assert config.office_url == ""
