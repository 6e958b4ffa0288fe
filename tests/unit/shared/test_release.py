"""The release is said in two places only."""

from __future__ import annotations

import tomllib
from pathlib import Path

from shared.release import RELEASE


def test_the_package_is_of_the_same_release() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == RELEASE
