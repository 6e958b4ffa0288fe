"""The journal's statements. Constant texts: sqlite3 keeps each compiled as long as the connection lives."""

# --- events and streams ------------------------------------------------------------------------------------------

# An event's id is the number of its stream << 32 | its own, so every range of a stream is one of ids.
_BASE = "((SELECT number FROM stream WHERE stream = ?1) << 32)"
_OF_STREAM = f"id BETWEEN {_BASE} AND {_BASE} | 0xffffffff"
_INTENT_OF = "event.id = ((SELECT number FROM stream WHERE stream.stream = visit.stream) << 32 | visit.intent_seq)"
_COLUMNS = "event.stream, event.seq, type, body, prev, hash, wall_ms, mono_ms, clkq"  # frames.StoredEvent

HEAD = f"SELECT seq, hash, wall_ms FROM event WHERE {_OF_STREAM} ORDER BY id DESC LIMIT 1"
# When the last event was, by a clock that was not suspected of being ahead.
LAST_WALL = "SELECT wall_ms FROM event WHERE clkq >= ? ORDER BY id DESC LIMIT 1"
ADD_EVENT = f"INSERT INTO event VALUES ({_BASE} | ?2, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
LAST_STREAM = "SELECT stream FROM stream ORDER BY number DESC LIMIT 1"
END_STREAM = "UPDATE stream SET last_seq = ?, last_hash = ? WHERE stream = ?"
ADD_STREAM = "INSERT INTO stream (stream, machine) VALUES (?, ?)"
LAST_SOFTWARE = f"SELECT body FROM event WHERE id = ({_BASE} | 1)"
# What the other tables do not say yet; and from where on they do not.
LAGGING = """
    SELECT id, stream, seq, type, body FROM event
    WHERE id > (SELECT value FROM counter WHERE name = 'derived') ORDER BY id
"""
SET_DERIVED = "UPDATE counter SET value = ? WHERE name = 'derived'"
ALL_DERIVED = "UPDATE counter SET value = (SELECT coalesce(max(id), 0) FROM event) WHERE name = 'derived'"

# --- visits --------------------------------------------------------------------------------------------------------

