"""The journal's statements. Constant texts: sqlite3 keeps each compiled as long as the connection lives."""

# --- events and streams ------------------------------------------------------------------------------------------

HEAD = "SELECT seq, hash, wall_ms FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1"
# When the last event was, by a clock that was not suspected of being ahead.
LAST_WALL = """
    SELECT event.wall_ms FROM stream JOIN event ON event.stream = stream.stream
    WHERE event.clkq >= ? ORDER BY stream.number DESC, event.seq DESC LIMIT 1
"""
ADD_EVENT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
LAST_STREAM = "SELECT stream FROM stream ORDER BY number DESC LIMIT 1"
END_STREAM = "UPDATE stream SET last_seq = ?, last_hash = ? WHERE stream = ?"
ADD_STREAM = "INSERT INTO stream (stream) VALUES (?)"
LAST_SOFTWARE = "SELECT body FROM event WHERE stream = ? AND seq = 1"

# --- visits --------------------------------------------------------------------------------------------------------

# A visit committed in this boot is finished by this boot; only an earlier boot's waits for its face.
OPEN_VISITS = """
    SELECT visit.state, event.body
    FROM visit INDEXED BY visit_open JOIN event ON event.stream = visit.stream AND event.seq = visit.intent_seq
    WHERE visit.open = 1 AND (visit.state <> 'COMMITTED' OR visit.stream <> ?)
    ORDER BY visit.number
"""
MESSAGES_MAX = 8  # of one card; the face has room for two or three
LOOK_UP = f"""
    SELECT 'slip' AS kind, value AS a, NULL AS b, NULL AS c, NULL AS d, NULL AS e, NULL AS f, NULL AS g, NULL AS h,
        NULL AS i
    FROM counter WHERE name = 'slip'
    UNION ALL
    SELECT 'shadow', gen, seq, hash, NULL, NULL, NULL, NULL, NULL, NULL FROM card_shadow WHERE card = :card
    UNION ALL
    SELECT 'member', member.member, name, kana, rank, memo, visits, last_visit, last_store, birthday
    FROM member_card JOIN member ON member.member = member_card.member WHERE member_card.card = :card
    UNION ALL
    SELECT 'open', visit.number, visit.state, event.body, NULL, NULL, NULL, NULL, NULL, NULL
    FROM visit JOIN event ON event.stream = visit.stream AND event.seq = visit.intent_seq
    WHERE visit.card = :card AND visit.open = 1 AND (visit.state <> 'COMMITTED' OR visit.stream <> :stream)
    UNION ALL
    SELECT * FROM (
        SELECT 'message', id, text, priority, valid_until, NULL, NULL, NULL, NULL, NULL
        FROM message INDEXED BY message_due WHERE card = :card AND state = 'due'
        ORDER BY priority DESC, id LIMIT {MESSAGES_MAX}
    )
"""
VISIT_STATE = "SELECT state FROM visit WHERE visit = ?"
# A newer visit began, so the card of the last one has left the machine.
LEAVE_UNPRINTED = "UPDATE visit SET open = 0 WHERE open = 1 AND state = 'COMMITTED'"
ADD_VISIT = """
    INSERT INTO visit (visit, card, state, stream, intent_seq, slip, business_day)
    VALUES (?, ?, 'PREPARED', ?, ?, ?, ?)
"""
RAISE_SLIP = "UPDATE counter SET value = max(value, ?) WHERE name = 'slip'"
INTENT_OF = """
    SELECT event.body FROM visit JOIN event ON event.stream = visit.stream AND event.seq = visit.intent_seq
    WHERE visit.visit = ?
"""
COMMIT_VISIT = """
    UPDATE visit SET state = 'COMMITTED', open = (finished = 0 AND number = (SELECT max(number) FROM visit))
    WHERE visit = ?
"""
ABORT_VISIT = "UPDATE visit SET state = 'ABORTED', open = 0 WHERE visit = ?"
DOUBT_VISIT = "UPDATE visit SET state = 'DOUBT' WHERE visit = ?"
FINISH_VISIT = "UPDATE visit SET finished = 1, open = (open = 1 AND state <> 'COMMITTED') WHERE visit = ?"
RAISE_SHADOW = """
    INSERT INTO card_shadow VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (card) DO UPDATE SET gen = excluded.gen, seq = excluded.seq, hash = excluded.hash, src = excluded.src
    WHERE (excluded.gen, excluded.seq) > (card_shadow.gen, card_shadow.seq)
"""
ADD_TO_DAY = """
    INSERT INTO day_total VALUES (?, 1, ?, ?, ?)
    ON CONFLICT (business_day) DO UPDATE SET visits = visits + 1, amount_yen = amount_yen + excluded.amount_yen,
        earn = earn + excluded.earn, redeem = redeem + excluded.redeem
"""
DAY_VISITS = "SELECT visits FROM day_total WHERE business_day = ?"
MESSAGE_PRINTED = "UPDATE message SET state = 'printed' WHERE id = ? AND state = 'due'"

# --- sync ----------------------------------------------------------------------------------------------------------

PROGRAMME = "SELECT document FROM programme"
POSITION = "SELECT feed_epoch, cursor FROM cursor"
SKIPPED = "SELECT skipped FROM cursor"
REREAD_FEED = "UPDATE cursor SET cursor = 0, skipped = 0"
ACKNOWLEDGE = "UPDATE stream SET acked_seq = max(acked_seq, ?), durable_seq = max(durable_seq, ?) WHERE stream = ?"
HEADS = """
    SELECT unsent.stream, event.seq, event.hash, unsent.acked_seq
    FROM stream AS unsent JOIN event ON event.stream = unsent.stream
        AND event.seq = coalesce(unsent.last_seq, (SELECT max(seq) FROM event WHERE stream = unsent.stream))
    WHERE (unsent.last_seq IS NULL OR unsent.acked_seq < unsent.last_seq) AND event.seq > unsent.acked_seq
    ORDER BY unsent.number
"""
HASH_AT = "SELECT hash FROM event WHERE stream = ? AND seq = ?"
BATCH = "SELECT seq, type, body, wall_ms, hash FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?"
