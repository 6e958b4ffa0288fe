"""Every module is reached from something that is started; what nobody imports is not kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from tests.house.tree import ROOT, Source, python_files, source, text_paths

# Loaded by path, not by import: Alembic's environment and revisions.
LOADED_BY_PATH = re.compile(r"server/db/migrations/")
# A fake that stands beside its seam for the tests.
FAKES = ("terminal.drivers.links.memory_link",)
# Head office books what it decides; the counter's keys for it do not exist yet, nor does the key that prints the day.
AWAITED = ("shared.points.refund", "shared.sale.day_report")


def imports(file: Source) -> Iterator[str]:
    """Dotted names that a file imports; ``from a import b`` gives both ``a`` and ``a.b``."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = file.module.split(".")
                kept = package[: len(package) - node.level + file.path.endswith("__init__.py")]
                base = ".".join([*kept, base]) if base else ".".join(kept)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_started(file: Source, commands: str) -> bool:
    """Whether the file is an entry: run by name, run as a script, a test, or loaded by path."""
    if file.folder == "tests" or file.path.endswith("__main__.py") or LOADED_BY_PATH.match(file.path):
        return True
    if re.search(rf"(?<![\w.]){re.escape(file.module)}(?![\w.]*\w)", commands):
        return True
    return re.search(r'^if __name__ == "__main__":', file.text, re.MULTILINE) is not None


def dead(files: Collection[Source], commands: str) -> list[str]:
    """Product modules that no entry reaches. A module that only tests import is dead too, unless it is a simulator."""
    by_module = {file.module: file for file in files}
    waiting = [file.module for file in files if is_started(file, commands) and file.folder != "tests"]
    waiting += [
        name for file in files if file.folder == "tests" for name in imports(file) if name.startswith("simulators")
    ]
    waiting += (*FAKES, *AWAITED)
    reached: set[str] = set()
    while waiting:
        module = waiting.pop()
        for name in (module, *parents(module)):
            if name in by_module and name not in reached:
                reached.add(name)
                waiting.extend(imports(by_module[name]))
    kept = {file.module for file in files if file.folder == "tests"} | reached
    return sorted(file.path for module, file in by_module.items() if module not in kept and not is_marker(file))


def parents(module: str) -> Iterator[str]:
    """The packages around a module: importing it runs them."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def is_marker(file: Source) -> bool:
    """A package file with nothing but its docstring."""
    return file.path.endswith("__init__.py") and len(file.tree.body) <= 1


def command_text() -> str:
    """What starts modules by name: the command, the deployment files, the project's metadata."""
    names = {"enishi", "pyproject.toml"}
    starters = [
        path for path in text_paths() if path.name in names or path.relative_to(ROOT).parts[0] in {"deploy", ".ci"}
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in starters)


def test_no_module_is_dead() -> None:
    assert not dead(python_files(), command_text())


def test_a_module_that_nobody_starts_is_found() -> None:
    files = [
        source("server/__main__.py", "from server import app\n"),
        source("server/app.py", "import shared.a\n"),
        source("shared/a.py", ""),
        source("shared/b.py", ""),
        source("shared/c.py", "from . import b\n"),
        source("tests/unit/test_b.py", "import shared.b\n"),
    ]
    assert dead(files, "") == ["shared/b.py", "shared/c.py"]


def test_a_module_started_by_name_is_alive() -> None:
    files = [source("terminal/app/main.py", "from ..protocol import x\n"), source("terminal/protocol/x.py", "")]
    assert not dead(files, "exec python -m terminal.app.main")
    assert dead(files, "exec python -m terminal.app.main_window") == ["terminal/app/main.py", "terminal/protocol/x.py"]
