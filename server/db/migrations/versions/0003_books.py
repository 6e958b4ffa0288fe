"""Books that can be proven: images, off-card points, adjustments, rulings, cases, reports; entries only ever added."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from alembic import op

from shared.card.codec import decode
from shared.card.mac import KeyRing
from shared.visit.journal import Intent

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SQLITE = tuple(
    f"CREATE TRIGGER entry_no_{verb} BEFORE {verb} ON entry BEGIN SELECT RAISE(ABORT, 'entries are only added to'); END"
    for verb in ("update", "delete")
)
_POSTGRESQL = (
    """CREATE FUNCTION entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries are only added to'; END $$""",
    "CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION entry_refuse()",
    "CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_refuse()",
)
_BLOBS = ("pre_prev", "pre_lots", "post_lots", "adjusted")
BATCH = 1_000  # visits read at a time


def upgrade() -> None:
    op.create_table(
        "backup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup")),
    )
    op.create_table(
        "books_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settled_month", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_state")),
    )
    op.create_table(
        "reconcile_case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("opened_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconcile_case")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_reconcile_case_kind_subject")),
    )
    with op.batch_alter_table("reconcile_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reconcile_case_card"), ["card"], unique=False)
        batch_op.create_index(batch_op.f("ix_reconcile_case_state"), ["state"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finished_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_finished_ms"), ["finished_ms"], unique=False)

    op.create_table(
        "ruling",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("kind", "card", "visit", "hash", name=op.f("uq_ruling_kind_card_visit_hash")),
    )
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ruling_card"), ["card"], unique=False)
        batch_op.create_index(batch_op.f("ix_ruling_kind_day"), ["kind", "day"], unique=False)

    op.create_table(
        "seen_image",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("adj", sa.Integer(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=4), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("writer", sa.Integer(), nullable=False),
        sa.Column("lots", sa.LargeBinary(), nullable=False),
        sa.Column("first_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_seen_image")),
    )
    with op.batch_alter_table("seen_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_image_card"), ["card"], unique=False)

    op.create_table(
        "start_image",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_start_image")),
    )
    with op.batch_alter_table("start_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_start_image_card"), ["card"], unique=False)

    op.create_table(
        "report_line",
        sa.Column("report", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check", sa.String(length=20), nullable=False),
        sa.Column("checked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wrong", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("colour", sa.String(length=10), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["report.id"], name=op.f("fk_report_line_report_report")),
        sa.PrimaryKeyConstraint("report", "place", name=op.f("pk_report_line")),
    )
    op.create_table(
        "adjustment",
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lots", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_adjustment_card_card")),
        sa.PrimaryKeyConstraint("card", "number", name=op.f("pk_adjustment")),
    )
    op.create_table(
        "grant_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("lots", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("kind IN ('gift', 'loss')", name=op.f("ck_grant_entry_kind")),
        sa.ForeignKeyConstraint(["author"], ["staff.id"], name=op.f("fk_grant_entry_author_staff")),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_grant_entry_card_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_entry")),
    )
    with op.batch_alter_table("grant_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_entry_card"), ["card"], unique=False)

    op.create_table(
        "off_card_visit",
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("amount_yen", sa.Integer(), nullable=False),
        sa.Column("earn", sa.Integer(), nullable=False),
        sa.Column("lots", sa.LargeBinary(), nullable=False),
        sa.Column("slip", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_off_card_visit_card_card")),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_off_card_visit_store_store")),
        sa.PrimaryKeyConstraint("visit", name=op.f("pk_off_card_visit")),
    )
    with op.batch_alter_table("off_card_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_off_card_visit_card"), ["card"], unique=False)

    op.create_table(
        "repair",
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("track", sa.String(length=69), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("moved", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.String(length=60), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_repair_card_card")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_repair")),
    )
    with op.batch_alter_table("repair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repair_card"), ["card"], unique=False)

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_plain", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_check_constraint(batch_op.f("ck_card_status"), "status IN ('', 'online_only', 'stopped')")

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.alter_column("visit", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.alter_column(
            "contra", existing_type=sa.VARCHAR(length=10), type_=sa.String(length=20), existing_nullable=False
        )
        batch_op.alter_column(
            "cause", existing_type=sa.VARCHAR(length=60), type_=sa.String(length=120), existing_nullable=False
        )
        batch_op.drop_index(batch_op.f("ix_entry_card"))
        batch_op.create_index(batch_op.f("ix_entry_card_visit"), ["card", "visit"], unique=False)

    with op.batch_alter_table("journal_stream", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "durable_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0"
            )
        )

    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0")
        )

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="sale"))
        batch_op.add_column(sa.Column("refund_of", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("online", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("pre_adj", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("pre_prev", sa.LargeBinary(length=4), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("pre_day", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("pre_writer", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("pre_lots", sa.LargeBinary(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("post_adj", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("post_day", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("post_lots", sa.LargeBinary(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("adjusted", sa.LargeBinary(), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("ck_visit_state"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_visit_state"), "state IN ('undecided', 'counted', 'aborted', 'honoured')"
        )
        batch_op.drop_index(batch_op.f("ix_visit_post_hash"))
        batch_op.create_index(batch_op.f("ix_visit_state"), ["state"], unique=False)

    op.execute(
        "INSERT INTO start_image (hash, card, gen, source, terminal, at_ms) "
        "SELECT hash, number, gen, 'import', 0, first_ms FROM card WHERE length(hash) = 32 AND NOT EXISTS "
        "(SELECT 1 FROM visit WHERE visit.card = card.number AND visit.source = 'terminal')"
    )
    op.execute("INSERT INTO books_state (id, settled_month) VALUES (1, 0)")
    if _is_sqlite():  # a default is text there, also in a column of bytes
        blobs = ", ".join(f"{name} = CAST({name} AS BLOB)" for name in _BLOBS)
        op.execute(f"UPDATE visit SET {blobs}")
    _read_images()
    for statement in _SQLITE if _is_sqlite() else _POSTGRESQL:
        op.execute(statement)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _read_images() -> None:
    """The images of visits told before, from their journals: terminals had proven them when they were read."""
    connection = op.get_bind()
    visit = sa.table("visit", *(sa.column(name) for name in ("visit", "pre_hash", *_images("", ""))))
    told = sa.text(
        "SELECT body FROM journal_event WHERE type = 'INTENT' ORDER BY stream, seq LIMIT :limit OFFSET :skip"
    )
    skip = 0
    while bodies := connection.execute(told, {"limit": BATCH, "skip": skip}).scalars().all():
        skip += BATCH
        for body in bodies:
            try:
                intent = msgspec.json.decode(body, type=Intent)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            values = _images(intent.pre, intent.post)
            if values:
                connection.execute(sa.update(visit).where(visit.c.visit == intent.visit).values(**values))


def _images(pre: str, post: str) -> dict[str, object]:
    """The columns that hold two images; nothing for tracks that cannot be read."""
    empty = KeyRing(0, 0, {})
    before, after = decode(pre, empty).image, decode(post, empty).image
    if pre and (before is None or after is None):
        return {}
    lots: dict[int, int] = {}
    for lot in before.lots if before else ():
        if lot.points:
            lots[lot.month] = lots.get(lot.month, 0) + lot.points
    return {
        "pre_adj": before.adj if before else 0,
        "pre_prev": before.prev.to_bytes(4, "big") if before else b"",
        "pre_day": before.day if before else 0,
        "pre_writer": before.writer if before else 0,
        "pre_lots": msgspec.json.encode(sorted(lots.items())),
        "post_adj": after.adj if after else 0,
        "post_day": after.day if after else 0,
    }


def downgrade() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER entry_no_update")
        op.execute("DROP TRIGGER entry_no_delete")
    else:
        op.execute("DROP TRIGGER entry_no_change ON entry")
        op.execute("DROP TRIGGER entry_no_truncate ON entry")
        op.execute("DROP FUNCTION entry_refuse")
    op.execute("DELETE FROM entry WHERE visit IS NULL")
    op.execute("UPDATE visit SET state = 'undecided' WHERE state = 'honoured'")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_visit_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_visit_state"), "state IN ('undecided', 'counted', 'aborted')")
        batch_op.drop_index(batch_op.f("ix_visit_state"))
        batch_op.create_index(batch_op.f("ix_visit_post_hash"), ["post_hash"], unique=False)
        batch_op.drop_column("adjusted")
        batch_op.drop_column("post_lots")
        batch_op.drop_column("post_day")
        batch_op.drop_column("post_adj")
        batch_op.drop_column("pre_lots")
        batch_op.drop_column("pre_writer")
        batch_op.drop_column("pre_day")
        batch_op.drop_column("pre_prev")
        batch_op.drop_column("pre_adj")
        batch_op.drop_column("online")
        batch_op.drop_column("refund_of")
        batch_op.drop_column("kind")

    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_column("card")

    with op.batch_alter_table("journal_stream", schema=None) as batch_op:
        batch_op.drop_column("durable_seq")

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_card_visit"))
        batch_op.create_index(batch_op.f("ix_entry_card"), ["card"], unique=False)
        batch_op.alter_column(
            "cause", existing_type=sa.String(length=120), type_=sa.VARCHAR(length=60), existing_nullable=False
        )
        batch_op.alter_column(
            "contra", existing_type=sa.String(length=20), type_=sa.VARCHAR(length=10), existing_nullable=False
        )
        batch_op.alter_column("visit", existing_type=sa.VARCHAR(length=32), nullable=False)

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_column("is_plain")
        batch_op.drop_constraint(batch_op.f("ck_card_status"), type_="check")
        batch_op.drop_column("status")

    with op.batch_alter_table("repair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repair_card"))

    op.drop_table("repair")
    with op.batch_alter_table("off_card_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_off_card_visit_card"))

    op.drop_table("off_card_visit")
    with op.batch_alter_table("grant_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_entry_card"))

    op.drop_table("grant_entry")
    op.drop_table("adjustment")
    op.drop_table("report_line")
    with op.batch_alter_table("start_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_start_image_card"))

    op.drop_table("start_image")
    with op.batch_alter_table("seen_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_image_card"))

    op.drop_table("seen_image")
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ruling_kind_day"))
        batch_op.drop_index(batch_op.f("ix_ruling_card"))

    op.drop_table("ruling")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_finished_ms"))

    op.drop_table("report")
    with op.batch_alter_table("reconcile_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reconcile_case_state"))
        batch_op.drop_index(batch_op.f("ix_reconcile_case_card"))

    op.drop_table("reconcile_case")
    op.drop_table("books_state")
    op.drop_table("backup")
