"""A journal that cannot be opened: a person hears of it on standard error and on the counter's screen."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from simulators.identity import standalone, write_identity
from simulators.rig.rig import free_port

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
START_S = 20.0


def settings(folder: Path, port: int) -> Path:
    write_identity(folder / "identity.json", standalone(b"s" * 32, bytes(32), tenant=7, kid=1))
    path = folder / "terminal.toml"
    path.write_text(
        f'[terminal]\nidentity_file = "{folder}/identity.json"\ndata_dir = "{folder}/data"\nlanguage = "en"\n'
        f"[kiosk]\nport = {port}\n"
    )
    return path


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "store.not_a_journal", "another file"),
        (b"no database at all" * 100, "store.corrupt", "damaged"),
        (None, "store.read_only", "cannot be written"),
    ],
)
def test_the_screen_shows_the_reason_and_the_remedy(
    content: bytes | None, code: str, said: str, tmp_path: Path
) -> None:
    port = free_port()
    path = settings(tmp_path, port)
    if content is not None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "journal.db").write_bytes(content)
    terminal = subprocess.Popen(
        [sys.executable, "-m", "terminal.app", "--config", str(path)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        page = _page(f"http://127.0.0.1:{port}/", terminal)
        assert code in page
        assert said in page
    finally:
        terminal.send_signal(signal.SIGTERM)
        _, stderr = terminal.communicate(timeout=10)
    assert terminal.returncode == 2
    assert said in stderr
    assert "Traceback" not in stderr
    if content is not None:
        assert (tmp_path / "data" / "journal.db").read_bytes() == content


def _page(url: str, terminal: subprocess.Popen[str]) -> str:
    give_up_at = time.monotonic() + START_S
    while terminal.poll() is None and time.monotonic() < give_up_at:
        try:
            page = requests.get(url, timeout=5).text
        except requests.ConnectionError:
            page = ""
        if 'data-screen="stopped"' in page:
            return page
        time.sleep(0.1)
    raise AssertionError(f"no page; exit code {terminal.poll()}")
