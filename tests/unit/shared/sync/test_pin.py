"""A PIN's mark: the same at head office and at every terminal, and only under the chain's salt."""

from __future__ import annotations

import pytest

from shared.sync.pin import is_pin, pin_mark

SALT = "00112233445566778899aabbccddeeff"


def test_a_mark_never_changes() -> None:
    assert pin_mark("4711", SALT) == "03cc6699b32e3b3612edf808465dd18b"


def test_another_salt_gives_another_mark() -> None:
    assert pin_mark("4711", "") != pin_mark("4711", SALT)


def test_a_salt_is_hexadecimal() -> None:
    with pytest.raises(ValueError, match="hex"):
        pin_mark("4711", "salt")


@pytest.mark.parametrize(
    ("text", "good"),
    [("4711", True), ("12345678", True), ("123", False), ("123456789", False), ("47a1", False), ("４７１１", False)],
)
def test_a_pin_has_four_to_eight_digits(text: str, good: bool) -> None:
    assert is_pin(text) is good
