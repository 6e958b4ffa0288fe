"""On SQLite what the columnar copy must read again is found by its number alone: its index by turn stays empty."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(op.f("ix_copy_due_turn"), "copy_due")
        op.create_index(op.f("ix_copy_due_turn"), "copy_due", ["turn"], sqlite_where=sa.text("turn > 0"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(op.f("ix_copy_due_turn"), "copy_due")
        op.create_index(op.f("ix_copy_due_turn"), "copy_due", ["turn"])