# A visit committed in this boot is finished by this boot; only an earlier boot's waits for its face.
OPEN_VISITS = f"""
    SELECT visit.state, event.body
    FROM visit INDEXED BY visit_open JOIN event ON {_INTENT_OF}
    WHERE visit.open = 1 AND (visit.state <> 'COMMITTED' OR visit.stream <> ?)
    ORDER BY visit.number
"""
BENEFITS_MAX = 8  # of one card; each is asked about on a screen of its own
_MORE = "joined || ' ' || tags"  # both without spaces of their own but between tags (card_facts.py)
# ?1 card, ?2 stream, ?3 business day, ?4 what lies in the members files (people.py; so below), ?5 whose card it is as
# they say. A card's messages are sorted later: here it would cost every card a table, and few have one.
LOOK_UP = f"""
    SELECT 'shadow' AS kind, gen AS a, seq AS b, hash AS c, NULL AS d, NULL AS e, NULL AS f, NULL AS g, NULL AS h,
        NULL AS i, NULL AS j
    FROM card_shadow WHERE card = ?1
    UNION ALL
    SELECT 'member', member.member, name, kana, rank, memo, visits, last_visit, last_store, birthday,
        {_MORE}
    FROM member_card JOIN member ON member.member = member_card.member
    WHERE member_card.card = ?1 AND member.number > ?4
    UNION ALL
    SELECT 'fresher', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM member WHERE member = ?5 AND number > ?4
    UNION ALL
    SELECT 'fresher', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM gone WHERE member = ?5 AND number > ?4
    UNION ALL
    SELECT 'open', visit.number, visit.state, event.body, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM visit JOIN event ON {_INTENT_OF}
    WHERE visit.card = ?1 AND visit.open = 1 AND (visit.state <> 'COMMITTED' OR visit.stream <> ?2)
    UNION ALL
    SELECT 'message', id, text, priority, valid_until, NULL, NULL, NULL, NULL, NULL, NULL
    FROM message INDEXED BY message_due WHERE card = ?1 AND state = 'due'
    UNION ALL
    SELECT 'adjust', number, lots, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM adjust WHERE card = ?1
    UNION ALL
    SELECT 'denied', status, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM deny_card WHERE card = ?1
    UNION ALL
    SELECT 'writer', terminal, since_day, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM deny_writer
    UNION ALL
    SELECT 'synced', value, (SELECT value FROM counter WHERE name = 'set_back'), NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL
    FROM counter WHERE name = 'synced_ms'
    UNION ALL
    SELECT 'redeemed', redeemed, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM offline_day
    WHERE business_day = ?3
    UNION ALL
    SELECT 'heir', old, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM noted WHERE card = ?1 AND type = 'REPLACE'
    UNION ALL
    SELECT 'enrolled', kana, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM noted WHERE card = ?1 AND type = 'ENROL'
    UNION ALL
    SELECT * FROM (
        SELECT 'benefit', id, text, valid_until, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM benefit INDEXED BY benefit_due
        WHERE card = ?1 AND state = 'due' AND (valid_until = '' OR valid_until >= ?3)
        ORDER BY id LIMIT {BENEFITS_MAX}
    )
    UNION ALL
    SELECT 'bought', names, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM bought WHERE card = ?1
"""
VISIT_STATE = "SELECT state, honoured, answer FROM visit WHERE visit = ?"
# A newer visit began, so the card of the last one has left the machine.
LEAVE_UNPRINTED = "UPDATE visit SET open = 0 WHERE open = 1 AND state = 'COMMITTED'"
ADD_VISIT = """
    INSERT INTO visit (visit, card, state, stream, intent_seq, slip, business_day)
    VALUES (?, ?, 'PREPARED', ?, ?, ?, ?) ON CONFLICT (visit) DO NOTHING
"""
ADD_OFF_CARD = """
    INSERT INTO visit (visit, card, state, finished, open, stream, intent_seq, slip, business_day)
    VALUES (?, ?, 'OFFCARD', 1, 0, ?, ?, ?, ?) ON CONFLICT (visit) DO NOTHING
"""
# The counter knows the slips of dropped visits only. Every visit is looked at: asked once a boot.
LAST_SLIP = """
    SELECT max(value, coalesce((SELECT max(slip) FROM visit), 0), coalesce((SELECT max(slip) FROM noted), 0))
    FROM counter WHERE name = 'slip'
"""
INTENT_OF = f"SELECT event.body FROM visit JOIN event ON {_INTENT_OF} WHERE visit.visit = ?"
# Of the row as it is then: honoured, open, and whether it should be open. A column in an index that is set is written
# there as well, though it stays what it was; so "open" is set apart, when it changes.
COMMIT_VISIT = """
    UPDATE visit SET state = 'COMMITTED' WHERE visit = ? AND state NOT IN ('COMMITTED', 'OFFCARD')
    RETURNING honoured, open, finished = 0 AND number = (SELECT max(number) FROM visit)
"""
OPEN_VISIT = "UPDATE visit SET open = ? WHERE visit = ?"
ABORT_VISIT = "UPDATE visit SET state = 'ABORTED', open = 0 WHERE visit = ? AND state <> 'COMMITTED'"
DOUBT_VISIT = "UPDATE visit SET state = 'DOUBT' WHERE visit = ? AND state = 'PREPARED'"
HONOUR_VISIT = "UPDATE visit SET honoured = 1 WHERE visit = ? AND honoured = 0 AND state <> 'COMMITTED'"
ANSWER_VISIT = "UPDATE visit SET answer = ? WHERE visit = ?"
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
ADD_TO_OFFLINE_DAY = """
    INSERT INTO offline_day VALUES (?, ?)
    ON CONFLICT (business_day) DO UPDATE SET redeemed = redeemed + excluded.redeemed
"""
DAY_VISITS = "SELECT visits FROM day_total WHERE business_day = ?"
MESSAGE_PRINTED = "UPDATE message SET state = 'printed' WHERE id = ? AND state = 'due'"

REISSUE = "SELECT 1 FROM reissue WHERE request = ?"
ADD_REISSUE = "INSERT INTO reissue VALUES (?, ?) ON CONFLICT (request) DO NOTHING"
# The old generation is gone from the stripe: what it could say of a visit, no card will say any more.
LEAVE_UNDECIDED = "UPDATE visit SET open = 0 WHERE card = ? AND open = 1"
OWED = "SELECT 1 FROM adjust WHERE card = ?"
# The newest image has them, and no older image of the card is written on.
FORGET_ADJUSTMENTS = "DELETE FROM adjust WHERE card = ? AND number <= ?"

