"""Whoever asks head office for rows says of which stores: an argument that is forgotten must not mean all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import Source, at, python_files, source


def easy_scopes(file: Source) -> Iterator[str]:
    """Parameters ``scope`` with a default."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef):
            named = [*node.args.posonlyargs, *node.args.args]
            with_default = named[len(named) - len(node.args.defaults) :] if node.args.defaults else []
            given = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            with_default += [argument for argument, default in given if default is not None]
            if any(argument.arg == "scope" for argument in with_default):
                yield at(file, node, f"{node.name} asks for a scope and does without")


def test_no_service_takes_every_store_for_granted() -> None:
    found = [line for file in python_files() if file.path.startswith("server/") for line in easy_scopes(file)]
    assert not found, "\n".join(found)


def test_a_default_is_found() -> None:
    assert list(easy_scopes(source("server/x.py", "def find(number, scope=ALL): ...")))
    assert list(easy_scopes(source("server/x.py", "def find(number, *, scope=ALL): ...")))
    assert not list(easy_scopes(source("server/x.py", "def find(number, scope, limit=5): ...")))
