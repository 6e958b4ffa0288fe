"""The two secrets: 32 bytes as hexadecimal digits, or head office does not start."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from nacl.public import SealedBox
from nacl.signing import SigningKey

from server.config import Settings
from server.setup import prepare
from server.vault import open_vault
from shared.card.mac import epoch_key
from shared.errors import EnishiError


def test_setup_makes_private_secrets_once_where_they_belong(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", secrets_dir=str(tmp_path / "secrets"))
    prepare(settings).close()
    first = open_vault(settings)
    prepare(settings).close()
    again = open_vault(settings)
    assert (again.root, again.public_key) == (first.root, first.public_key)
    for path in (settings.signing_key_path, settings.root_key_path):
        assert path.parent == tmp_path / "secrets"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_what_is_sealed_opens_with_the_terminals_seed_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    prepare(settings).close()
    vault, key = open_vault(settings), SigningKey(b"t" * 32)
    sealed = vault.seal(1, bytes(key.verify_key))
    assert SealedBox(key.to_curve25519_private_key()).decrypt(sealed) == epoch_key(vault.root, 7, 1)


def test_what_is_sealed_to_head_office_opens_with_its_signing_key_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    prepare(settings).close()
    vault = open_vault(settings)
    sealed = SealedBox(vault.signer.verify_key.to_curve25519_public_key()).encrypt(b"for us")
    assert vault.unseal(sealed) == b"for us"
    theirs = SealedBox(SigningKey(b"t" * 32).verify_key.to_curve25519_public_key()).encrypt(b"for them")
    for box in (theirs, sealed[:-1], b"", bytes(48), bytes(100)):
        with pytest.raises(EnishiError, match=r"sync\.sealed"):
            vault.unseal(box)


@pytest.mark.parametrize("name", ["signing_key", "root_key"])
@pytest.mark.parametrize("content", [None, "", "00" * 31, "00" * 33, "secret!", "鍵"])
def test_a_secret_that_is_missing_or_malformed_is_named_and_not_shown(
    tmp_path: Path, name: str, content: str | None
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    prepare(settings).close()
    path = tmp_path / "data" / name
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(EnishiError) as caught:
        open_vault(settings)
    assert caught.value.code in ("config.secret_missing", "config.secret_malformed")
    assert caught.value.facts["key"] == name
    assert not content or content not in str(caught.value)
