"""The members file: a ready SQLite file of members, made once at head office, that terminals only look into.

A *base* has every member as of one number of the feed; a *supplement* has all who changed after a base up to a later
number. Both have this form. SQLCipher encrypts every page, with its own settings, under a key of the file's own.

Whoever is forgotten is hidden at once, by the feed or by a supplement. What a base still says of them under its cipher
is gone with the next base: head office makes one the same night, and a terminal throws the old one away as soon as it
has fetched it, at its first sync after that night.
"""

from __future__ import annotations

APPLICATION_ID = 0x456E4D62  # "EnMb"
PAGE_BYTES = 4_096  # as SQLCipher makes them
FORMAT = 1  # a later one may only have more columns and tables
KEY_BYTES = 32  # raw
ID_CHARS = 32  # hexadecimal digits
PART_BYTES = 4 << 20  # of one answer; a terminal reads no longer one
BYTES_MAX = 16 << 30  # some sixty million members
MEMBERS_MIN = 10_000  # a second or so of pages; a smaller chain has no file
BEHIND_MIN = 2_000  # members told since; two pages of the feed, which come as fast

# A person lies where their newest card is sought, so that a card costs one page of a million; who has no card lies
# under the negative member number. Other cards say where. ``member``: all the file speaks of; nowhere = forgotten.
# Names of ranks and stores are the same for many: ``word``.
SCHEMA = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    CREATE TABLE about (
        id TEXT NOT NULL,
        base TEXT NOT NULL,
        feed_epoch INTEGER NOT NULL,
        upto INTEGER NOT NULL,
        members INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE person (
        place INTEGER PRIMARY KEY,
        member INTEGER NOT NULL,
        name TEXT NOT NULL,
        kana TEXT NOT NULL,
        rank INTEGER NOT NULL,
        memo TEXT NOT NULL,
        visits INTEGER NOT NULL,
        last_visit TEXT NOT NULL,
        last_store INTEGER NOT NULL,
        birthday TEXT NOT NULL,
        balance INTEGER,
        tail TEXT NOT NULL,
        joined TEXT NOT NULL,
        tags TEXT NOT NULL
    ) STRICT
    """,
    "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE further_card (card INTEGER PRIMARY KEY, place INTEGER NOT NULL) STRICT",
    "CREATE INDEX further_card_place ON further_card (place)",
    "CREATE TABLE member (member INTEGER PRIMARY KEY, place INTEGER) STRICT",
    """
    CREATE TABLE phone (
        tail TEXT NOT NULL,
        mark INTEGER NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (tail, mark, place)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE kana (
        search_key TEXT NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (search_key, place)
    ) STRICT, WITHOUT ROWID
    """,
)


def is_id(text: str) -> bool:
    """Whether it may stand in a file's name."""
    return len(text) == ID_CHARS and all(sign in "0123456789abcdef" for sign in text)


def parts(size: int, part_bytes: int) -> int:
    """How many answers a file of ``size`` bytes takes."""
    return -(-size // part_bytes)