# --- what staff note beside a visit ----------------------------------------------------------------------------------

ADD_NOTED = f"""
    INSERT INTO noted (event, type, card, old, slip, business_day) VALUES ({_BASE} | ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (event) DO NOTHING
"""
REMEMBER_NEWCOMER = f"UPDATE noted SET kana = ?3, tail = ?4, mark = ?5 WHERE event = {_BASE} | ?2"
# Under "weather" stands the newest word here on the day: the number of its event.
SET_WEATHER = f"""
    INSERT INTO counter VALUES ('weather', {_BASE} | ?2)
    ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)
"""
WEATHER = """
    SELECT body FROM counter JOIN event ON event.id = counter.value WHERE counter.name = 'weather'
"""
# Rules that came after head office had the word were made with it.
FORGET_WEATHER = """
    DELETE FROM counter WHERE name = 'weather' AND NOT EXISTS (
        SELECT 1 FROM stream WHERE number = counter.value >> 32 AND counter.value & 0xffffffff > acked_seq
    )
"""
OWN_READING = -1  # of a denial: by this terminal, and head office has not spoken of the card since
DENY_HERE = f"""
    INSERT INTO deny_card VALUES (?, 'stopped', {OWN_READING})
    ON CONFLICT (card) DO UPDATE SET status = excluded.status, reading = excluded.reading WHERE status <> 'stopped'
"""
# The feed may tell it only later, when the journal began anew.
HAND_OVER = """
    INSERT INTO benefit (id, card, text, valid_until, state, reading) VALUES (?, ?, '', '', 'given', 0)
    ON CONFLICT (id) DO UPDATE SET state = 'given' WHERE state = 'due'
"""
REPLACED = "SELECT old, card FROM noted WHERE type = 'REPLACE' AND (old = ?1 OR card = ?2)"
BOUGHT = "SELECT names FROM bought WHERE card = ?"
SET_BOUGHT = "INSERT INTO bought VALUES (?, ?) ON CONFLICT (card) DO UPDATE SET names = excluded.names"

# --- sales that the shop's POS handed over ----------------------------------------------------------------------------

ADD_POS_SALE = f"INSERT INTO pos_sale VALUES ({_BASE} | ?2, ?3) ON CONFLICT (event) DO NOTHING"
# Newest first. An ABORT's reference may come again, so there may be several.
POS_SALES = """
    SELECT event.id, type, body FROM pos_sale JOIN event ON event.id = pos_sale.event
    WHERE reference = ? ORDER BY event.id DESC
"""
# Of an INTENT that is not followed by its COMMIT, what followed in the same boot.
DOUBTS_AFTER = "SELECT body FROM event WHERE id > ?1 AND id <= (?1 | 0xffffffff) AND type = 'DOUBT'"

# --- what staff look for ---------------------------------------------------------------------------------------------

