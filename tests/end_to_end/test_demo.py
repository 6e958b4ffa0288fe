"""The demo plays its whole story with real processes, real lines and real HTTP, and stops when it is told to."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SCRIPT_S = 180.0  # about 12 s on a free machine of two cores; a busy one may be many times slower
START_S = 90.0

pytestmark = pytest.mark.slow


def _demo(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (sys.executable, "-m", "simulators.demo", "--lang", "ja", *arguments),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_script_finds_every_figure_equal_on_card_terminals_and_head_office(tmp_path: Path) -> None:
    demo = _demo("--script", "--dir", str(tmp_path / "demo"))
    said, _ = demo.communicate(timeout=SCRIPT_S)
    assert demo.returncode == 0, said
    assert "すべて一致しました" in said
    pictures = sorted(path.name for path in (tmp_path / "demo" / "pictures").iterdir())
    assert len(pictures) == 8
    assert all((tmp_path / "demo" / "pictures" / name).read_bytes().startswith(b"\x89PNG") for name in pictures)


def test_a_started_demo_says_where_it_is_ends_on_ctrl_c_and_goes_on_the_next_day(tmp_path: Path) -> None:
    place = str(tmp_path / "demo")
    for more in ((), ("--keep",)):
        demo = _demo("--dir", place, *more)
        said = _read_until(demo, "  機器テスト台  ")
        assert re.search(r"http://127\.0\.0\.1:\d+/setup/\S+", said), said
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
        assert demo.returncode == 0


def test_a_directory_with_something_else_in_it_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    demo = _demo("--dir", str(tmp_path))
    said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 2
    assert "--dir" in said
    assert (tmp_path / "thesis.txt").exists()


def _read_until(demo: subprocess.Popen[str], words: str) -> str:
    assert demo.stdout is not None
    said, deadline = "", time.monotonic() + START_S
    while words not in said:
        line = demo.stdout.readline()
        assert line, said
        assert time.monotonic() < deadline, said
        said += line
    return said
