"""How code speaks and how it fails: no print, and nothing is caught that was not named."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import Source, at, calls, name_of, python_files, source

# The loop, and the outermost frame of each thread: there an unforeseen failure becomes a log line and a code.
MAY_CATCH_ALL = {"terminal/app/loop.py", "terminal/drivers/pump.py", "terminal/app/sync/worker.py"}
ALL = {"terminal/app/loop.py", "terminal/drivers/pump.py"}
ALL = {"Exception", "BaseException"}


def prints(file: Source) -> Iterator[str]:
    """Calls of print: a program writes to its log, a command to ``sys.stdout``."""
    for name, call in calls(file.tree):
        if name in {"print", "pprint", "pprint.pprint"}:
            yield at(file, call, "prints")


def catch_alls(file: Source) -> Iterator[str]:
    """``except:``, ``except Exception`` and ``suppress(Exception)`` outside the two places that may.

    A handler that only tidies up and raises the same again keeps nothing from anybody: it may stand anywhere.
    """
    if file.path in MAY_CATCH_ALL:
        return
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.ExceptHandler)
            and (node.type is None or caught(node.type) & ALL)
            and not passes_on(node)
        ):
            yield at(file, node, "catches everything")
    for name, call in calls(file.tree):
        if name.split(".")[-1] == "suppress" and {name_of(argument) for argument in call.args} & ALL:
            yield at(file, call, "suppresses everything")


def passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether the handler's last statement is a bare ``raise`` and nothing before it leaves."""
    leaves = any(isinstance(node, ast.Return | ast.Continue | ast.Break) for node in ast.walk(handler))
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None and not leaves


def caught(node: ast.expr) -> set[str]:
    """The names in an ``except`` clause."""
    return {name_of(part) for part in (node.elts if isinstance(node, ast.Tuple) else [node])}


def deaf_passes(file: Source) -> Iterator[str]:
    """``assert`` with a tuple, which is always true."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple):
            yield at(file, node, "asserts a tuple")


@pytest.mark.parametrize("rule", [prints, catch_alls, deaf_passes])
def test_the_tree_keeps_the_rule(rule) -> None:  # type: ignore[no-untyped-def]
    found = [line for file in python_files() for line in rule(file)]
    assert not found, "\n".join(found)


def test_a_print_is_found() -> None:
    assert list(prints(source("server/a.py", "print('x')")))
    assert not list(prints(source("server/a.py", "sys.stdout.write('x')\nself.print('x')")))


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    f()\nexcept:\n    pass",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept (OSError, BaseException) as error:\n    raise OSError from error",
        "try:\n    f()\nexcept BaseException:\n    if g():\n        return\n    raise",
        "with contextlib.suppress(Exception):\n    f()",
    ],
)
def test_catching_everything_is_found_but_in_the_loop_and_the_pump(text: str) -> None:
    assert list(catch_alls(source("server/a.py", text)))
    assert not list(catch_alls(source("terminal/app/loop.py", text)))


def test_tidying_up_and_raising_again_is_left_alone() -> None:
    assert not list(catch_alls(source("server/a.py", "try:\n    f()\nexcept BaseException:\n    g()\n    raise")))


def test_catching_a_named_error_is_left_alone() -> None:
    assert not list(catch_alls(source("server/a.py", "try:\n    f()\nexcept (OSError, ValueError):\n    pass")))


def test_an_assert_of_a_tuple_is_found() -> None:
    assert list(deaf_passes(source("tests/a.py", "assert (x, 'why')")))
