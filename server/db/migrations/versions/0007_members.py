"""Free attributes, households, consents, memos, merges, files of members, stock of cards, privacy requests.

Every member gets the keys that it is found by, and the stores that know it.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import sqlalchemy as sa
from alembic import op

from shared.text.kana import search_key

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BATCH = 5_000  # members read at a time
KEY_MAX = 90
_SQLITE = tuple(
    f"CREATE TRIGGER member_consent_no_{verb} BEFORE {verb} ON member_consent "
    "BEGIN SELECT RAISE(ABORT, 'consents are only added to'); END"
    for verb in ("update", "delete")
)
_POSTGRESQL = (
    """CREATE FUNCTION member_consent_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'consents are only added to'; END $$""",
    "CREATE TRIGGER member_consent_no_change BEFORE UPDATE OR DELETE ON member_consent "
    "FOR EACH ROW EXECUTE FUNCTION member_consent_refuse()",
    "CREATE TRIGGER member_consent_no_truncate BEFORE TRUNCATE ON member_consent "
    "FOR EACH STATEMENT EXECUTE FUNCTION member_consent_refuse()",
)
_PEOPLE = sa.text("SELECT number, family_name, given_name, family_kana, given_kana, phone FROM member ORDER BY number")
_STORES = """
    INSERT INTO member_store (member, store)
    SELECT number, store FROM member
    UNION
    SELECT DISTINCT card.member, visit.store FROM visit JOIN card ON card.number = visit.card
    WHERE card.member IS NOT NULL AND visit.state = 'counted'
"""
_LAST_VISIT = """
    UPDATE member SET last_visit = coalesce((
        SELECT max(visit.business_day) FROM visit JOIN card ON card.number = visit.card
        WHERE card.member = member.number AND visit.state = 'counted'
    ), ''), since_ms = changed_ms
