"""Keys of other programs, what they asked for, their names of members; webhooks with the triggers that feed them.

The triggers write only while somebody listens, so a head office without webhooks pays one look per row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PROFILE = (
    "family_name", "given_name", "family_kana", "given_kana", "phone", "postal_code", "prefecture", "city", "street",
    "birthday", "rank", "store", "provisional", "email", "may_mail", "may_post", "may_phone", "may_print",
)  # fmt: skip
_LISTENED = "EXISTS (SELECT 1 FROM hook WHERE state <> 'off')"


class _Told(NamedTuple):
    """``when``: with NEW and OLD; ``fields``: of an UPDATE. ``number`` and ``ref``: of NEW."""

    table: str
    name: str
    verb: str
    kind: str
    number: str
    ref: str
    when: str
    fields: tuple[str, ...] = ()


def _differs(fields: Sequence[str]) -> str:
    new, old = (", ".join(f"{row}.{field}" for field in fields) for row in ("NEW", "OLD"))
    return f"({new}) IS DISTINCT FROM ({old})"


_TOLD = (
    _Told("member", "created", "INSERT", "member.created", "number", "''", "NEW.state = ''"),
    _Told("member", "changed", "UPDATE", "member.changed", "number", "''",
          f"NEW.state = '' AND (OLD.state <> '' OR {_differs(_PROFILE)})", (*_PROFILE, "state")),
    _Told("member", "merged", "UPDATE", "member.merged", "number", "NEW.merged_into",
          "NEW.state = 'merged' AND OLD.state <> 'merged'", ("state",)),
    _Told("member", "erased", "UPDATE", "member.erased", "number", "''",
          "NEW.state = 'erased' AND OLD.state <> 'erased'", ("state",)),
    _Told("visit", "counted", "INSERT", "visit.counted", "card", "NEW.visit", "NEW.state = 'counted'"),
    _Told("visit", "decided", "UPDATE", "visit.counted", "card", "NEW.visit",
          "NEW.state = 'counted' AND OLD.state <> 'counted'", ("state",)),
    _Told("visit", "undone", "UPDATE", "visit.uncounted", "card", "NEW.visit",
          "NEW.state <> 'counted' AND OLD.state = 'counted'", ("state",)),
    _Told("grant_entry", "given", "INSERT", "points.corrected", "card", "NEW.id", "1 = 1"),
    _Told("card", "stopped", "UPDATE", "card.stopped", "number", "''",
          "NEW.status = 'stopped' AND OLD.status <> 'stopped'", ("status",)),
    _Told("card_message", "printed", "UPDATE", "message.printed", "card", "NEW.id",
          "NEW.state = 'printed' AND OLD.state <> 'printed'", ("state",)),
)  # fmt: skip


def upgrade() -> None:
    _keys()
    _hooks()
    for statement in _triggers():
        op.execute(statement)


def _keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hint", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.LargeBinary(), nullable=False),
        sa.Column("stores", sa.LargeBinary(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", BIG, nullable=False),
        sa.Column("renewed_ms", BIG, nullable=False),
        sa.Column("expires_ms", BIG, nullable=False),
        sa.Column("used_ms", BIG, nullable=False),
        sa.Column("revoked_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_api_key_staff_staff")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_api_key_author_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_table(
        "api_reference",
        sa.Column("key", BIG, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["api_key.id"], name=op.f("fk_api_reference_key_api_key")),
        sa.PrimaryKeyConstraint("key", "reference", name=op.f("pk_api_reference")),
    )
    op.create_table(
        "member_reference",
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("member", BIG, nullable=False),
        sa.Column("key", BIG, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.number"], name=op.f("fk_member_reference_member_member")),
        sa.ForeignKeyConstraint(["key"], ["api_key.id"], name=op.f("fk_member_reference_key_api_key")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_member_reference")),
    )
    op.create_index(op.f("ix_member_reference_member"), "member_reference", ["member"])


def _hooks() -> None:
    op.create_table(
        "hook",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("stores", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rest_ms", BIG, nullable=False),
        sa.Column("paused_ms", BIG, nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", BIG, nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'off')", name=op.f("ck_hook_state")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_hook_author_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
    )
    op.create_table(
        "hook_event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_event")),
    )
    op.create_table(
        "hook_delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hook", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", BIG, nullable=False),
        sa.Column("first_ms", BIG, nullable=False),
        sa.Column("last_ms", BIG, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("created_ms", BIG, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'delivered')", name=op.f("ck_hook_delivery_state")),
        sa.ForeignKeyConstraint(["hook"], ["hook.id"], name=op.f("fk_hook_delivery_hook_hook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_delivery")),
    )
    op.create_index(op.f("ix_hook_delivery_created_ms"), "hook_delivery", ["created_ms"])
    op.create_index(op.f("ix_hook_delivery_hook_subject_state"), "hook_delivery", ["hook", "subject", "state"])
    op.create_index(op.f("ix_hook_delivery_state_due_ms"), "hook_delivery", ["state", "due_ms"])


def _triggers() -> Iterator[str]:
    """And one that forgets other programs' names of a person who is forgotten."""
    forget = "DELETE FROM member_reference WHERE member = NEW.number"
    erased = "NEW.state = 'erased' AND OLD.state <> 'erased'"
    if op.get_bind().dialect.name == "sqlite":
        for told in _TOLD:
            of = f" OF {', '.join(told.fields)}" if told.fields else ""
            # SQLite before 3.39 knows no IS DISTINCT FROM; IS NOT says the same there.
            when = told.when.replace("IS DISTINCT FROM", "IS NOT")
            yield (
                f"CREATE TRIGGER {_name(told)} AFTER {told.verb}{of} ON {told.table} FOR EACH ROW"
                f" WHEN {when} AND {_LISTENED} BEGIN {_insert(told)}; END"
            )
        yield (
            f"CREATE TRIGGER member_forget_references AFTER UPDATE OF state ON member FOR EACH ROW WHEN {erased}"
            f" BEGIN {forget}; END"
        )
        return
    for told in _TOLD:
        yield from _postgresql(told, _name(told), f"IF {_LISTENED} THEN {_insert(told)}; END IF")
    yield from _postgresql(
        _Told("member", "", "UPDATE", "", "", "", erased, ("state",)), "member_forget_references", forget
    )


def _postgresql(told: _Told, name: str, does: str) -> Iterator[str]:
    of = f" OF {', '.join(told.fields)}" if told.fields else ""
    yield (f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$")
    yield (
        f"CREATE TRIGGER {name} AFTER {told.verb}{of} ON {told.table} FOR EACH ROW WHEN ({told.when})"
        f" EXECUTE FUNCTION {name}()"
    )


def _insert(told: _Told) -> str:
    return (
        f"INSERT INTO hook_event (kind, number, ref) VALUES ('{told.kind}', NEW.{told.number},"
        f" CAST({told.ref} AS VARCHAR(40)))"
    )


def _name(told: _Told) -> str:
    return f"{told.table}_hook_{told.name}"


def downgrade() -> None:
    names = [(_name(told), told.table) for told in _TOLD] + [("member_forget_references", "member")]
    for name, table in names:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}")
    for table in ("hook_delivery", "hook_event", "hook", "member_reference", "api_reference", "api_key"):
        op.drop_table(table)
