"""Signed terminals: public keys, request counters, enrolment, key epochs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enrol_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrol_attempt")),
    )
    with op.batch_alter_table("enrol_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrol_attempt_address"), ["address"], unique=False)

    op.create_table(
        "key_epoch",
        sa.Column("kid", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("earn", sa.Boolean(), nullable=False),
        sa.Column("redeem", sa.String(length=10), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("kid BETWEEN 0 AND 63", name=op.f("ck_key_epoch_kid_fits_the_card")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_key_epoch")),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("register_name", sa.String(length=40), nullable=False),
        sa.Column("replaces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("sign_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("board", sa.String(length=64), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_enrolment_author_staff")),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_enrolment_store_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolment_code_hash")),
    )
    op.create_table(
        "request_window",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mask", sa.LargeBinary(length=8), nullable=False),
        sa.Column("first_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["terminal"], ["terminal.id"], name=op.f("fk_request_window_terminal_terminal")),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_request_window")),
    )
    with op.batch_alter_table("request_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_window_terminal"), ["terminal"], unique=False)

    op.create_table(
        "terminal_alarm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settled_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["terminal"], ["terminal.id"], name=op.f("fk_terminal_alarm_terminal_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_alarm")),
    )
    with op.batch_alter_table("terminal_alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_terminal_alarm_terminal"), ["terminal"], unique=False)

    op.create_table(
        "terminal_key",
        sa.Column("terminal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(length=80), nullable=False),
        sa.ForeignKeyConstraint(["terminal"], ["terminal.id"], name=op.f("fk_terminal_key_terminal_terminal")),
        sa.PrimaryKeyConstraint("terminal", "kid", name=op.f("pk_terminal_key")),
    )
    with op.batch_alter_table("feed_state", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "server_epoch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="1"
            )
        )

    with op.batch_alter_table("journal_stream", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent", sa.LargeBinary(length=10), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column(
                "parent_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0"
            )
        )
        batch_op.create_index(batch_op.f("ix_journal_stream_parent"), ["parent"], unique=False)

    with op.batch_alter_table("terminal", schema=None) as batch_op:
        # A terminal of before has a token and no key: it must be admitted anew.
        batch_op.add_column(sa.Column("sign_key", sa.LargeBinary(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("board", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("seen_board", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="pending"))
        batch_op.add_column(
            sa.Column(
                "closed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0"
            )
        )
        batch_op.add_column(
            sa.Column(
                "successor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0"
            )
        )
    op.execute("UPDATE terminal SET state = 'revoked', closed_ms = contact_ms WHERE revoked")
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.drop_column("token_hash")
        batch_op.drop_column("revoked")


def downgrade() -> None:
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("revoked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_column("successor")
        batch_op.drop_column("closed_ms")
        batch_op.drop_column("state")
        batch_op.drop_column("seen_board")
        batch_op.drop_column("board")
        batch_op.drop_column("sign_key")

    with op.batch_alter_table("journal_stream", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_stream_parent"))
        batch_op.drop_column("parent_seq")
        batch_op.drop_column("parent")

    with op.batch_alter_table("feed_state", schema=None) as batch_op:
        batch_op.drop_column("server_epoch")

    op.drop_table("terminal_key")
    with op.batch_alter_table("terminal_alarm", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_terminal_alarm_terminal"))

    op.drop_table("terminal_alarm")
    with op.batch_alter_table("request_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_window_terminal"))

    op.drop_table("request_window")
    op.drop_table("enrolment")
    op.drop_table("key_epoch")
    with op.batch_alter_table("enrol_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrol_attempt_address"))

    op.drop_table("enrol_attempt")
