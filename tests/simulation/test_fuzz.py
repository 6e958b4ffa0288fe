"""Every reader of foreign bytes, fuzzed for a while with the code's own branches as guide.

``FUZZ_SECONDS=600 ./enishi test tests/simulation/test_fuzz.py`` looks longer. What breaks a reader is shown in hex and
in Base64; it belongs into that reader's own tests.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = int(os.environ.get("FUZZ_SECONDS", "8"))
START_MAX_S = 60  # imports, instrumentation and the reading of the seeds
RUNS_MIN_PER_S = 20  # a tenth of the slowest target on a small machine; fewer means that nothing was tried
MEMORY_MAX_MB = 2_048
CHATTER = ("#", "INFO", "WARNING", "stat::")

# A fuzzer that is blind would find nothing: the least number of branches that each must have seen.
TARGETS = {
    "card_image": (300, 30),  # longest input in bytes, branches
    "device_frames": (2_048, 300),
    "sync_messages": (8_192, 80),
}


@pytest.fixture(scope="session")
def atheris() -> None:
    """The fuzzer has wheels for few machines."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: it has no wheel for this machine (Linux on x86-64 has one)")


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.usefixtures("atheris")
def test_no_bytes_break_a_reader(target: str, tmp_path: Path, record_property) -> None:
    longest, branches_min = TARGETS[target]
    (tmp_path / "corpus").mkdir()
    command = [sys.executable, "-m", f"tests.simulation.fuzz.{target}", str(tmp_path / "corpus")]
    command += [f"-max_total_time={SECONDS}", f"-max_len={longest}", f"-rss_limit_mb={MEMORY_MAX_MB}", "-timeout=10"]
    command += ["-seed=1", f"-artifact_prefix={tmp_path}/", "-print_final_stats=1"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=SECONDS + START_MAX_S, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, "\n".join(line for line in said.splitlines() if not line.startswith(CHATTER))
    last = re.findall(r"^#(\d+)\s+DONE\s+cov: (\d+)", said, re.MULTILINE)
    assert last, said
    runs, branches = (int(number) for number in last[-1])
    record_property("runs_per_s", runs // SECONDS)
    record_property("branches", branches)
    assert runs >= RUNS_MIN_PER_S * SECONDS
    assert branches >= branches_min
