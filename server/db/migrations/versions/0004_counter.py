"""Counters: replaced and stopped cards, enrolments, products, goods, days, voices, duties, benefits, settings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "day_report",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("differences", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state IN ('', 'waiting', 'same', 'differs')", name=op.f("ck_day_report_state")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_day_report")),
    )
    with op.batch_alter_table("day_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_day_report_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_day_report_state"), ["state"], unique=False)

    op.create_table(
        "duty",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_at_ms"), ["at_ms"], unique=False)

    op.create_table(
        "handover",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("benefit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_benefit"), ["benefit"], unique=False)

    op.create_table(
        "plain_sale",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slip", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_yen", sa.Integer(), nullable=False),
        sa.Column("discount_yen", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_plain_sale")),
    )
    with op.batch_alter_table("plain_sale", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plain_sale_business_day_terminal"), ["business_day", "terminal"], unique=False
        )

    op.create_table(
        "product",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kana", sa.String(length=60), nullable=False),
        sa.Column("unit_yen", sa.Integer(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("earns", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("search_key", sa.String(length=400), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_product")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_gone_code"), ["gone", "code"], unique=False)

    op.create_table(
        "sale_head",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("discount_yen", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_sale_head")),
    )
    with op.batch_alter_table("sale_head", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_head_visit"), ["visit"], unique=False)

    op.create_table(
        "sale_line",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("unit_yen", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.Column("discount_yen", sa.Integer(), nullable=False),
        sa.Column("earns", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", "place", name=op.f("pk_sale_line")),
    )
    with op.batch_alter_table("sale_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_line_visit"), ["visit"], unique=False)

    op.create_table(
        "shop_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("pin_salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("changed_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_settings")),
    )
    op.create_table(
        "voice",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("heading", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=20), nullable=False),
        sa.Column("visit", sa.String(length=32), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_voice")),
    )
    with op.batch_alter_table("voice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_at_ms"), ["at_ms"], unique=False)

    op.create_table(
        "benefit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("valid_until", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'given', 'withdrawn')", name=op.f("ck_benefit_state")),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_benefit_card_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
    )
    with op.batch_alter_table("benefit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_benefit_card"), ["card"], unique=False)
        batch_op.create_index(batch_op.f("ix_benefit_state"), ["state"], unique=False)

    op.create_table(
        "card_enrolment",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phone", sa.String(length=11), nullable=False),
        sa.Column("kana", sa.String(length=40), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_card_enrolment_card_card")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_card_enrolment")),
    )
    with op.batch_alter_table("card_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_card_enrolment_business_day_terminal"), ["business_day", "terminal"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_card_enrolment_card"), ["card"], unique=False)

    op.create_table(
        "card_stop",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_card_stop_card_card")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_card_stop")),
    )
    with op.batch_alter_table("card_stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_stop_card"), ["card"], unique=False)

    op.create_table(
        "replacement",
        sa.Column("stream", sa.LargeBinary(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("old", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.number"], name=op.f("fk_replacement_card_card")),
        sa.ForeignKeyConstraint(["old"], ["card.number"], name=op.f("fk_replacement_old_card")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_replacement")),
    )
    with op.batch_alter_table("replacement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replacement_card"), ["card"], unique=False)
        batch_op.create_index(batch_op.f("ix_replacement_old"), ["old"], unique=False)

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_member_phone"), ["phone"], unique=False)

    with op.batch_alter_table("off_card_visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stream", sa.LargeBinary(length=10), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0")
        )
        batch_op.create_index(batch_op.f("ix_off_card_visit_business_day"), ["business_day"], unique=False)

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pin", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("counter_role", sa.String(length=10), nullable=False, server_default="staff"))

    if op.get_bind().dialect.name == "sqlite":  # a default is text there, also in a column of bytes
        op.execute("UPDATE off_card_visit SET stream = CAST(stream AS BLOB)")


def downgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("counter_role")
        batch_op.drop_column("pin")

    with op.batch_alter_table("off_card_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_off_card_visit_business_day"))
        batch_op.drop_column("seq")
        batch_op.drop_column("stream")

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_phone"))
        batch_op.drop_column("provisional")
    op.drop_table("replacement")
    op.drop_table("card_stop")
    op.drop_table("card_enrolment")
    op.drop_table("benefit")
    op.drop_table("voice")
    op.drop_table("shop_settings")
    op.drop_table("sale_line")
    op.drop_table("sale_head")
    op.drop_table("product")
    op.drop_table("plain_sale")
    op.drop_table("handover")
    op.drop_table("duty")
    op.drop_table("day_report")
