"""How a terminal said it was, last, and where its counts stood when a part was changed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NUMBERS = ("rewrites", "rewrites_from", "unit_ms", "prints", "prints_from", "head_ms", "grade")


def upgrade() -> None:
    op.create_table(
        "terminal_health",
        sa.Column("terminal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_ms", BIG, nullable=False),
        sa.Column("skew_ms", BIG, nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        *[sa.Column(name, BIG, nullable=False) for name in _NUMBERS],
        sa.ForeignKeyConstraint(["terminal"], ["terminal.id"], name=op.f("fk_terminal_health_terminal_terminal")),
        sa.PrimaryKeyConstraint("terminal", name=op.f("pk_terminal_health")),
    )


def downgrade() -> None:
    op.drop_table("terminal_health")
