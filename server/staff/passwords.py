"""Hashing passwords, and turning away those that anybody would try first."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import EnishiError

PASSWORD_MIN = 12  # characters; no composition rules, as NIST SP 800-63B advises
PASSWORD_MAX = 200  # keeps the work of hashing bounded
REST_MIN = 6  # characters that must be left when everything easy is taken away
SIGNS_MIN = 5  # different characters
WORD_MIN = 3  # a shorter word may stand in a password by chance
RUN_MIN = 4  # characters of a row of keys or of figures
ROWS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc")
WORDS = (  # what most lists of broken passwords begin with, and what this product is called
    "password", "passwd", "passw0rd", "p@ssw0rd", "welcome", "letmein", "iloveyou", "admin", "administrator", "login",
    "master", "monkey", "dragon", "sunshine", "princess", "football", "baseball", "superman", "qwerty", "secret",
    "changeme", "default", "guest", "sakura", "nippon", "japan", "tokyo", "osaka", "himitsu", "enishi", "point",
    "pointcard", "card", "shop", "store", "honbu", "tencho", "パスワード", "ぱすわーど", "ポイントカード", "本部",
    "店長",
)  # fmt: skip
UNKNOWN = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$5mVCzDnLqQ0cmJvAdEGxB0RzZyR1qLVA6LCAYS5vZ2Q"

_hasher = PasswordHasher()


def hash_password(password: str, words: Collection[str] = ()) -> str:
    """``words``: account, name, shops: what somebody who knows the person tries first.

    Raises ``input.password_short``, ``input.password_long`` or ``input.password_easy``.
    """
    if len(password) < PASSWORD_MIN:
        raise EnishiError("input.password_short", limit=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise EnishiError("input.password_long", limit=PASSWORD_MAX)
    if is_easy(password, words):
        raise EnishiError("input.password_easy")
    return _hasher.hash(unicodedata.normalize("NFKC", password))


def is_right(password_hash: str, password: str) -> bool:
    """As slow for the hash that no password has as for any other."""
    try:
        return _hasher.verify(password_hash or UNKNOWN, unicodedata.normalize("NFKC", password[:PASSWORD_MAX]))
    except (VerificationError, InvalidHashError):
        return False


def is_easy(password: str, words: Collection[str] = ()) -> bool:
    """Whether little is left of it without known words, rows of keys and repetitions."""
    folded = _folded(password)
    if len(set(folded)) < SIGNS_MIN:
        return True
    left = folded
    for word in sorted({_folded(word) for word in (*WORDS, *_parts(words))}, key=len, reverse=True):
        if len(word) >= WORD_MIN:
            left = left.replace(word, "")
    for run in _runs():
        left = left.replace(run, "")
    return len(_unrepeated(left)) < REST_MIN


def _parts(words: Collection[str]) -> Iterator[str]:
    for word in words:
        yield word
        yield from word.split()


def _runs() -> Iterator[str]:
    """Every piece of a row, the longest first."""
    for length in range(max(map(len, ROWS)), RUN_MIN - 1, -1):
        for row in ROWS:
            yield from (row[start : start + length] for start in range(len(row) - length + 1))


def _unrepeated(text: str) -> str:
    """One round of what only goes round: "abcabcabc" is "abc"."""
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1))[: len(text)] == text:
            return text[:length]
    return text


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
