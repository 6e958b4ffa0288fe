"""The settings file that the rig writes is one that the terminal takes."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from msgspec import structs

from simulators.identity import felica_master, read_ring, standalone, write_identity
from simulators.rig.models import MODELS, USUAL, felica_key_file
from simulators.rig.terminal import HeadOffice, TerminalPlan, write_settings
from terminal.app.config import DevicesSection, load


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


def test_a_role_without_a_device_is_empty_and_not_the_usual_one(tmp_path: Path) -> None:
    plan = TerminalPlan(tmp_path / "c", identity(tmp_path), devices=("tcp300", "usb_numpad", "wedge", "sip"))
    devices = load([], {}, [write_settings(plan)]).devices
    assert (devices.receipt_printer, devices.panel, devices.display) == ("", "", "")
    assert devices.keypad == f"usb_numpad:{plan.port('keypad')}"
    assert devices.scanner == f"wedge:{plan.port('scanner')}"
    assert devices.caller_id == f"sip:{plan.port('caller_id')}"


def test_every_model_stands_for_a_role_of_the_settings() -> None:
    roles = {field.name for field in fields(DevicesSection)}
    assert {model.role for model in MODELS.values()} <= roles
    assert set(USUAL) <= set(MODELS)


def test_a_chip_reader_is_named_with_the_file_of_its_cards_key(tmp_path: Path) -> None:
    plan = TerminalPlan(tmp_path / "c", identity(tmp_path), devices=("ic_card", "panel_board"))
    device = load([], {}, [write_settings(plan)]).devices.card_rewriter
    key_file = felica_key_file(plan.port("card_rewriter"))
    assert device == f"ic_card:*,key={key_file}"
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(key_file.read_text("ascii")) == felica_master(read_ring(plan.identity_file))
