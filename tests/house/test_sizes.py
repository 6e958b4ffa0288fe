"""A file fits a mind, a function fits a screen, and every module says what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import Source, at, python_files, source, text_paths

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
REVISIONS = "server/db/migrations/versions/"
MEASURED = {".css", ".html", ".js", ".py", ".sh", ".sql", ".toml"}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def long_functions(file: Source) -> Iterator[str]:
    """Functions of more than FUNCTION_LINES_MAX lines. A database revision is a list, and history."""
    if file.path.startswith(REVISIONS):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield at(file, node, f"{node.name} has {lines} lines")


def undocumented(file: Source) -> Iterator[str]:
    """The module when it has no docstring."""
    if ast.get_docstring(file.tree) is None:
        yield f"{file.path}:1: no module docstring"


def vaguely_named(file: Source) -> Iterator[str]:
    """A module whose name says nothing about what is in it."""
    for part in file.path.removesuffix(".py").split("/"):
        if VAGUE_NAMES & set(part.split("_")):
            yield f"{file.path}: the name {part} says nothing"


def too_long(text: str) -> bool:
    """Whether a file has more than FILE_LINES_MAX lines."""
    return text.count("\n") > FILE_LINES_MAX


def test_no_file_is_longer_than_a_mind_can_hold() -> None:
    long = [
        f"{path}: {count} lines"
        for path in text_paths()
        if (path.suffix in MEASURED or path.name in {"enishi", "run"})
        and too_long(text := path.read_text(encoding="utf-8"))
        and (count := text.count("\n"))
    ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("rule", [long_functions, undocumented, vaguely_named])
def test_the_tree_keeps_the_rule(rule) -> None:  # type: ignore[no-untyped-def]
    found = [line for file in python_files() for line in rule(file)]
    assert not found, "\n".join(found)


def test_a_function_of_sixty_one_lines_is_found() -> None:
    body = "    pass\n"
    assert not list(long_functions(source("shared/a.py", "def f():\n" + body * 59)))
    assert list(long_functions(source("shared/a.py", "def f():\n" + body * 60)))


def test_a_file_of_four_hundred_and_one_lines_is_found() -> None:
    assert not too_long("x\n" * 400)
    assert too_long("x\n" * 401)


def test_a_module_without_a_docstring_is_found() -> None:
    assert list(undocumented(source("shared/a.py", "x = 1\n")))
    assert not list(undocumented(source("shared/a.py", '"""What it is."""\n')))


@pytest.mark.parametrize("path", ["shared/utils.py", "server/common/a.py", "terminal/app/card_manager.py"])
def test_a_vague_name_is_found(path: str) -> None:
    assert list(vaguely_named(source(path, "")))
