"""The prose is true: every folder states its law, every command and link in a paper exists, the versions agree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, TOP, text_paths

LAW = re.compile(r"# [^\n]+\n\n\*\*Law of this folder\.\*\* \S")
COMMAND = re.compile(r"\./enishi ([a-z]+)(?: ([a-z][a-z_-]*))?")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)|<img[^>]*src=\"([^\"]+)\"")
VERSION = re.compile(r"^## \[?(\d+\.\d+\.\d+)\]?", re.MULTILINE)
ROOT_PAPERS = (
    "README.md",
    "README.ja.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "LICENSE",
    "NOTICE",
)


def papers() -> tuple[Path, ...]:
    """Every Markdown file of the project."""
    return tuple(path for path in text_paths() if path.suffix == ".md")


def commands() -> set[str]:
    """What ``./enishi`` understands: the labels of its last ``case``."""
    text = (ROOT / "enishi").read_text(encoding="utf-8")
    labels = re.findall(r"^([a-z| -]+)\)", text[text.rindex("case $command in") :], re.MULTILINE)
    return {part.strip() for label in labels for part in label.split("|")}


def benchmarks() -> set[str]:
    """What ``./enishi bench`` measures."""
    return {path.stem for path in (ROOT / "tests/benchmarks").glob("[a-z]*.py") if path.name != "conftest.py"}


def unknown_commands(text: str, known: Collection[str], benches: Collection[str]) -> Iterator[str]:
    """Commands in a text that do not exist."""
    for command, argument in COMMAND.findall(text):
        if command not in known:
            yield f"./enishi {command}"
        elif command == "bench" and argument and argument not in benches:
            yield f"./enishi bench {argument}"


def broken_links(text: str, folder: Path) -> Iterator[str]:
    """Links to files that are not there. Links to the web are not followed."""
    for link, image in LINK.findall(text):
        target = link or image
        if not target.startswith(("http:", "https:", "mailto:")) and not (folder / target).exists():
            yield target


@pytest.mark.parametrize("folder", TOP)
def test_every_folder_begins_with_its_law(folder: str) -> None:
    path = ROOT / folder / "README.md"
    assert path.exists(), f"{folder} has no README.md"
    assert LAW.match(path.read_text(encoding="utf-8")), f"{path} does not begin with its law"


@pytest.mark.parametrize("name", ROOT_PAPERS)
def test_the_paper_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200


def test_every_command_in_the_papers_exists() -> None:
    assert {"demo", "test", "check", "bench"} <= commands()
    found = [
        f"{path.relative_to(ROOT)}: {command}"
        for path in papers()
        for command in unknown_commands(path.read_text(encoding="utf-8"), commands(), benchmarks())
    ]
    assert not found, "\n".join(found)


def test_every_link_in_the_papers_leads_somewhere() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in papers()
        for link in broken_links(path.read_text(encoding="utf-8"), path.parent)
    ]
    assert not found, "\n".join(found)


def test_the_newest_change_is_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert VERSION.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))[0] == project["version"]


def test_decisions_are_numbered_without_a_gap() -> None:
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_every_direct_requirement_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {
        "run": project["dependencies"],
        "dev": [*project["dependencies"], *project["optional-dependencies"]["dev"]],
        "bench": project["optional-dependencies"]["bench"],
        "pcsc": project["optional-dependencies"]["pcsc"],
    }
    for name, wanted in lists.items():
        pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
        missing = {re.split(r"[<>=\[; ]", entry)[0] for entry in wanted} - pinned
        assert not missing, f"requirements/{name}.txt lacks {missing}"


def test_a_command_that_does_not_exist_is_found() -> None:
    text = "Run `./enishi demo`, then `./enishi dance` and ./enishi bench nothing."
    assert list(unknown_commands(text, {"demo", "bench"}, {"visit"})) == ["./enishi dance", "./enishi bench nothing"]


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    text = "[a](there.md#part) [b](gone.md) ![c](gone.png) [d](https://shop.example/)"
    assert list(broken_links(text, tmp_path)) == ["gone.md", "gone.png"]


def test_a_folder_paper_without_its_law_is_found() -> None:
    assert LAW.match("# shared: the kernel\n\n**Law of this folder.** It is pure.\n")
    assert not LAW.match("# shared\n\nThis folder holds code.\n")
