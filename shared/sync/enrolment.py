"""How a new terminal and head office make sure of each other: a one-time code, and six words on both screens.

Whoever stands between them would need keys of its own whose words agree on both sides. The words are 66 bits, and each
try costs :data:`ROUNDS` rounds of SHA-256, so that nobody finds such keys while a code lives.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

CODE_CHARS = 16  # of 32 signs each: 80 bits
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
CODE_GROUP = 4
CODE_TYPED_MAX = 40  # with spaces and hyphens
CODE_LIFE_MS = 15 * 60_000  # security 4.2
WORDS, WORD_BITS = 6, 11
ROUNDS = 200_000  # a tenth of a second here, under one on a small Pi; 2**33 tries (birthday) last longer than a code

_READ_AS = str.maketrans("OIL", "011")


def normal_code(typed: str) -> str:
    """The code without what people add or confuse; "" for what cannot be one."""
    code = "".join(sign for sign in typed.upper() if sign not in " -\t").translate(_READ_AS)
    if len(typed) > CODE_TYPED_MAX or len(code) != CODE_CHARS or any(sign not in CODE_SIGNS for sign in code):
        return ""
    return code


def shown_code(code: str) -> str:
    """In groups of four, as it is read out."""
    return "-".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))


def code_hash(code: str) -> bytes:
    """What head office keeps of a code. 80 random bits need no slow hash."""
    return hashlib.sha256(b"enishi-enrol-code-v1\0" + code.encode("ascii")).digest()


def word_numbers(office_key: bytes, terminal_key: bytes, code: str) -> tuple[int, ...]:
    """Six numbers of 11 bits: places in a word list of 2,048. The keys are the public ones, 32 bytes each.

    Both sides show the same words, or somebody stands between them.
    """
    told = b"enishi-enrol-words-v1\0" + office_key + terminal_key
    bits = int.from_bytes(hashlib.pbkdf2_hmac("sha256", told, code.encode("ascii"), ROUNDS), "big") >> (
        256 - WORDS * WORD_BITS
    )
    mask = (1 << WORD_BITS) - 1
    return tuple(bits >> (WORD_BITS * place) & mask for place in reversed(range(WORDS)))


def in_words(wordlist: Sequence[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """The words at these places. The Japanese list is kept decomposed; screens want whole letters."""
    return tuple(unicodedata.normalize("NFC", wordlist[number]) for number in numbers)
