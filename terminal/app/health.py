"""Telling systemd that we are up and alive (sd_notify), without a library: one datagram."""

from __future__ import annotations

import socket
from collections.abc import Mapping


def notify(environ: Mapping[str, str], message: str) -> bool:
    """Send ``READY=1`` or ``WATCHDOG=1``. False when nobody listens; never raises."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address[0] == "@":  # a name in Linux' abstract space
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(address)
            channel.sendall(message.encode())
        except OSError:
            return False
    return True
