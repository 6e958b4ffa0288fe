"""The terminal at a counter: its settings file and its process."""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from simulators.identity import felica_master, read_ring
from simulators.rig.models import MODELS, USUAL, felica_key_file
from simulators.rig.process import Process
from simulators.rig.skew import set_skew

PROJECT = Path(__file__).resolve().parents[2]
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class HeadOffice:
    """Where the terminal delivers its journal."""

    url: str
    sync_every_s: float = 5.0


@dataclass(frozen=True, slots=True)
class TerminalPlan:
    """One terminal, as it is set up. ``directory`` holds its settings, data, log and ports.

    ``devices``: models of ``simulators.rig.models``, one for each role that the counter has.
    """

    directory: Path
    identity_file: Path
    terminal: int = 1  # number and store as the identity has them, for whoever looks on
    store_name: str = "駅前店"
    kiosk_port: int = 8101
    language: str = "ja"
    head_office: HeadOffice | None = None
    devices: tuple[str, ...] = USUAL
    date_can_be_set: bool = False  # the terminal runs under ``simulators.rig.skewed``

    @property
    def kiosk_url(self) -> str:
        """Where the kiosk page is served."""
        return f"http://127.0.0.1:{self.kiosk_port}"

    @property
    def data_dir(self) -> Path:
        """The terminal's own database lies here."""
        return self.directory / "data"

    @property
    def journal_key_file(self) -> Path:
        """The key of the encrypted journal; made at the first start."""
        return self.directory / "journal.key"

    @property
    def clock_file(self) -> Path:
        """What is added to the machine's date, for ``simulators.rig.skewed``."""
        return self.directory / "clock"

    @property
    def pos_folder(self) -> Path:
        """Where the shop's POS drops its sales."""
        return self.directory / "pos"

    def port(self, role: str) -> Path:
        """The stable name of the port at which the device of this role is."""
        return self.directory / "ports" / role


def write_settings(plan: TerminalPlan) -> Path:
    """The terminal's TOML file, as an installer would write it."""
    sections: dict[str, dict[str, str | int | float]] = {
        "terminal": {
            "identity_file": str(plan.identity_file),
            "data_dir": str(plan.data_dir),
            "journal_key_file": str(plan.journal_key_file),
            "language": plan.language,
        },
        "devices": _devices(plan),
        "kiosk": {"host": "127.0.0.1", "port": plan.kiosk_port},
        "pos": {"folder": str(plan.pos_folder)},
    }
    if plan.head_office is not None:
        sections["head_office"] = {
            "url": plan.head_office.url,
            "sync_every_s": plan.head_office.sync_every_s,
        }
    for folder in (plan.data_dir, plan.pos_folder):
        folder.mkdir(parents=True, exist_ok=True)
    _make_key(plan.journal_key_file, secrets.token_bytes(KEY_BYTES))
    if "ic_card" in plan.devices:
        _make_key(felica_key_file(plan.port("card_rewriter")), felica_master(read_ring(plan.identity_file)))
    path = plan.directory / "terminal.toml"
    path.write_text("\n".join(_section(name, values) for name, values in sections.items()), "utf-8")
    return path


def terminal_process(plan: TerminalPlan, launcher: tuple[str, ...] = ()) -> Process:
    """The real terminal, not yet started. ``launcher``: before its program."""
    program: tuple[str, ...] = ("terminal.app",)
    if plan.date_can_be_set:
        set_skew(plan.clock_file, 0)
        program = ("simulators.rig.skewed", str(plan.clock_file))
    argv = (*launcher, sys.executable, "-m", *program, "--config", str(write_settings(plan)))
    return Process(argv, plan.directory / "terminal.log", PROJECT)


def _devices(plan: TerminalPlan) -> dict[str, str | int | float]:
    """Every role: one that is left out would stand for a usual device, not for none."""
    chosen = {name: MODELS[name] for name in plan.devices}
    found = {model.role: f"{name}:{model.setting(plan.port(model.role))}" for name, model in chosen.items()}
    return {role: found.get(role, "") for role in dict.fromkeys(model.role for model in MODELS.values())}


def _make_key(path: Path, key: bytes) -> None:
    """As ``python -m terminal.app.staff.journal make-key`` makes it; a key that is there stays."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(key.hex() + "\n")


def _section(name: str, values: dict[str, str | int | float]) -> str:
    """A JSON string or number is also a TOML one."""
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"[{name}]\n" + "\n".join(lines) + "\n"
