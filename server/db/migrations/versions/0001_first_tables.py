"""First tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_visit"), ["visit"], unique=False)

    op.create_table(
        "failed_sign_in",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failed_sign_in")),
    )
    op.create_table(
        "feed_item",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_feed_item")),
        sa.UniqueConstraint("topic", name=op.f("uq_feed_item_topic")),
    )
    op.create_table(
        "feed_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_state")),
    )
    op.create_table(
        "programme_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_programme_version")),
    )
    op.create_table(
        "quarantined_event",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_quarantined_event")),
    )
    op.create_table(
        "setup_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setup_link")),
    )
    op.create_table(
        "sighting",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_sighting")),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sighting_hash"), ["hash"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "store",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_store")),
    )
    op.create_table(
        "member",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("family_name", sa.String(length=40), nullable=False),
        sa.Column("given_name", sa.String(length=40), nullable=False),
        sa.Column("family_kana", sa.String(length=40), nullable=False),
        sa.Column("given_kana", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=11), nullable=False),
        sa.Column("postal_code", sa.String(length=7), nullable=False),
        sa.Column("prefecture", sa.String(length=40), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("birthday", sa.String(length=10), nullable=False),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.String(length=40), nullable=False),
        sa.Column("joined", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("search_key", sa.String(length=400), nullable=False),
        sa.Column("kana_key", sa.String(length=80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_member_store_store")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_member")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_kana_key"), ["kana_key"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_session_staff_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    op.create_table(
        "terminal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("waiting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id BETWEEN 1 AND 16383", name=op.f("ck_terminal_id_fits_the_card")),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_terminal_store_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal")),
    )
    op.create_table(
        "card",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("first_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_card_member_member")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_card")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_member"), ["member"], unique=False)

    op.create_table(
        "journal_stream",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("head_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("told_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("first_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["terminal"], ["terminal.id"], name=op.f("fk_journal_stream_terminal_terminal")),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_journal_stream")),
    )
    op.create_table(
        "card_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'printed', 'withdrawn')", name=op.f("ck_card_message_state")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_card_message_author_staff")),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_card_message_card_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_message")),
    )
    with op.batch_alter_table("card_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_message_card"), ["card"], unique=False)
        batch_op.create_index(batch_op.f("ix_card_message_state"), ["state"], unique=False)

    op.create_table(
        "journal_event",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(length=8192), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wall_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream"], ["journal_stream.stream"], name=op.f("fk_journal_event_stream_journal_stream")
        ),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_journal_event")),
    )
    op.create_table(
        "visit",
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("pre_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("post_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("amount_yen", sa.Integer(), nullable=False),
        sa.Column("earn", sa.Integer(), nullable=False),
        sa.Column("redeem", sa.Integer(), nullable=False),
        sa.Column("discount_yen", sa.Integer(), nullable=False),
        sa.Column("expired", sa.Integer(), nullable=False),
        sa.Column("lots", sa.LargeBinary(), nullable=False),
        sa.Column("slip", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("state IN ('undecided', 'counted', 'aborted')", name=op.f("ck_visit_state")),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_visit_card_card")),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_visit_store_store")),
        sa.PrimaryKeyConstraint("visit", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_business_day"), ["business_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_card_business_day"), ["card", "business_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_post_hash"), ["post_hash"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("contra", sa.String(length=10), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("points <> 0", name=op.f("ck_entry_points_not_zero")),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_entry_card_card")),
        sa.ForeignKeyConstraint(["visit"], ["visit.visit"], name=op.f("fk_entry_visit_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("cause", "version", name=op.f("uq_entry_cause_version")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_card"), ["card"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_visit"), ["visit"], unique=False)

    op.create_table(
        "message_proof",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("message", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["card_message.id"], name=op.f("fk_message_proof_message_card_message")),
        sa.PrimaryKeyConstraint("stream", "seq", "message", name=op.f("pk_message_proof")),
    )
    with op.batch_alter_table("message_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_proof_message"), ["message"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("message_proof", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_proof_message"))

    op.drop_table("message_proof")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_visit"))
        batch_op.drop_index(batch_op.f("ix_entry_card"))

    op.drop_table("entry")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_post_hash"))
        batch_op.drop_index(batch_op.f("ix_visit_card_business_day"))
        batch_op.drop_index(batch_op.f("ix_visit_business_day"))
        batch_op.drop_index(batch_op.f("ix_visit_at_ms"))

    op.drop_table("visit")
    op.drop_table("journal_event")
    with op.batch_alter_table("card_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_message_state"))
        batch_op.drop_index(batch_op.f("ix_card_message_card"))

    op.drop_table("card_message")
    op.drop_table("journal_stream")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_member"))

    op.drop_table("card")
    op.drop_table("terminal")
    op.drop_table("staff_session")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_kana_key"))

    op.drop_table("member")
    op.drop_table("store")
    op.drop_table("staff")
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sighting_hash"))

    op.drop_table("sighting")
    op.drop_table("setup_link")
    op.drop_table("quarantined_event")
    op.drop_table("programme_version")
    op.drop_table("feed_state")
    op.drop_table("feed_item")
    op.drop_table("failed_sign_in")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_visit"))

    op.drop_table("evidence")
