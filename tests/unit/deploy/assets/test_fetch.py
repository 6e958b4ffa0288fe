"""Fetching: what is taken out of a wheel, when it is taken again, and what is refused."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

import pytest

from deploy.assets import fetch

MEMBERS = {
    "made_up/static/page.js": b"let x = 1;\n",
    "made_up/other.js": b"not wanted\n",
    "made_up-1.0.dist-info/licenses/LICENSE": b"Do as you like.\n",
}


def make_wheel(folder: Path) -> tuple[fetch.Pin, Path]:
    """A wheel with two files and a licence, and the pin that wants one of them."""
    wheel = folder / "made_up-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return fetch.Pin("made-up", "1.0", digest, {"made_up/static/page.js": "static/vendor/page.js"}), wheel


def test_only_the_pinned_member_and_the_licence_are_unpacked(tmp_path: Path) -> None:
    pin, wheel = make_wheel(tmp_path)
    root = tmp_path / "root"
    fetch.unpack(pin, fetch.find_wheel(pin, tmp_path), root)
    made = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert made == {
        "static/vendor/page.js": MEMBERS["made_up/static/page.js"],
        "assets/LICENSES/made-up/LICENSE": MEMBERS["made_up-1.0.dist-info/licenses/LICENSE"],
    }
    assert wheel.exists()


def test_a_wheel_that_differs_from_its_hash_is_not_used(tmp_path: Path) -> None:
    pin, wheel = make_wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("made_up/more.js", b"slipped in\n")
    with pytest.raises(fetch.FetchError):
        fetch.unpack(pin, wheel, tmp_path / "root")
    assert not (tmp_path / "root").exists()


def test_nothing_is_fetched_again_until_a_pin_changes_or_a_file_is_lost(tmp_path: Path) -> None:
    pin, wheel = make_wheel(tmp_path)
    root = tmp_path / "root"
    assert not fetch.is_up_to_date([pin], root)
    fetch.unpack(pin, wheel, root)
    assert not fetch.is_up_to_date([pin], root)
    (root / fetch.STAMP).write_text(fetch.stamp_text([pin]), encoding="utf-8")
    assert fetch.is_up_to_date([pin], root)
    assert not fetch.is_up_to_date([fetch.Pin("made-up", "1.1", pin.sha256, pin.files)], root)
    (root / "static/vendor/page.js").unlink()
    assert not fetch.is_up_to_date([pin], root)


def test_the_pins_are_complete_and_stay_inside_ignored_places() -> None:
    pins = fetch.read_pins(fetch.PINS)
    assert {pin.name for pin in pins} == {"django-htmx", "python-lucide", "matplotlib-fontja"}
    for pin in pins:
        assert re.fullmatch(r"[0-9a-f]{64}", pin.sha256)
        for place in pin.files.values():
            assert place.startswith(("assets/", "server/web/static/vendor/"))
