"""Layouts of card faces and receipts: drafts, versions, and where each was rolled out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "layout_draft",
        sa.Column("number", _BIG, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stock", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", _BIG, nullable=False),
        sa.Column("author", _BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_ms", _BIG, nullable=False),
        sa.Column("changed_ms", _BIG, nullable=False),
        sa.CheckConstraint("state IN ('open', 'rolled_out', 'dropped')", name=op.f("ck_layout_draft_state")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_layout_draft")),
    )
    op.create_table(
        "layout_version",
        sa.Column("number", _BIG, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stock", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", _BIG, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("author", _BIG, nullable=False),
        sa.Column("at_ms", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_layout_version")),
    )
    op.create_table(
        "layout_rollout",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["layout_version.number"], name=op.f("fk_layout_rollout_version_layout_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layout_rollout")),
    )
    with op.batch_alter_table("layout_rollout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_layout_rollout_store"), ["store"], unique=False)
        batch_op.create_index(batch_op.f("ix_layout_rollout_version"), ["version"], unique=False)


def downgrade() -> None:
    op.drop_table("layout_rollout")
    op.drop_table("layout_version")
    op.drop_table("layout_draft")
