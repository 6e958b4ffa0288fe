"""The import contracts of pyproject.toml hold, and each of them is seen to bite.

One copy of the tree gets a forbidden import for every contract; the linter must then report every contract broken.
A contract that nobody breaks here fails the test too: it may be guarding nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.tree import PRODUCT, ROOT

# contract id -> (file, the import that it must not have)
BREAKS: Mapping[str, tuple[str, str]] = {
    "floors": ("terminal/app/planted_floors.py", "import server.config"),
    "pure": ("shared/card/planted_pure.py", "import time"),
    "kernel": ("shared/points/planted_kernel.py", "import shared.visit.events"),
    "terminal": ("terminal/protocol/planted_terminal.py", "import terminal.drivers.port"),
    "drivers": ("terminal/drivers/keypad/planted_drivers.py", "import terminal.drivers.pump"),
    "hardware": ("terminal/app/planted_hardware.py", "import serial"),
    "threads": ("terminal/app/planted_threads.py", "import threading"),
    "roots": ("terminal/app/planted_roots.py", "import terminal.drivers.links.link"),
    "simulators": ("simulators/planted_simulators.py", "import terminal.drivers.core"),
    "features": ("server/db/planted_features.py", "import server.stores.service"),
    "pages": ("server/stores/web/planted_pages.py", "import server.terminals.web"),
    "services": ("server/stores/service/planted_services.py", "import flask"),
}
REPORT = re.compile(r"^(\d+\. .*) (KEPT|BROKEN)\b", re.MULTILINE)


def contracts() -> dict[str, str]:
    """Id -> name of every contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {entry["id"]: entry["name"] for entry in settings["tool"]["importlinter"]["contracts"]}


def lint(folder: Path) -> dict[str, str]:
    """The linter's verdict on each contract, by name, and its whole report under an empty name."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    wide = {**os.environ, "COLUMNS": "200"}  # one line per contract, however long its name
    done = subprocess.run(command, cwd=folder, env=wide, capture_output=True, text=True, check=False)
    return {**dict(REPORT.findall(done.stdout)), "": done.stdout + done.stderr}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's Python files."""
    folder = tmp_path_factory.mktemp("floors")
    for top in PRODUCT:
        for path in (ROOT / top).rglob("*.py"):
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def plant(folder: Path, path: str, line: str) -> None:
    """Add ``line`` as a module of the copy. A package that the tree has as one file becomes a folder."""
    target = folder / path
    package = target.parent
    if not package.is_dir():
        package.mkdir()
        single = package.with_suffix(".py")
        if single.exists():
            single.rename(package / "__init__.py")
    (package / "__init__.py").touch()
    target.write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")


def test_every_contract_is_kept() -> None:
    verdicts = lint(ROOT)
    assert {name: verdicts.get(name) for name in contracts().values()} == dict.fromkeys(contracts().values(), "KEPT"), (
        verdicts[""]
    )


def test_a_planted_break_of_every_contract_is_found(copy: Path) -> None:
    assert set(BREAKS) == set(contracts())
    for path, line in BREAKS.values():
        plant(copy, path, line)
    verdicts = lint(copy)
    kept = [name for name in contracts().values() if verdicts.get(name) != "BROKEN"]
    assert not kept, verdicts[""]
