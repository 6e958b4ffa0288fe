"""Folders carried by hand: what is not one is refused by name, whatever lies in it."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.sync.bundle import (
    FILE_BYTES_MAX,
    FILES_MAX,
    HELLO,
    MANIFEST,
    MANIFEST_BYTES_MAX,
    REQUEST,
    Envelope,
    folder,
    read_folder,
)

STREAM = (12).to_bytes(2, "big") + bytes(8)


def envelope(counter: int, body: bytes = b"{}", stream: bytes = STREAM) -> Envelope:
    return Envelope(HELLO, 12, stream, counter, 1, 1, body, bytes(64))


def reading(files: dict[str, bytes]):
    return lambda name, limit: files.get(name, b"")[: limit + 1]


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_what_was_put_in_comes_out_in_order(bodies: list[bytes]) -> None:
    put = tuple(envelope(counter, body) for counter, body in enumerate(bodies, 1))
    assert read_folder(REQUEST, reading(dict(folder(REQUEST, 12, put)))) == (12, put)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_a_folder_or_refused_by_name(manifest: bytes, file: bytes) -> None:
    for files in (
        {MANIFEST: manifest, "0001.json": file},
        dict(folder(REQUEST, 12, [envelope(1)])) | {"0001.json": file},
        dict(folder(REQUEST, 12, [envelope(1)])) | {MANIFEST: manifest},
    ):
        with pytest.raises(EnishiError, match=r"sync\.bundle_(damaged|foreign)"):
            read_folder(REQUEST, reading(files))


@given(st.binary(max_size=200))
def test_a_manifest_that_fits_any_bytes_makes_no_envelope_of_them(file: bytes) -> None:
    entry = {"name": "0001.json", "bytes": len(file), "sha256": hashlib.sha256(file).digest()}
    manifest = msgspec.json.encode({"format": 1, "kind": REQUEST, "terminal": 12, "files": [entry]})
    with pytest.raises(EnishiError, match=r"sync\.bundle_damaged"):
        read_folder(REQUEST, reading({MANIFEST: manifest, "0001.json": file}))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"kind": "answer"},
        {"terminal": 0},
        {"terminal": 13},
        {"files": []},
        {"files": [{"name": "../../etc/passwd", "bytes": 1, "sha256": bytes(32)}]},
        {"files": [{"name": "0001.json\n", "bytes": 1, "sha256": bytes(32)}]},
    ],
)
def test_a_manifest_that_means_something_else_is_refused(change: dict[str, object]) -> None:
    files = dict(folder(REQUEST, 12, [envelope(1)]))
    files[MANIFEST] = msgspec.json.encode(msgspec.json.decode(files[MANIFEST]) | change)
    with pytest.raises(EnishiError, match=r"sync\.bundle_(damaged|foreign)"):
        read_folder(REQUEST, reading(files))


def test_an_envelope_of_another_terminals_stream_is_refused() -> None:
    files = dict(folder(REQUEST, 12, [envelope(1, stream=(13).to_bytes(2, "big") + bytes(8))]))
    with pytest.raises(EnishiError, match=r"sync\.bundle_foreign"):
        read_folder(REQUEST, reading(files))


def test_files_without_end_are_not_read() -> None:
    for name, limit in ((MANIFEST, MANIFEST_BYTES_MAX), ("0001.json", FILE_BYTES_MAX)):
        files = dict(folder(REQUEST, 12, [envelope(1)]))
        files[name] += b" " * limit
        with pytest.raises(EnishiError, match=r"sync\.bundle_damaged"):
            read_folder(REQUEST, reading(files))


def test_more_files_than_a_folder_holds_are_refused() -> None:
    with pytest.raises(EnishiError, match=r"sync\.bundle_too_large"):
        list(folder(REQUEST, 12, [envelope(1)] * (FILES_MAX + 1)))