HOLDER = f"""
    SELECT member.member, name, kana, rank, memo, visits, last_visit, last_store, birthday, {_MORE}
    FROM member_card JOIN member ON member.member = member_card.member
    WHERE member_card.card = ? AND member.number > ?
"""
FRESHER = """
    SELECT 1 FROM member WHERE member = ?1 AND number > ?2
    UNION ALL SELECT 1 FROM gone WHERE member = ?1 AND number > ?2
"""
EVERY_CARD = "SELECT card FROM member_card WHERE member = ?"
OWN_CARDS = """
    SELECT card FROM member_card JOIN member ON member.member = member_card.member
    WHERE member_card.member = ? AND member.number > ?
"""
_FOUND = "SELECT member.member, member.name, member.kana"
MEMBERS_BY_PHONE = f"""
    {_FOUND}, member_phone.tail, '' FROM member_phone CROSS JOIN member ON member.member = member_phone.member
    WHERE member_phone.tail = ? AND member_phone.mark = ? AND member.number > ? ORDER BY member_phone.member LIMIT ?
"""
MEMBERS_BY_TAIL = f"""
    {_FOUND}, ?1, '' FROM member WHERE member IN (
        SELECT DISTINCT member_phone.member FROM member_phone CROSS JOIN member AS owner
        ON owner.member = member_phone.member WHERE tail = ?1 AND owner.number > ?2 LIMIT ?3
    ) ORDER BY member.member
"""
MEMBERS_BY_KANA = f"""
    {_FOUND}, coalesce((SELECT min(tail) FROM member_phone WHERE member_phone.member = member.member), ''), search_key
    FROM member WHERE search_key >= ? AND search_key < ? AND number > ? ORDER BY search_key LIMIT ?
"""
CALLERS = f"""
    SELECT balance, member.member, name, kana, rank, memo, visits, last_visit, last_store, birthday, {_MORE}
    FROM member_phone CROSS JOIN member ON member.member = member_phone.member
    WHERE member_phone.tail = ? AND member_phone.mark = ? AND member.number > ?
    ORDER BY last_visit DESC, member.member LIMIT ?
"""
# Of a member's cards (JSON): with those that took a card's place here, which head office has not told yet.
CARDS_IN_USE = """
    SELECT card FROM (
        SELECT value AS card FROM json_each(?1)
        UNION SELECT noted.card FROM noted WHERE noted.old IN (SELECT value FROM json_each(?1)) AND type = 'REPLACE'
    ) AS owned
    WHERE NOT EXISTS (SELECT 1 FROM deny_card WHERE deny_card.card = owned.card AND status = 'stopped')
    ORDER BY card DESC
"""
# Enrolled here and not told by head office yet: as long as there is a network, hardly ever more than a few.
ENROLLED = """
    SELECT noted.card, kana, tail, mark FROM noted
    WHERE noted.type = 'ENROL' AND noted.card IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM deny_card WHERE deny_card.card = noted.card AND status = 'stopped')
    ORDER BY noted.event
"""
PRODUCT = "SELECT code, name, kana, unit_yen, tax, category, earns FROM product WHERE code = ?"
SHOP = "SELECT document FROM shop"
LAYOUT = "SELECT document FROM layout WHERE store IN (?, '') ORDER BY store DESC LIMIT 1"
PINS = "SELECT number, name, role, pin FROM staff WHERE pin <> '' ORDER BY number"
STAFF_NAMES = "SELECT number, name FROM staff"
_COUNTED = "(visit.state IN ('COMMITTED', 'OFFCARD') OR visit.honoured = 1)"
# Every visit is looked at: an index by card would cost every visit a page, and a refund is rare.
VISITS_OF_CARD = f"""
    SELECT event.body, event.wall_ms FROM visit NOT INDEXED JOIN event ON {_INTENT_OF}
    WHERE visit.card = ? AND {_COUNTED} AND visit.state <> 'OFFCARD' ORDER BY visit.number DESC
"""
# In the same way, once or twice a day.
VISITS_OF_DAY = f"""
    SELECT event.type, event.body, event.wall_ms, visit.state FROM visit JOIN event ON {_INTENT_OF}
    WHERE visit.business_day = ?1 AND {_COUNTED}
    UNION ALL
    SELECT event.type, event.body, event.wall_ms, 'NOTED' FROM noted JOIN event ON event.id = noted.event
    WHERE noted.business_day = ?1 AND noted.type IN ('SALE', 'ENROL')
"""

# --- sync ----------------------------------------------------------------------------------------------------------

PROGRAMME = "SELECT document FROM programme"
KID_POLICIES = "SELECT kid, earn, redeem FROM kid_policy ORDER BY kid"
SYNCED = "SELECT value FROM counter WHERE name = 'synced_ms'"
SET_SYNCED = """
    UPDATE counter SET value = CASE name WHEN 'synced_ms' THEN ? ELSE 0 END WHERE name IN ('synced_ms', 'set_back')
"""
NOTE_SET_BACK = "UPDATE counter SET value = 1 WHERE name = 'set_back'"
POSITION = "SELECT feed_epoch, cursor FROM cursor"
SKIPPED = "SELECT skipped FROM cursor"
REREAD_FEED = "UPDATE cursor SET cursor = 0, skipped = 0"
ACKNOWLEDGE = "UPDATE stream SET acked_seq = max(acked_seq, ?), durable_seq = max(durable_seq, ?) WHERE stream = ?"
HEADS = """
    SELECT unsent.stream, event.seq, event.hash, unsent.acked_seq
    FROM stream AS unsent JOIN event ON event.id = coalesce(
        unsent.number << 32 | unsent.last_seq,
        (SELECT max(id) FROM event WHERE id BETWEEN unsent.number << 32 AND unsent.number << 32 | 0xffffffff)
    )
    WHERE (unsent.last_seq IS NULL OR unsent.acked_seq < unsent.last_seq) AND event.seq > unsent.acked_seq
    ORDER BY unsent.number
"""
# Of an event that is there, or of the last dropped one.
HASH_AT = f"""
    SELECT hash FROM event WHERE id = ({_BASE} | ?2)
    UNION ALL SELECT hash FROM floor WHERE stream = ?1 AND seq = ?2
"""
_AFTER = f"id > ({_BASE} | ?2) AND id <= ({_BASE} | 0xffffffff) ORDER BY id LIMIT ?3"
BATCH = f"SELECT seq, type, body, wall_ms, hash FROM event WHERE {_AFTER}"

