"""The terminal at a counter: its settings file and its process."""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from simulators.rig.process import Process

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class HeadOffice:
    """Where the terminal delivers its journal."""

    url: str
    sync_every_s: float = 5.0


@dataclass(frozen=True, slots=True)
class TerminalPlan:
    """One terminal, as it is set up. ``directory`` holds its settings, data, log and serial ports."""

    directory: Path
    identity_file: Path
    terminal: int = 1  # number and store as the identity has them, for whoever looks on
    store_name: str = "駅前店"
    kiosk_port: int = 8101
    language: str = "ja"
    head_office: HeadOffice | None = None

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

    def port(self, device: str) -> Path:
        """The serial port's stable name."""
        return self.directory / "ports" / device


def write_settings(plan: TerminalPlan) -> Path:
    """The terminal's TOML file, as an installer would write it."""
    sections: dict[str, dict[str, str | int | float]] = {
        "terminal": {
            "identity_file": str(plan.identity_file),
            "data_dir": str(plan.data_dir),
            "journal_key_file": str(plan.journal_key_file),
            "language": plan.language,
        },
        "devices": {
            "card_rewriter": f"tcp300:{plan.port('card_rewriter')}",
            "receipt_printer": f"escpos:{plan.port('receipt_printer')}",
            "panel": f"panel_board:{plan.port('panel')}",
        },
        "kiosk": {"host": "127.0.0.1", "port": plan.kiosk_port},
    }
    if plan.head_office is not None:
        sections["head_office"] = {
            "url": plan.head_office.url,
            "sync_every_s": plan.head_office.sync_every_s,
        }
    plan.data_dir.mkdir(parents=True, exist_ok=True)
    _make_key(plan.journal_key_file)
    path = plan.directory / "terminal.toml"
    path.write_text("\n".join(_section(name, values) for name, values in sections.items()), "utf-8")
    return path


def terminal_process(plan: TerminalPlan) -> Process:
    """The real terminal, not yet started."""
    argv = (sys.executable, "-m", "terminal.app", "--config", str(write_settings(plan)))
    return Process(argv, plan.directory / "terminal.log", PROJECT)


def _make_key(path: Path) -> None:
    """As ``python -m terminal.app.staff.journal make-key`` makes it; a key that is there stays."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")


def _section(name: str, values: dict[str, str | int | float]) -> str:
    """A JSON string or number is also a TOML one."""
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"[{name}]\n" + "\n".join(lines) + "\n"
