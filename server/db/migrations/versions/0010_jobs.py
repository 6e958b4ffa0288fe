"""Long work and its progress."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("number", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", _BIG, nullable=False),
        sa.Column("of", _BIG, nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_ms", _BIG, nullable=False),
        sa.Column("stop_wanted", sa.Boolean(), nullable=False),
        sa.Column("created_ms", _BIG, nullable=False),
        sa.Column("changed_ms", _BIG, nullable=False),
        sa.Column("finished_ms", _BIG, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_changed_ms"), ["changed_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)
