"""The identity file: read whole or refused without a word of its content; its keys open only with its seed."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.public import SealedBox
from nacl.signing import SigningKey

from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.sync.identity import IDENTITY_BYTES_MAX, TENANT_MAX, Identity
from shared.sync.messages import KeyPackage
from simulators.identity import standalone
from terminal.app.identity import Counter, load_identity, open_ring, seal_for_office, write_identity

IDENTITY = standalone(b"s" * 32, b"k" * 32, tenant=7, kid=5, terminal=12)


def refused(path: Path) -> str:
    with pytest.raises(EnishiError) as caught:
        load_identity(path)
    assert "ssss" not in str(caught.value)
    return caught.value.code


def test_what_was_written_is_read_back_and_private(tmp_path: Path) -> None:
    path = tmp_path / "identity.json"
    write_identity(path, IDENTITY)
    assert load_identity(path) == IDENTITY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_identity(path, msgspec.structs.replace(IDENTITY, terminal=13))
    assert load_identity(path).terminal == 13
    assert [entry.name for entry in tmp_path.iterdir()] == ["identity.json"]


def test_a_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "identity.json"
    write_identity(path, IDENTITY)
    path.chmod(0o640)
    assert refused(path) == "config.secret_open"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere") == "config.secret_missing"
    assert refused(tmp_path) == "config.secret_missing"


WRONG: list[dict[str, object]] = [
    {"terminal": 0}, {"terminal": 16384}, {"terminal": "12"}, {"tenant": TENANT_MAX + 1}, {"tenant": -1},
    {"store": ""}, {"seed": "AAAA"}, {"kid": 64}, {"keys": []}, {"keys": [{"kid": 1, "sealed": "A" * 120}]},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG)
def test_a_value_outside_its_range_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    path = tmp_path / "identity.json"
    write_identity(path, IDENTITY)
    told = {**msgspec.json.decode(path.read_bytes()), **changes}
    path.write_bytes(msgspec.json.encode(told))
    assert refused(path) == "config.identity"


def test_a_file_longer_than_an_identity_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "identity.json"
    write_identity(path, IDENTITY)
    path.write_bytes(b" " * IDENTITY_BYTES_MAX + path.read_bytes())
    assert refused(path) == "config.identity"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.just(b"{" * 9_000))
def test_any_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "identity.json"
    path.write_bytes(content)
    path.chmod(0o600)
    assert refused(path) == "config.identity"


def test_keys_open_with_the_seed_they_were_sealed_to(tmp_path: Path) -> None:
    assert open_ring(IDENTITY, 5, IDENTITY.keys) == KeyRing(7, 5, {5: b"k" * 32})
    short = standalone(b"s" * 32, b"k" * 31, tenant=7, kid=5).keys
    other = msgspec.structs.replace(IDENTITY, seed=b"x" * 32)
    wrong: list[tuple[Identity, int, tuple[KeyPackage, ...]]] = [
        (other, 5, IDENTITY.keys), (IDENTITY, 6, IDENTITY.keys), (IDENTITY, 5, ()), (IDENTITY, 5, short),
    ]  # fmt: skip
    for identity, kid, keys in wrong:
        with pytest.raises(EnishiError, match=r"sync\.key_package"):
            open_ring(identity, kid, keys)


def test_no_two_threads_take_the_same_number() -> None:
    counter, taken = Counter(), [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda mine: [mine.append(counter.take()) for _ in range(2_000)], args=(mine,))
        for mine in taken
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for mine in taken for number in mine) == list(range(1, 8_001))
    assert all(mine == sorted(mine) for mine in taken)


def test_what_is_sealed_for_head_office_opens_with_its_key_alone() -> None:
    office = SigningKey(b"o" * 32)
    seal = seal_for_office(msgspec.structs.replace(IDENTITY, office_key=bytes(office.verify_key)))
    sealed = seal(b"for head office")
    assert SealedBox(office.to_curve25519_private_key()).decrypt(sealed) == b"for head office"
    assert sealed != seal(b"for head office")  # nobody can try numbers out


def test_a_terminal_that_stands_alone_seals_nothing() -> None:
    assert seal_for_office(IDENTITY)(b"for head office") == b""


@pytest.mark.parametrize("key", [b"short", b"\xff" * 32])
def test_a_key_that_is_none_is_refused(key: bytes) -> None:
    with pytest.raises(EnishiError, match=r"config\.identity"):
        seal_for_office(msgspec.structs.replace(IDENTITY, office_key=key))