# --- mirror, dropping, keeping -------------------------------------------------------------------------------------

STREAMS = "SELECT stream FROM stream ORDER BY number"
EVENTS_AFTER = f"SELECT {_COLUMNS} FROM event WHERE {_AFTER}"
ALL_EVENTS = f"SELECT {_COLUMNS} FROM event ORDER BY id"
COUNT_EVENTS = "SELECT count(*) FROM event"
# The newest event that a stream ever had here, dropped or not.
KNOWN_HEAD = """
    SELECT coalesce(newest.seq, floor.seq, 0), coalesce(newest.hash, floor.hash)
    FROM stream LEFT JOIN floor ON floor.stream = stream.stream
        LEFT JOIN event AS newest ON newest.id = (
            SELECT max(id) FROM event WHERE id BETWEEN stream.number << 32 AND stream.number << 32 | 0xffffffff
        )
    WHERE stream.stream = ?
"""
# Streams of which the mirror's head was dropped here while later events are still there: their chain has a gap there.
DROPPED_BEFORE = f"""
    SELECT 1 FROM floor WHERE stream = ?1 AND seq > ?2 AND EXISTS (SELECT 1 FROM event WHERE {_OF_STREAM})
"""
PRUNABLE = """
    SELECT stream.stream, coalesce(floor.seq, 0), min(durable_seq, last_seq)
    FROM stream LEFT JOIN floor ON floor.stream = stream.stream
    WHERE last_seq IS NOT NULL AND stream.stream <> ? AND min(durable_seq, last_seq) > coalesce(floor.seq, 0)
    ORDER BY number
"""
FIRST_OPEN_INTENT = "SELECT min(intent_seq) FROM visit INDEXED BY visit_open WHERE open = 1 AND stream = ?"
FIRST_SINCE = f"SELECT min(seq) FROM event WHERE id > ({_BASE} | ?2) AND id <= ({_BASE} | ?3) AND wall_ms >= ?4"
RAISE_FLOOR = """
    INSERT INTO floor VALUES (?, ?, ?)
    ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
"""
KEEP_SLIP = f"""
    UPDATE counter SET value = max(value, coalesce(
        (SELECT max(slip) FROM visit WHERE stream = ?1 AND intent_seq <= ?2), 0
    ), coalesce(
        (SELECT max(slip) FROM noted WHERE event BETWEEN {_BASE} AND {_BASE} | ?2), 0
    )) WHERE name = 'slip'
"""
DROP_VISITS = "DELETE FROM visit WHERE stream = ? AND intent_seq <= ?"
DROP_NOTED = f"DELETE FROM noted WHERE event BETWEEN {_BASE} AND {_BASE} | ?2"
DROP_POS_SALES = f"DELETE FROM pos_sale WHERE event BETWEEN {_BASE} AND {_BASE} | ?2"
DROP_EVENTS = f"DELETE FROM event WHERE id > {_BASE} AND id <= ({_BASE} | ?2)"
ACKED = "SELECT acked_seq FROM stream WHERE stream = ?"
LAST_STARTS = """
    SELECT max(event.wall_ms) FROM stream JOIN event ON event.id = (stream.number << 32 | 1)
    WHERE stream.machine <> '' GROUP BY stream.machine ORDER BY max(stream.number) DESC LIMIT ?
"""
WORN = "SELECT coalesce(sum(value), 0) FROM counter WHERE name = ?"
COUNT_ONE = "UPDATE counter SET value = value + 1 WHERE name = ?"
BEGIN_LOG = "UPDATE counter SET value = value + 1 WHERE name = 'logs'"
REBUILT = "SELECT value FROM counter WHERE name = 'rebuilt'"
SET_REBUILT = "UPDATE counter SET value = ? WHERE name = 'rebuilt'"
