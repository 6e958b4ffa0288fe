"""Versions of the rules with their roll-out, drafts with previews, reasons of earns, ranks, rainy days."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("programme_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("start", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("author", _number(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("note", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "rain_day",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("author", _number(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.PrimaryKeyConstraint("day", "store", name=op.f("pk_rain_day")),
    )
    op.create_table(
        "programme_draft",
        sa.Column("number", _number(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("author", _number(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.Column("preview_job", _number(), nullable=False),
        sa.Column("approval", _number(), nullable=False),
        sa.Column("enacted", sa.Integer(), nullable=False),
        sa.Column("created_ms", _number(), nullable=False),
        sa.Column("changed_ms", _number(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'asked', 'enacted', 'dropped')", name=op.f("ck_programme_draft_state")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_programme_draft")),
    )
    op.create_table(
        "visit_reason",
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("gift_due", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("visit", name=op.f("pk_visit_reason")),
    )
    op.create_table(
        "member_rank",
        sa.Column("member", _number(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("short_since", sa.String(length=10), nullable=False),
        sa.Column("figure", _number(), nullable=False),
        sa.Column("changed_ms", _number(), nullable=False),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_member_rank")),
    )
    op.create_table(
        "rank_change",
        sa.Column("id", _number(), nullable=False),
        sa.Column("member", _number(), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("figure", _number(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rank_change")),
    )
    with op.batch_alter_table("rank_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rank_change_member"), ["member"], unique=False)
    op.create_table(
        "rank_evaluation",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_rank_evaluation")),
    )
