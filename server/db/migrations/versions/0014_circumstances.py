"""Whose word a rainy day is; how far an evaluation of the ranks is."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The rows that are there were head office's own words, and evaluations that came to their end."""
    with op.batch_alter_table("rain_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rainy", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("terminal", BIG, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("staff", BIG, nullable=False, server_default="0"))
    with op.batch_alter_table("rank_evaluation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("programme", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("cursor", BIG, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("is_done", sa.Boolean(), nullable=False, server_default=sa.true()))
