"""A SIP line by the name of its settings: ``/etc/enishi/sip.toml`` is read, checked, and made a socket.

The file is read again whenever the core asks who it is, so a corrected password needs no restart; a changed address
opens the link afresh. What is wrong with the file is said by the code of the opening: ``config.*``.
"""

from __future__ import annotations

import os
import socket
import tomllib
from functools import partial
from pathlib import Path

from shared.errors import EnishiError
from terminal.drivers.links.udp_link import UdpLink
from terminal.protocol.sip import Address
from terminal.protocol.sip_account import AccountFile, SipLine, encode_line, read_account

FILE_BYTES_MAX = 16 << 10  # settings are a few lines
PASSWORD_BYTES_MAX = 256
OTHERS = 0o077  # bits of a mode that let others read the file
SEED_BYTES = 16


def open_sip(port: str) -> UdpLink:
    """``port``: the path of the settings. Raises ``config.*`` and ``device.link_missing``."""
    account = _load(port)
    _read_password(port, account)
    try:
        registrar = _resolve(account)
        wire = _bind(registrar, account.local_port)
    except (OSError, UnicodeError) as error:
        raise EnishiError("device.link_missing", port=port, detail=str(error)[:120]) from error
    local = Address(*wire.getsockname())
    return UdpLink(port, wire, registrar.host, partial(_introduce, port, account, registrar, local))


def _load(port: str) -> AccountFile:
    try:
        with Path(port).open("rb") as file:
            document = tomllib.loads(file.read(FILE_BYTES_MAX).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EnishiError("config.unreadable", path=port, detail=str(error)[:200]) from error
    return read_account(document, port)


def _read_password(port: str, account: AccountFile) -> str:
    path = account.password_file
    try:
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            password = file.read(PASSWORD_BYTES_MAX).decode("utf-8").strip("\r\n")
    except (OSError, ValueError) as error:
        raise EnishiError("config.secret_missing", key=f"{port}: password_file", path=path) from error
    if not password:
        raise EnishiError("config.secret_missing", key=f"{port}: password_file", path=path)
    if mode & OTHERS:
        raise EnishiError("config.secret_open", key=f"{port}: password_file", path=path)
    return password


def _resolve(account: AccountFile) -> Address:
    """IPv4, as every gateway at home has it."""
    found = socket.getaddrinfo(account.registrar, account.port, socket.AF_INET, socket.SOCK_DGRAM)
    host, port = found[0][4][:2]
    return Address(str(host), int(port))


def _bind(registrar: Address, local_port: int) -> socket.socket:
    """A socket on the address from which the registrar is reached: Contact must name it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((registrar.host, registrar.port))  # sends nothing
        host = probe.getsockname()[0]
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        wire.bind((host, local_port))
    except OSError:
        wire.close()
        raise
    return wire


def _introduce(port: str, opened: AccountFile, registrar: Address, local: Address) -> bytes:
    try:
        account = _load(port)
        password = _read_password(port, account)
    except EnishiError as error:  # opening the link again will say it with all its facts
        raise EnishiError("device.link_lost", port=port, detail=error.code) from error
    if _place(account) != _place(opened):
        raise EnishiError("device.link_lost", port=port, detail="the settings name another place")
    line = SipLine(
        user=account.user,
        auth_user=account.auth_user or account.user,
        password=password,
        domain=account.domain or account.registrar,
        expires_s=account.expires_s,
        registrar=registrar,
        local=local,
        seed=os.urandom(SEED_BYTES),
    )
    return encode_line(line)


def _place(account: AccountFile) -> tuple[str, int, int]:
    return account.registrar, account.port, account.local_port
