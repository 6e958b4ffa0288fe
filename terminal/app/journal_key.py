"""The key of the journal: 32 bytes as 64 hexadecimal digits in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from shared.errors import EnishiError
from shared.visit.screens import Notice
from terminal.app.store.disk import create_private, make_durable
from terminal.app.store.engine import CIPHER_MODULE, KEY_BYTES, PLAIN, Engine, cipher

SETTING = "terminal.journal_key_file"
OTHERS = 0o077  # bits of a mode that let others read the file
FILE_BYTES_MAX = 4_096  # longer is not the file that was meant


def make_key(path: Path) -> None:
    """A new random key. Raises OSError, also when the file exists: without the old key its journal is lost."""
    create_private(path)
    path.write_text(secrets.token_hex(KEY_BYTES) + "\n", "ascii")
    make_durable(path)
    make_durable(path.parent)


def read_key(path: Path) -> bytes:
    """Raises ``config.secret_missing``, ``config.secret_open`` or ``config.secret_malformed``; it is never shown."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(FILE_BYTES_MAX).strip()
    except OSError as error:
        raise EnishiError("config.secret_missing", key=SETTING, path=str(path)) from error
    if mode & OTHERS:
        raise EnishiError("config.secret_open", key=SETTING, path=str(path))
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise EnishiError("config.secret_malformed", key=SETTING, digits=2 * KEY_BYTES)
    return key


def choose_engine(
    key_file: Path | None, allow_plain: bool, module: str = CIPHER_MODULE
) -> tuple[Engine, tuple[Notice, ...]]:
    """The engine, and what staff must be told of it for as long as it is used.

    Raises ``config.secret_*`` and, unless ``allow_plain``, ``store.no_cipher``.
    """
    if key_file is None:
        return PLAIN, ()
    key = read_key(key_file)
    try:
        return cipher(key, module), ()
    except EnishiError as error:
        if not allow_plain:
            raise
        return PLAIN, (Notice("store.plain_journal", error.facts),)