"""

_COLUMNS = (
    "email", "state", "merged_into", "since_ms", "last_visit", "may_mail", "may_post", "may_phone", "may_print",
)  # fmt: skip
_TABLES = (
    "card_act", "privacy_request", "member_tag", "member_store", "member_merge", "member_memo", "member_key",
    "member_import_row", "member_consent", "member_change", "member_attribute", "member_apart", "household_member",
    "member_import", "household", "card_lot", "card_count", "attribute",
)  # fmt: skip


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attribute",
        sa.Column("id", _number(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('text', 'number', 'date', 'choice', 'yes_no')", name=op.f("ck_attribute_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        sa.UniqueConstraint("name", name=op.f("uq_attribute_name")),
    )
    op.create_table(
        "card_count",
        sa.Column("id", _number(), nullable=False),
        sa.Column("first", _number(), nullable=False),
        sa.Column("last", _number(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_count")),
    )
    with op.batch_alter_table("card_count", schema=None) as batch_op:
        batch_op.create_index("ix_card_count_at_ms", ["at_ms"], unique=False)
    op.create_table(
        "card_lot",
        sa.Column("id", _number(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("first", _number(), nullable=False),
        sa.Column("last", _number(), nullable=False),
        sa.Column("received", sa.String(length=10), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_card_lot_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_lot")),
    )
    with op.batch_alter_table("card_lot", schema=None) as batch_op:
        batch_op.create_index("ix_card_lot_first", ["first"], unique=False)
    op.create_table(
        "household",
        sa.Column("id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("changed_ms", _number(), nullable=False),
        sa.CheckConstraint("kind IN ('family', 'company')", name=op.f("ck_household_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "member_import",
        sa.Column("id", _number(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("mapping", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.Column("done_ms", _number(), nullable=False),
        sa.Column("undone_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_member_import_store_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
    )
    op.create_table(
        "household_member",
        sa.Column("household", _number(), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.ForeignKeyConstraint(["household"], ["household.id"], name=op.f("fk_household_member_household_household")),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_household_member_member_member")),
        sa.PrimaryKeyConstraint("household", "member", name=op.f("pk_household_member")),
    )
    with op.batch_alter_table("household_member", schema=None) as batch_op:
        batch_op.create_index("ix_household_member_member", ["member"], unique=False)
    op.create_table(
        "member_apart",
        sa.Column("low", _number(), nullable=False),
        sa.Column("high", _number(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["high"], ["member.number"], name=op.f("fk_member_apart_high_member")),
        sa.ForeignKeyConstraint(["low"], ["member.number"], name=op.f("fk_member_apart_low_member")),
        sa.PrimaryKeyConstraint("low", "high", name=op.f("pk_member_apart")),
    )
    op.create_table(
        "member_attribute",
        sa.Column("member", _number(), nullable=False),
        sa.Column("attribute", _number(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("number", _number(), nullable=False),
        sa.ForeignKeyConstraint(["attribute"], ["attribute.id"], name=op.f("fk_member_attribute_attribute_attribute")),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_attribute_member_member")),
        sa.PrimaryKeyConstraint("member", "attribute", name=op.f("pk_member_attribute")),
    )
    with op.batch_alter_table("member_attribute", schema=None) as batch_op:
        batch_op.create_index("ix_member_attribute_attribute_text", ["attribute", "text"], unique=False)
        batch_op.create_index("ix_member_attribute_number", ["attribute", "number"], unique=False)
    op.create_table(
        "member_change",
        sa.Column("id", _number(), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_change_member_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_change")),
    )
    with op.batch_alter_table("member_change", schema=None) as batch_op:
        batch_op.create_index("ix_member_change_member_at_ms", ["member", "at_ms"], unique=False)
    op.create_table(
        "member_consent",
        sa.Column("id", _number(), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("yes", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'post', 'phone', 'print')", name=op.f("ck_member_consent_channel")),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_consent_member_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_consent")),
    )
    with op.batch_alter_table("member_consent", schema=None) as batch_op:
        batch_op.create_index("ix_member_consent_member_channel", ["member", "channel"], unique=False)
    op.create_table(
        "member_import_row",
        sa.Column("file", _number(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("undone", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["member_import.id"], name=op.f("fk_member_import_row_file_member_import")),
        sa.PrimaryKeyConstraint("file", "line", name=op.f("pk_member_import_row")),
    )
    with op.batch_alter_table("member_import_row", schema=None) as batch_op:
        batch_op.create_index("ix_member_import_row_file_what", ["file", "what"], unique=False)
        batch_op.create_index("ix_member_import_row_member", ["member"], unique=False)
    op.create_table(
        "member_key",
        sa.Column("key", sa.String(length=90), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_key_member_member")),
        sa.PrimaryKeyConstraint("key", "member", name=op.f("pk_member_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("member_key", schema=None) as batch_op:
        batch_op.create_index("ix_member_key_member", ["member"], unique=False)
    op.create_table(
        "member_memo",
        sa.Column("id", _number(), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_memo_member_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_memo")),
    )
    with op.batch_alter_table("member_memo", schema=None) as batch_op:
        batch_op.create_index("ix_member_memo_member_at_ms", ["member", "at_ms"], unique=False)
    op.create_table(
        "member_merge",
        sa.Column("id", _number(), nullable=False),
        sa.Column("kept", _number(), nullable=False),
        sa.Column("gone", _number(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=False),
        sa.Column("undone_ms", _number(), nullable=False),
        sa.Column("remains", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["gone"], ["member.number"], name=op.f("fk_member_merge_gone_member")),
        sa.ForeignKeyConstraint(["kept"], ["member.number"], name=op.f("fk_member_merge_kept_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_merge")),
    )
    with op.batch_alter_table("member_merge", schema=None) as batch_op:
        batch_op.create_index("ix_member_merge_gone", ["gone"], unique=False)
        batch_op.create_index("ix_member_merge_kept", ["kept"], unique=False)
    op.create_table(
        "member_store",
        sa.Column("member", _number(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_store_member_member")),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_member_store_store_store")),
        sa.PrimaryKeyConstraint("member", "store", name=op.f("pk_member_store")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("member_store", schema=None) as batch_op:
        batch_op.create_index("ix_member_store_store_member", ["store", "member"], unique=False)
    op.create_table(
        "member_tag",
        sa.Column("member", _number(), nullable=False),
        sa.Column("tag", _number(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_tag_member_member")),
        sa.PrimaryKeyConstraint("member", "tag", name=op.f("pk_member_tag")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("member_tag", schema=None) as batch_op:
        batch_op.create_index("ix_member_tag_tag_member", ["tag", "member"], unique=False)
    op.create_table(
        "privacy_request",
        sa.Column("id", _number(), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received", sa.String(length=10), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("wish", sa.String(length=200), nullable=False),
        sa.Column("identity", sa.String(length=40), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=False),
        sa.Column("checked_ms", _number(), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("done_ms", _number(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('disclosure', 'correction', 'stop', 'erasure')", name=op.f("ck_privacy_request_kind")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'checked', 'done', 'declined', 'withdrawn')", name=op.f("ck_privacy_request_state")
        ),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_privacy_request_member_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
    )
    with op.batch_alter_table("privacy_request", schema=None) as batch_op:
        batch_op.create_index("ix_privacy_request_member", ["member"], unique=False)
        batch_op.create_index("ix_privacy_request_state_due", ["state", "due"], unique=False)
    op.create_table(
        "card_act",
        sa.Column("id", _number(), nullable=False),
        sa.Column("card", _number(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_card_act_card_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_act")),
    )
    with op.batch_alter_table("card_act", schema=None) as batch_op:
        batch_op.create_index("ix_card_act_card", ["card"], unique=False)
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("merged_into", _number(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("since_ms", _number(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("last_visit", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("may_mail", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("may_post", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("may_phone", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("may_print", sa.Boolean(), server_default="1", nullable=False))
        batch_op.create_index("ix_member_email", ["email"], unique=False)
        batch_op.create_index("ix_member_merged_into", ["merged_into"], unique=False)
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    op.execute(_STORES)
    op.execute(_LAST_VISIT)
    _fill_keys(op.get_bind())


def _fill_keys(connection: sa.Connection) -> None:
    rows = iter(connection.execute(_PEOPLE).all())
    while piece := list(islice(rows, BATCH)):
        found = [{"key": key, "member": row[0]} for row in piece for key in _keys(*row)]
        connection.execute(sa.text("INSERT INTO member_key (key, member) VALUES (:key, :member)"), found)


def _keys(number: int, family: str, given: str, family_kana: str, given_kana: str, phone: str) -> Iterator[str]:
    """As ``server.members.finding.keys_of`` made them at that time."""
    texts = [search_key(text) for text in (family + given, given, family_kana + given_kana, given_kana)]
    found = (*texts, f"{number:08d}", phone, phone and "~" + phone[::-1])
    yield from dict.fromkeys(text[:KEY_MAX] for text in found if text)


def downgrade() -> None:
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index("ix_member_merged_into")
        batch_op.drop_index("ix_member_email")
        for name in reversed(_COLUMNS):
            batch_op.drop_column(name)
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION member_consent_refuse")
