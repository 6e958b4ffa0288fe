"""The peer of provisioning: a PouchDB that pulls from express-pouchdb, both on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec

from shared.sync.messages import PULL_ITEMS_MAX, MemberItem
from tests.benchmarks.measure.pouch import HERE, installed

PULL_TIMEOUT_S = 300


def pull(folder: Path, members: Iterable[MemberItem]) -> float:
    """Documents a second, one for each member. Raises PeerMissing."""
    modules = installed()
    folder.mkdir()
    file = folder / "members.jsonl"
    file.write_bytes(b"".join(_document(one) for one in members))
    server = subprocess.Popen(
        ["node", HERE / "pouch_server.js", modules, folder / "there"], stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        told = subprocess.run(
            ["node", HERE / "pouch_pull.js", modules, folder / "here", port, str(PULL_ITEMS_MAX), file],
            check=True, capture_output=True, text=True, timeout=PULL_TIMEOUT_S,
        ).stdout  # fmt: skip
    finally:
        server.kill()
        server.wait()
    written, milliseconds = told.split()
    return int(written) / (float(milliseconds) / 1000)


def _document(member: MemberItem) -> bytes:
    return msgspec.json.encode({"_id": str(member.member), **msgspec.to_builtins(member)}) + b"\n"
