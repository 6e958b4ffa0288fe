"""systemd's datagram, against a real socket."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from terminal.app.health import notify


@pytest.mark.parametrize("abstract", [False, True])
def test_a_message_reaches_the_socket_by_path_or_abstract_name(abstract: bool, tmp_path: Path) -> None:
    name = f"@enishi-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name[1:] if abstract else name)
        assert notify({"NOTIFY_SOCKET": name}, "READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    assert not notify({}, "READY=1")
    assert not notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, "READY=1")
