"""Segments with what their columnar copy has still to read; messages to many with templates and control groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PROFILE = (
    "family_name", "given_name", "family_kana", "given_kana", "phone", "postal_code", "prefecture", "city", "street",
    "birthday", "memo", "rank", "joined", "store", "search_key", "kana_key", "provisional", "email", "state",
    "may_mail", "may_post", "may_phone", "may_print",
)  # fmt: skip


class _Watch(NamedTuple):
    """Changes of ``table`` are noted by the number in ``column``. ``when``: of a row that is new, on SQLite, else all.

    ``fields``: changes of others are not noted; none: every change.
    """

    table: str
    kind: str
    column: str
    verbs: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")
    when: str = ""
    fields: tuple[str, ...] = ()


_KEYS = {"visit": "visit", "card": "number", "member": "number"}  # of the tables whose fields are looked at
_NO_POINTS = "NEW.earn = 0 AND NEW.redeem = 0 AND NEW.expired = 0 AND NEW.state = 'counted'"
_WATCHED = (
    # A counted visit with points has entries; only one without any is noted by itself.
    _Watch("visit", "card", "card", ("INSERT",), _NO_POINTS),
    _Watch("visit", "card", "card", ("UPDATE",), fields=("state",)),
    _Watch("entry", "card", "card", ("INSERT",)),
    _Watch("card", "card", "number", ("INSERT",), "NEW.member IS NOT NULL"),
    _Watch("card", "card", "number", ("UPDATE",), "OLD.member IS NOT NEW.member", ("member",)),
    _Watch("member", "member", "number", ("INSERT", "DELETE")),
    _Watch("member", "member", "number", ("UPDATE",), fields=_PROFILE),
    _Watch("member_store", "member", "member", ("INSERT", "DELETE")),
    _Watch("member_attribute", "member", "member"),
    _Watch("household_member", "member", "member"),
)


def upgrade() -> None:
    _segments()
    _messages()
    for statement in _triggers():
        op.execute(statement)
    # What the books hold already is read when the copy is made.
    op.execute("INSERT INTO copy_state (id, pruned) VALUES (1, 0)")


def _segments() -> None:
    op.create_table(
        "segment",
        sa.Column("number", BIG, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.LargeBinary(), nullable=False),
        sa.Column("stores", sa.LargeBinary(), nullable=False),
        sa.Column("fixed_day", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("counted_ms", BIG, nullable=False),
        sa.Column("tagged", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", BIG, nullable=False),
        sa.Column("changed_ms", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('dynamic', 'fixed')", name=op.f("ck_segment_kind")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_segment_author_staff")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_segment")),
    )
    op.create_table(
        "segment_member",
        sa.Column("segment", BIG, autoincrement=False, nullable=False),
        sa.Column("member", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["segment"], ["segment.number"], name=op.f("fk_segment_member_segment_segment")),
        sa.PrimaryKeyConstraint("segment", "member", name=op.f("pk_segment_member")),
    )
    op.create_table(
        "segment_use",
        sa.Column("segment", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["segment"], ["segment.number"], name=op.f("fk_segment_use_segment_segment")),
        sa.PrimaryKeyConstraint("segment", "kind", "key", name=op.f("pk_segment_use")),
    )
    op.create_table(
        "copy_due",
        sa.Column("id", BIG, nullable=False),
        sa.Column("turn", BIG, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_due")),
    )
    op.create_index(op.f("ix_copy_due_turn"), "copy_due", ["turn"])
    op.create_table(
        "copy_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pruned", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_state")),
    )


def _messages() -> None:
    op.create_table(
        "notice",
        sa.Column("number", BIG, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("segment", BIG, nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(length=10), nullable=False),
        sa.Column("valid_until", sa.String(length=10), nullable=False),
        sa.Column("grows", sa.Boolean(), nullable=False),
        sa.Column("promotes", sa.Boolean(), nullable=False),
        sa.Column("holdout", sa.Integer(), nullable=False),
        sa.Column("seed", BIG, nullable=False),
        sa.Column("stores", sa.LargeBinary(), nullable=False),
        sa.Column("replaces", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reached", BIG, nullable=False),
        sa.Column("expanded_ms", BIG, nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", BIG, nullable=False),
        sa.CheckConstraint("state IN ('planned', 'open', 'withdrawn')", name=op.f("ck_notice_state")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_notice_author_staff")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_segment"), "notice", ["segment"])
    op.create_index(op.f("ix_notice_state"), "notice", ["state"])
    op.create_table(
        "notice_member",
        sa.Column("notice", BIG, autoincrement=False, nullable=False),
        sa.Column("member", BIG, autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("message", BIG, nullable=False),
        sa.Column("at_ms", BIG, nullable=False),
        sa.CheckConstraint(
            "part IN ('told', 'holdout', 'no_card', 'opted_out', 'left')", name=op.f("ck_notice_member_part")
        ),
        sa.ForeignKeyConstraint(["notice"], ["notice.number"], name=op.f("fk_notice_member_notice_notice")),
        sa.PrimaryKeyConstraint("notice", "member", name=op.f("pk_notice_member")),
    )
    op.create_index(op.f("ix_notice_member_member"), "notice_member", ["member"])
    op.create_index(op.f("ix_notice_member_notice_part"), "notice_member", ["notice", "part"])
    with op.batch_alter_table("card_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notice", BIG, nullable=False, server_default="0"))
        batch_op.drop_constraint(batch_op.f("ck_card_message_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_card_message_state"), "state IN ('waiting', 'printed', 'withdrawn', 'superseded')"
        )
        batch_op.create_index(batch_op.f("ix_card_message_notice_state"), ["notice", "state"], unique=False)


def _triggers() -> Iterator[str]:
    if op.get_bind().dialect.name == "sqlite":
        for watch in _WATCHED:
            yield from _sqlite(watch)
        return
    for watch in _WATCHED:
        yield from _postgresql(watch)


def _sqlite(watch: _Watch) -> Iterator[str]:
    for verb in watch.verbs:
        row = "OLD" if verb == "DELETE" else "NEW"
        of = f" OF {', '.join(watch.fields)}" if verb == "UPDATE" and watch.fields else ""
        when = f"WHEN {watch.when} " if watch.when and verb != "DELETE" else ""
        yield (
            f"CREATE TRIGGER {watch.table}_copy_{verb.lower()} AFTER {verb}{of} ON {watch.table} FOR EACH ROW {when}"
            f"BEGIN INSERT INTO copy_due (turn, kind, key) VALUES (0, '{watch.kind}', {row}.{watch.column}); END"
        )


def _postgresql(watch: _Watch) -> Iterator[str]:
    """Once for every statement, however many rows it has."""
    for verb in watch.verbs:
        name = f"{watch.table}_copy_{verb.lower()}"
        rows = "old_rows" if verb == "DELETE" else "new_rows"
        tables = {"INSERT": "NEW TABLE AS new_rows", "DELETE": "OLD TABLE AS old_rows"}.get(
            verb, "OLD TABLE AS old_rows NEW TABLE AS new_rows"
        )
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO copy_due (turn, kind, key) SELECT pg_current_xact_id()::text::bigint, '{watch.kind}', key"
            f" FROM ({_changed(watch, verb, rows)}) AS changed; RETURN NULL; END $$"
        )
        yield (
            f"CREATE TRIGGER {name} AFTER {verb} ON {watch.table} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def _changed(watch: _Watch, verb: str, rows: str) -> str:
    if verb == "UPDATE" and watch.fields:
        new, old = (", ".join(f"{row}.{name}" for name in watch.fields) for row in ("n", "o"))
        key = _KEYS[watch.table]
        return (
            f"SELECT DISTINCT n.{watch.column} AS key FROM new_rows n JOIN old_rows o ON n.{key} = o.{key}"
            f" WHERE ({new}) IS DISTINCT FROM ({old})"
        )
    when = f" WHERE {watch.when.replace('NEW.', '')}" if watch.when and verb == "INSERT" else ""
    return f"SELECT DISTINCT {watch.column} AS key FROM {rows}{when}"


def downgrade() -> None:
    for watch in _WATCHED:
        for verb in watch.verbs:
            name = f"{watch.table}_copy_{verb.lower()}"
            if op.get_bind().dialect.name == "sqlite":
                op.execute(f"DROP TRIGGER {name}")
            else:
                op.execute(f"DROP TRIGGER {name} ON {watch.table}")
                op.execute(f"DROP FUNCTION {name}")
    op.execute("UPDATE card_message SET state = 'withdrawn' WHERE state = 'superseded'")
    with op.batch_alter_table("card_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_message_notice_state"))
        batch_op.drop_constraint(batch_op.f("ck_card_message_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_card_message_state"), "state IN ('waiting', 'printed', 'withdrawn')"
        )
        batch_op.drop_column("notice")
    for table in ("notice_member", "notice", "copy_state", "copy_due", "segment_use", "segment_member", "segment"):
        op.drop_table(table)
