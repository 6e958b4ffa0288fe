"""What the journal's other tables say because of its events: up to one of them; the rest *lags*.

An INTENT and the COMMIT behind it are all that a customer waits for, so they only add themselves. Whatever is written
or asked next settles what lags; a boot does it first of all.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import msgspec

from shared.card.codec import decode, track_hash
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.ids import CardNo, VisitId
from shared.sync.chain import decode_body
from shared.visit import journal as j
from terminal.app.store import sql
from terminal.app.store.noted import derive_note, remember_goods, remember_pos_sale
from terminal.app.store.schema_wear import PRINTS, REWRITES

_intent_decoder = msgspec.json.Decoder(j.Intent)
_NO_KEYS = KeyRing(0, 0, {})  # our own journal is believed; only the plain fields of its images are read here


_TABLES = (
    "adjust", "benefit", "bought", "card_shadow", "counter", "day_total", "deny_card", "noted", "offline_day",
    "pos_sale", "reissue", "visit",
)  # fmt: skip
# Else it is of an older release, in which nothing lags.
_HAS_NUMBERS = "SELECT 1 FROM pragma_table_info('event') WHERE name = 'id'"
_MADE_BY = "SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"


def settle(db: sqlite3.Connection) -> None:
    """Derive what lags, in the caller's transaction."""
    rows = db.execute(sql.LAGGING).fetchall()
    for _, stream, seq, kind, text in rows:
        body = decode_body(kind, text)
        if body is not None:
            derive(db, stream, seq, body)
    if rows:
        db.execute(sql.SET_DERIVED, (rows[-1][0],))


def settle_aside(connection: sqlite3.Connection) -> None:
    """The same for one who may only read: as temporary tables of the same names, in memory, which hide the real ones.

    What cannot be read is left out: whoever looks at a damaged journal wants to see the rest.
    """
    if not connection.execute(_HAS_NUMBERS).fetchall() or not connection.execute(sql.LAGGING).fetchall():
        return
    connection.execute("PRAGMA temp_store = MEMORY")
    for table in _TABLES:
        made = connection.execute(_MADE_BY, (table,)).fetchall()
        for (made_by,) in made:  # the table, then its indexes
            aside = made_by.replace("CREATE TABLE ", "CREATE TEMP TABLE ", 1)
            connection.execute(aside.replace("CREATE INDEX ", "CREATE INDEX temp.", 1))
        if made:  # a journal of 0006 has no notes
            connection.execute(f"INSERT INTO temp.{table} SELECT * FROM main.{table}")
    with suppress(EnishiError):
        settle(connection)


def derive(db: sqlite3.Connection, stream: bytes, seq: int, body: j.Body) -> None:
    """A COMMIT dominates an ABORT and an ABORT a DOUBT, in whatever order they come; the same event twice is once.

    Raises ``store.corrupt`` for a visit whose INTENT is not there.
    """
    match body:
        case j.Intent():
            _intend(db, stream, seq, body)
        case j.Commit(visit=visit, how=how):
            _commit(db, visit, how)
        case j.Abort(visit=visit):
            db.execute(sql.ABORT_VISIT, (visit,))
        case j.Doubt(visit=visit):
            db.execute(sql.DOUBT_VISIT, (visit,))
        case j.OffCard():
            _off_card(db, stream, seq, body)
        case j.Honour(visit=visit):
            _honour(db, visit)
        case j.Reissue():
            _reissue(db, body)
        case j.Resolve(visit=visit, answer=answer):
            db.execute(sql.ANSWER_VISIT, (answer, visit))
        case j.Print(visit=visit):
            db.execute(sql.FINISH_VISIT, (visit,))
            if not body.error:
                db.execute(sql.COUNT_ONE, (PRINTS,))
                db.executemany(sql.MESSAGE_PRINTED, [(message,) for message in body.messages])
        case j.Eject(visit=visit):
            db.execute(sql.FINISH_VISIT, (visit,))
        case j.Seen(verdict=j.SET_BACK):
            db.execute(sql.NOTE_SET_BACK)
        case j.Stream() | j.Seen():
            pass
        case _:
            derive_note(db, stream, seq, body)


