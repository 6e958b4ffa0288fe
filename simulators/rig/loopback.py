"""Ports of the loopback, shared fairly by several rigs on one computer."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def claim(port: int, claims: ExitStack) -> bool:
    """Whether ``port`` is free and now ours, until ``claims`` end.

    Between choosing a port and listening on it lie seconds. The mark is a socket with a name of the kind that goes
    with the process that holds it.
    """
    if not is_free(port):
        return False
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0enishi-port-{port}")
    except OSError:
        mark.close()
        return False
    claims.enter_context(mark)
    return True
