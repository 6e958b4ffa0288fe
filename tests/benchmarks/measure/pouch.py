"""The peer of sync: PouchDB pushing to express-pouchdb, both on this machine, installed by npm below ``var``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO

import msgspec

from shared.sync.messages import JournalEvent
from tests.benchmarks.measure.goals import say

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / "var" / "bench" / "pouchdb"
PACKAGES = ("pouchdb@9", "express-pouchdb@4", "express@4")  # express 5 ends its server: "Cannot set property query"
INSTALL_TIMEOUT_S = 300
RECORDED_PER_S = 2_850.0  # documents, at 500 a batch: what two cores without other work gave before


class PeerMissing(Exception):
    """There is no node or npm, or npm could not install."""


@dataclass(slots=True)
class Pouch:
    """A running pair. ``batch``: documents of one round of its replication."""

    folder: Path
    client: subprocess.Popen[str]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def replicate(self, events: Sequence[JournalEvent]) -> float:
        """Seconds until these events, one document each, are in the other database."""
        name = f"round{next(self._numbers)}"
        file = self.folder / f"{name}.jsonl"
        file.write_bytes(b"".join(_document(event) for event in events))
        _pipe(self.client.stdin).write(f"{name} {file}\n")
        _pipe(self.client.stdin).flush()
        written, milliseconds = _pipe(self.client.stdout).readline().split()
        assert int(written) == len(events), "the peer lost documents"
        return float(milliseconds) / 1000


@contextmanager
def running_pouch(folder: Path, batch: int) -> Iterator[Pouch]:
    """Start both ends in a new folder, install them if they are not there, stop them at the end. Raises PeerMissing."""
    modules = installed()
    folder.mkdir()
    server = _start("pouch_server.js", modules, folder / "there")
    client = None
    try:
        port = _pipe(server.stdout).readline().strip()
        client = _start("pouch_client.js", modules, folder / "here", port, str(batch))
        yield Pouch(folder, client)
    finally:
        for process in filter(None, (client, server)):
            process.kill()
            process.wait()


def installed() -> Path:
    """The folder that holds ``node_modules``; nothing of it is ours. Raises PeerMissing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise PeerMissing("there is no node with npm")
    if not all((CACHE / "node_modules" / name.split("@")[0] / "package.json").exists() for name in PACKAGES):
        say("npm installs the peer below var …")
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        try:
            subprocess.run(
                [npm, "install", *options, *PACKAGES], cwd=CACHE, check=True, capture_output=True,
                timeout=INSTALL_TIMEOUT_S,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            raise PeerMissing(f"npm could not install {', '.join(PACKAGES)} ({type(error).__name__})") from error
    return CACHE


def _document(event: JournalEvent) -> bytes:
    """The event's own figures under its number."""
    body = msgspec.json.decode(event.body)
    figures = {"type": event.type, "at": event.wall_ms, "hash": event.hash}
    return msgspec.json.encode({"_id": f"{event.seq:010d}", **figures, **body}) + b"\n"


def _start(script: str, modules: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["node", HERE / script, modules, folder, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end
