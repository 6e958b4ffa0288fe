"""0007: what a counter sells, who serves there, how members are found, and where in the journal staff's notes stand.

0008: where the sales of the shop's POS stand in it.
"""

from __future__ import annotations

COUNTER = (
    # reading: of the feed that last told the row, as everywhere.
    """
    CREATE TABLE product (
        code TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        kana TEXT NOT NULL,
        unit_yen INTEGER NOT NULL,
        tax INTEGER NOT NULL,
        category TEXT NOT NULL,
        earns INTEGER NOT NULL,
        reading INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # pin: hexadecimal, scrypt under the chain's salt; '' = none.
    """
    CREATE TABLE staff (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        pin TEXT NOT NULL,
        reading INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE shop (id INTEGER PRIMARY KEY CHECK (id = 1), document BLOB NOT NULL) STRICT",
    # given: handed over here, whether head office knows it yet or not.
    """
    CREATE TABLE benefit (
        id INTEGER PRIMARY KEY,
        card INTEGER NOT NULL,
        text TEXT NOT NULL,
        valid_until TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'given', 'closed')),
        reading INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX benefit_due ON benefit (card) WHERE state = 'due'",
    "CREATE INDEX benefit_card ON benefit (card)",
    # search_key: of the kana, as shared.text.kana folds it. Empty until the feed tells the member again.
    "ALTER TABLE member ADD COLUMN search_key TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX member_search_key ON member (search_key)",
    """
    CREATE TABLE member_phone (
        tail TEXT NOT NULL,
        mark INTEGER NOT NULL,
        member INTEGER NOT NULL REFERENCES member (member) ON DELETE CASCADE,
        PRIMARY KEY (tail, mark, member)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX member_phone_member ON member_phone (member)",
    # names: JSON, of what a card's owner bought here, the newest first. Outlasts the events that it follows from.
    "CREATE TABLE bought (card INTEGER PRIMARY KEY, names TEXT NOT NULL) STRICT",
    # Where notes stand that are asked for again. card: NULL once head office has spoken of an enrolled one. old: whose
    # place the card took. kana, tail, mark: heard of somebody enrolled here, until head office tells the member; the
    # event has them sealed. A day's notes are looked for among all of these, at most a few thousand.
    """
    CREATE TABLE noted (
        event INTEGER PRIMARY KEY,
        type TEXT NOT NULL CHECK (type IN ('ENROL', 'STOP', 'REPLACE', 'SALE')),
        card INTEGER,
        old INTEGER,
        slip INTEGER NOT NULL,
        business_day TEXT NOT NULL,
        kana TEXT NOT NULL DEFAULT '',
        tail TEXT NOT NULL DEFAULT '',
        mark INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX noted_card ON noted (card) WHERE card IS NOT NULL",
    "CREATE INDEX noted_old ON noted (old) WHERE old IS NOT NULL",
    # Members come again with what they are found by, and entries that the software before did not know.
    "UPDATE cursor SET cursor = 0, skipped = 0",
)

POS_SALES = (
    # Events that name a sale of the POS: INTENT, OFFCARD, SALE.
    "CREATE TABLE pos_sale (event INTEGER PRIMARY KEY, reference TEXT NOT NULL) STRICT",
    "CREATE INDEX pos_sale_reference ON pos_sale (reference)",
    """
    INSERT INTO pos_sale
    SELECT id, json_extract(CAST(body AS TEXT), '$.basket.reference') FROM event
    WHERE type IN ('INTENT', 'OFFCARD', 'SALE') AND json_valid(CAST(body AS TEXT))
        AND coalesce(json_extract(CAST(body AS TEXT), '$.basket.reference'), '') <> ''
    """,
)

# Told with every visit from now on.
BALANCE = ("ALTER TABLE member ADD COLUMN balance INTEGER",)
