"""How head office hands on a PIN and a terminal recognises one: scrypt under the chain's salt, alike on both sides."""

from __future__ import annotations

from hashlib import scrypt

COST_N, COST_R, COST_P = 1 << 14, 8, 1  # 16 MiB and some 50 ms: once for a PIN, whoever it may belong to
MARK_BYTES = 16
PIN_DIGITS = (4, 8)  # fewest and most


def is_pin(text: str) -> bool:
    """Whether ``text`` can be one at all."""
    fewest, most = PIN_DIGITS
    return fewest <= len(text) <= most and text.isascii() and text.isdigit()


def pin_mark(pin: str, salt: str) -> str:
    """What stands in a ``StaffItem``, as hexadecimal digits. ``salt``: of the ``ShopItem``, hexadecimal as well."""
    raw = bytes.fromhex(salt)
    return scrypt(pin.encode("ascii", "replace"), salt=raw, n=COST_N, r=COST_R, p=COST_P, dklen=MARK_BYTES).hex()
