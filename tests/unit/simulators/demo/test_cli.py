"""The demo's command line: nonsense ends with a sentence and a remedy before anything is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.demo.cli import REFUSED, main
from simulators.world.__main__ import main as simulate

NONSENSE = (
    ["--bogus"], ["more"], ["--speed"], ["--speed", "x"], ["--speed", "0"], ["--speed", "-1"], ["--speed", "nan"],
    ["--speed", "1e9"], ["--lang", "xx"], ["--script", "--keep"],
)  # fmt: skip


@pytest.mark.parametrize("arguments", NONSENSE)
def test_nonsense_is_refused_with_a_remedy(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--dir", str(tmp_path / "demo")]) == REFUSED
    (said,) = capsys.readouterr().out.splitlines()
    assert "./enishi demo --help" in said
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("arguments", [["--bogus"], ["--seeds", "0"], ["--seeds", "x"], ["--jobs", "-1"]])
def test_a_simulation_of_nothing_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        simulate(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