def _intend(db: sqlite3.Connection, stream: bytes, seq: int, intent: j.Intent) -> None:
    db.execute(sql.LEAVE_UNPRINTED)
    db.execute(sql.ADD_VISIT, (intent.visit, intent.card, stream, seq, intent.slip, intent.business_day))
    remember_pos_sale(db, stream, seq, intent.basket)


def _commit(db: sqlite3.Connection, visit: VisitId, how: j.How) -> None:
    found = db.execute(sql.COMMIT_VISIT, (visit,)).fetchone()
    if found is None:
        return
    if how is j.How.VERIFIED:
        db.execute(sql.COUNT_ONE, (REWRITES,))
    honoured, is_open, stays_open = found
    if is_open != stays_open:
        db.execute(sql.OPEN_VISIT, (stays_open, visit))
    intent = _intent(db, visit)
    _raise_shadow(db, intent.card, intent.gen, intent.seq, intent.post)
    if not honoured:
        _count(db, intent)
    if intent.redeem and intent.kind is j.VisitKind.SALE and not intent.online:
        db.execute(sql.ADD_TO_OFFLINE_DAY, (intent.business_day, intent.redeem))


def _honour(db: sqlite3.Connection, visit: VisitId) -> None:
    """The customer was told that the points are theirs: the day counts them now, and not again with a COMMIT."""
    if db.execute(sql.HONOUR_VISIT, (visit,)).rowcount:
        _count(db, _intent(db, visit))


def _off_card(db: sqlite3.Connection, stream: bytes, seq: int, entry: j.OffCard) -> None:
    row = (entry.visit, entry.card, stream, seq, entry.slip, entry.business_day)
    if db.execute(sql.ADD_OFF_CARD, row).rowcount:
        db.execute(sql.LEAVE_UNPRINTED)
        db.execute(sql.ADD_TO_DAY, (entry.business_day, entry.amount_yen, entry.earn, 0))
        remember_goods(db, entry.card, entry.basket)
        remember_pos_sale(db, stream, seq, entry.basket)


def _reissue(db: sqlite3.Connection, reissue: j.Reissue) -> None:
    db.execute(sql.ADD_REISSUE, (reissue.request, reissue.card))
    image = decode(reissue.track, _NO_KEYS).image
    _raise_shadow(db, reissue.card, reissue.gen, 0 if image is None else image.seq, reissue.track)
    db.execute(sql.LEAVE_UNDECIDED, (reissue.card,))


def _raise_shadow(db: sqlite3.Connection, card: CardNo, gen: int, seq: int, track: str) -> None:
    """The newest image that is known here; what it has taken in already is not owed to the card any more."""
    db.execute(sql.RAISE_SHADOW, (card, gen, seq, track_hash(track), "own"))
    if db.execute(sql.OWED, (card,)).fetchone() is None:
        return
    image = decode(track, _NO_KEYS).image
    if image is not None:
        db.execute(sql.FORGET_ADJUSTMENTS, (card, image.adj))


def _intent(db: sqlite3.Connection, visit: VisitId) -> j.Intent:
    row = db.execute(sql.INTENT_OF, (visit,)).fetchone()
    if row is None:  # pages of different times: the disk has lost some
        raise EnishiError("store.corrupt", detail=f"visit {visit} has no INTENT")
    return _intent_decoder.decode(row[0])


def _count(db: sqlite3.Connection, intent: j.Intent) -> None:
    """For the day, where a refund is a visit that takes sums away; and what was bought."""
    if intent.kind is j.VisitKind.REFUND:
        sums = (-intent.amount_yen, -intent.redeem, -intent.earn)
    else:
        sums = (intent.amount_yen, intent.earn, intent.redeem)
    db.execute(sql.ADD_TO_DAY, (intent.business_day, *sums))
    remember_goods(db, intent.card, intent.basket)
