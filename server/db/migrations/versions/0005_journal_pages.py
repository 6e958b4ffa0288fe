"""Journals: a row for every push instead of one for every event; the index of open visits holds these only."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any
from zlib import MAX_WBITS, compressobj

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PAGE_EVENTS = 500
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IS_OPEN = sa.text("state = 'undecided'")


def upgrade() -> None:
    pages = op.create_table(
        "journal_page",
        sa.Column("stream", sa.LargeBinary(), nullable=False),
        sa.Column("first", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("last", _NUMBER, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("first_wall_ms", _NUMBER, nullable=False),
        sa.Column("last_wall_ms", _NUMBER, nullable=False),
        sa.Column("received_ms", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["stream"], ["journal_stream.stream"], name=op.f("fk_journal_page_stream_journal_stream")
        ),
        sa.PrimaryKeyConstraint("stream", "first", name=op.f("pk_journal_page")),
    )
    connection = op.get_bind()
    for stream, last in connection.execute(sa.text("SELECT stream, head_seq FROM journal_stream")).all():
        for page in _pages(connection, stream, last):
            connection.execute(pages.insert(), page)
    op.drop_table("journal_event")
    op.drop_index(op.f("ix_visit_state"), table_name="visit")
    op.create_index("ix_visit_undecided", "visit", ["state"], sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)


def _pages(connection: sa.Connection, stream: bytes, last: int) -> Iterator[dict[str, Any]]:
    """What stood in rows, as the pushes that could have brought it."""
    wanted = sa.text(
        "SELECT seq, type, body, hash, prev, wall_ms, received_ms FROM journal_event"
        " WHERE stream = :stream AND seq BETWEEN :first AND :last ORDER BY seq"
    )
    for first in range(1, last + 1, PAGE_EVENTS):
        rows = connection.execute(
            wanted, {"stream": stream, "first": first, "last": min(first + PAGE_EVENTS - 1, last)}
        ).all()
        if not rows:
            continue
        told = {
            "stream": _text(stream),
            "prev_hash": _text(rows[0].prev),
            "events": [
                {"seq": row.seq, "type": row.type, "body": _text(row.body), "wall_ms": row.wall_ms,
                 "hash": _text(row.hash)}
                for row in rows
            ],
        }  # fmt: skip
        yield {
            "stream": stream,
            "first": rows[0].seq,
            "last": rows[-1].seq,
            "packed": _packed(json.dumps(told, separators=(",", ":"))),
            "first_wall_ms": rows[0].wall_ms,
            "last_wall_ms": rows[-1].wall_ms,
            "received_ms": rows[-1].received_ms,
        }


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def _packed(text: str) -> bytes:
    packer = compressobj(wbits=MAX_WBITS | 16)
    return packer.compress(text.encode()) + packer.flush()
