"""A terminal without pins or I2C never loads their libraries: they are slow to import, and not everywhere installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[5]
LAZY = ("gpiozero", "RPLCD", "smbus", "smbus2", "lgpio", "RPi", "smartcard")


def test_the_list_of_drivers_loads_no_hardware_library() -> None:
    code = f"import sys, terminal.drivers.registry; print([name for name in {LAZY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
