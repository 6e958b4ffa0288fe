"""The icon sprite: every listed icon, no other, and none that Lucide lacks."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import pytest

from deploy.assets import icons

SVG = '<svg\n  xmlns="http://www.w3.org/2000/svg"\n  width="24"\n>\n  <path d="M1 2" />\n  <path d="M3 4" />\n</svg>\n'


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Lucide's table with three icons."""
    path = tmp_path / "icons.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE icons (name TEXT PRIMARY KEY, svg TEXT NOT NULL)")
    connection.executemany("INSERT INTO icons VALUES (?, ?)", [(name, SVG) for name in ("card", "cart", "lock")])
    connection.commit()
    connection.close()
    return path


def test_the_sprite_holds_the_listed_icons_and_no_other(database: Path) -> None:
    sprite = ElementTree.fromstring(icons.build(["card", "lock"], database))
    assert [symbol.get("id") for symbol in sprite] == ["card", "lock"]
    assert [len(symbol) for symbol in sprite] == [2, 2]


def test_an_icon_that_lucide_lacks_is_named_with_its_likes(database: Path) -> None:
    with pytest.raises(icons.UnknownIconError) as caught:
        icons.build(["card", "carr"], database)
    assert caught.value.name == "carr"
    assert set(caught.value.alike) >= {"card", "cart"}


def test_the_list_ignores_comments_blank_lines_and_repetitions() -> None:
    assert icons.read_names("# icons\nlock\n\ncard # for the menu\nlock\n") == ["card", "lock"]


def test_the_drawing_is_taken_out_of_its_frame() -> None:
    assert icons.inner(SVG) == '<path d="M1 2" /><path d="M3 4" />'


def test_a_sprite_is_built_again_when_a_source_is_younger(tmp_path: Path) -> None:
    source, target = tmp_path / "icons.txt", tmp_path / "icons.svg"
    source.touch()
    assert not icons.is_newer(target, [source])
    target.touch()
    assert icons.is_newer(target, [source])
    later_ns = target.stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later_ns, later_ns))
    assert not icons.is_newer(target, [source])


def test_our_own_list_names_each_icon_once() -> None:
    lines = [line for line in icons.NAMES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert sorted(set(lines)) == sorted(lines)
