"""The tests' own manners: names that are sentences, no sleeping, no mocks, nothing silently left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import Source, at, calls, files_of_tests, name_of, source

WORDS_MIN = 3  # "a torn track" is the shortest thing that says something
SLEEPS = {"sleep", "wait_for_timeout"}
MOCKS = {"mock", "Mock", "MagicMock", "AsyncMock", "patch", "mocker", "monkeypatch"}
WAITING_ALLOWED = "tests/end_to_end/"


def short_names(file: Source) -> Iterator[str]:
    """Test functions whose name is not a sentence."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            words = [word for word in node.name.removeprefix("test_").split("_") if word]
            if len(words) < WORDS_MIN:
                yield at(file, node, f"{node.name} is not a sentence")


def sleeps(file: Source) -> Iterator[str]:
    """Waiting for real time outside end_to_end."""
    if not file.path.startswith(WAITING_ALLOWED):
        for name, call in calls(file.tree):
            if name.split(".")[-1] in SLEEPS:
                yield at(file, call, f"calls {name}")


def mocks(file: Source) -> Iterator[str]:
    """Parts of the product replaced behind its back, outside end_to_end."""
    if file.path.startswith(WAITING_ALLOWED):
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = {alias.name.split(".")[-1] for alias in node.names} | {getattr(node, "module", None) or ""}
            if names & (MOCKS | {"unittest.mock"}):
                yield at(file, node, "imports a mock")
        elif isinstance(node, ast.FunctionDef) and {argument.arg for argument in node.args.args} & MOCKS:
            yield at(file, node, f"{node.name} patches")


def own_browsers(file: Source) -> Iterator[str]:
    """A second Playwright in one process does not start: the browser comes from conftest."""
    if file.path != "tests/conftest.py":
        for name, call in calls(file.tree):
            if name.split(".")[-1] == "sync_playwright":
                yield at(file, call, "starts a browser of its own; take the fixture")


def unexplained_skips(file: Source) -> Iterator[str]:
    """Tests left out without a reason, or expected to fail."""
    for name, call in calls(file.tree):
        last = name.split(".")[-1]
        if last == "xfail" or (
            last in {"skip", "skipif"} and "mark" in name and not any(k.arg == "reason" for k in call.keywords)
        ):
            yield at(file, call, f"{name} without a reason")
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if not isinstance(decorator, ast.Call) and name_of(decorator).split(".")[-1] in {"skip", "xfail"}:
                    yield at(file, node, f"{node.name} is left out")


@pytest.mark.parametrize("rule", [short_names, sleeps, mocks, own_browsers, unexplained_skips])
def test_the_tests_keep_the_rule(rule) -> None:  # type: ignore[no-untyped-def]
    found = [line for file in files_of_tests() for line in rule(file)]
    assert not found, "\n".join(found)


def test_no_test_folder_is_a_package() -> None:
    # With packages, two test files of one name in mirrored folders would be one module.
    assert not [file.path for file in files_of_tests() if file.path.endswith("__init__.py")]


@pytest.mark.parametrize("name", ["test_it", "test_codec_round", "test__x"])
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert list(short_names(source("tests/unit/test_a.py", f"def {name}(): pass")))


def test_a_sleep_is_found_outside_end_to_end_only() -> None:
    text = "time.sleep(1)\npage.wait_for_timeout(5)"
    assert len(list(sleeps(source("tests/web/test_a.py", text)))) == 2
    assert not list(sleeps(source("tests/end_to_end/test_a.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "from unittest import mock",
        "import unittest.mock",
        "from unittest.mock import patch",
        "def f(monkeypatch): pass",
    ],
)
def test_a_mock_is_found(text: str) -> None:
    assert list(mocks(source("tests/unit/test_a.py", text)))


@pytest.mark.parametrize(
    "text",
    ["@pytest.mark.skip\ndef test_a(): pass", "@pytest.mark.skipif(True)\ndef test_a(): pass", "pytest.xfail('x')"],
)
def test_a_test_left_out_without_a_reason_is_found(text: str) -> None:
    assert list(unexplained_skips(source("tests/unit/test_a.py", text)))


def test_a_browser_outside_conftest_is_found() -> None:
    text = "with sync_playwright() as playwright: pass"
    assert list(own_browsers(source("tests/web/test_a.py", text)))
    assert not list(own_browsers(source("tests/conftest.py", text)))
