"""The project's own files as the house tests see them: parsed once, named by their path."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("shared", "terminal", "server", "simulators")
TOP = (*PRODUCT, "tests", "deploy")
NOT_OURS = frozenset({"__pycache__", "vendor", "node_modules"})
MADE = frozenset({".mo", ".pyc", ".png", ".db", ".sqlite3", ".ttf"})


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file. ``path`` is relative to the project, with slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """Its dotted name; a package is named without ``__init__``."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def folder(self) -> str:
        """The top folder."""
        return self.path.split("/")[0]


def source(path: str, text: str) -> Source:
    """A file made up by a test."""
    return Source(path, text, ast.parse(text))


@cache
def python_files() -> tuple[Source, ...]:
    """Every Python file of the top folders."""
    found = tuple(
        source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in text_paths()
        if path.suffix == ".py"
    )
    gc.freeze()  # a million nodes that stay: pytest looks through everything for circles, five times at its end
    return found


def product_files() -> tuple[Source, ...]:
    """What runs in a shop or at head office, and the simulators."""
    return tuple(file for file in python_files() if file.folder in PRODUCT)


def files_of_tests() -> tuple[Source, ...]:
    """The files under ``tests``."""
    return tuple(file for file in python_files() if file.folder == "tests")


@cache
def text_paths() -> tuple[Path, ...]:
    """Every text file that is or may be committed."""
    tops = [ROOT / name for name in (*TOP, "requirements", ".ci")]
    nested = [path for top in tops if top.is_dir() for path in walk(top)]
    return tuple(sorted([*nested, *(path for path in ROOT.iterdir() if path.is_file() and path.name != ".coverage")]))


def walk(folder: Path) -> Iterator[Path]:
    """The files below ``folder`` that somebody wrote."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in NOT_OURS:
                yield from walk(path)
        elif path.suffix not in MADE:
            yield path


def is_pure(path: str) -> bool:
    """Whether the file must not know a clock, dice, disk or wire."""
    parts = path.split("/")
    if parts[0] == "shared" or parts[:2] == ["terminal", "protocol"]:
        return True
    return parts[:2] == ["terminal", "drivers"] and is_core(path)


def is_core(path: str) -> bool:
    """Whether a file below ``terminal/drivers`` belongs to a driver core or its seam."""
    third = path.split("/")[2].removesuffix(".py")
    return third not in {"pump", "registry", "links"}


def drivers() -> tuple[Source, ...]:
    """The driver cores: files below a role of ``terminal/drivers`` with a class that can be fed and commanded."""
    found = (file for file in product_files() if file.path.startswith("terminal/drivers/") and is_core(file.path))
    return tuple(file for file in found if file.path.count("/") > 2 and is_driver(file.tree))


def is_driver(tree: ast.Module) -> bool:
    """Whether a class of the module has ``feed`` and ``command``."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            if {"feed", "command"} <= methods:
                return True
    return False


def name_of(node: ast.expr) -> str:
    """``datetime.now`` of such a call's target; empty when it is not a plain dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = name_of(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return ""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield name_of(node.func), node


def at(file: Source, node: ast.AST, what: str) -> str:
    """A finding, as an editor can jump to it."""
    return f"{file.path}:{getattr(node, 'lineno', 1)}: {what}"
