"""Rights, second factors, approvals, the audit log, to which the database lets nobody do anything but add."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit_row "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
    for verb in ("update", "delete")
)
_POSTGRESQL = (
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$""",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_row FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_row FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _audit()
    _people()
    _factors()
    op.create_table(
        "approval",
        sa.Column("number", _number(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_ms", _number(), nullable=False),
        sa.Column("decided_by", _number(), nullable=False),
        sa.Column("decided_ms", _number(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_approval_asked_by_staff")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_state"), ["state"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit_row",
        sa.Column("n", _number(), autoincrement=False, nullable=False),
        sa.Column("at_ms", _number(), nullable=False),
        sa.Column("actor", _number(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit_row")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        for name in ("act", "actor", "at_ms"):
            batch_op.create_index(batch_op.f(f"ix_audit_row_{name}"), [name], unique=False)
    for statement in _SQLITE if _is_sqlite() else _POSTGRESQL:
        op.execute(statement)


def _people() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("factor_due_ms", _number(), nullable=False, server_default="0"))
    op.execute("DELETE FROM staff_session")  # everybody signs in once more
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("half", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("proven_ms", _number(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("address", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("agent", sa.String(length=40), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_staff_session_staff"), ["staff"], unique=False)
    with op.batch_alter_table("failed_sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_ms", _number(), nullable=False, server_default="0"))
    op.create_table(
        "staff_store",
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_store_staff_staff")),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_staff_store_store_store")),
        sa.PrimaryKeyConstraint("staff", "store", name=op.f("pk_staff_store")),
    )
    op.create_table(
        "password_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("expires_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_password_link_staff_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_link")),
    )
    with op.batch_alter_table("password_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_link_staff"), ["staff"], unique=False)


def _factors() -> None:
    op.create_table(
        "totp",
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("last_step", _number(), nullable=False),
        sa.Column("created_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_totp_staff_staff")),
        sa.PrimaryKeyConstraint("staff", name=op.f("pk_totp")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", _number(), nullable=False),
        sa.Column("credential", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", _number(), nullable=False),
        sa.Column("created_ms", _number(), nullable=False),
        sa.Column("used_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_passkey_staff_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff", _number(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("expires_ms", _number(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenge")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("used_ms", _number(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_recovery_code_staff_staff")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    for table in ("passkey", "recovery_code"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_staff"), ["staff"], unique=False)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER audit_no_update")
        op.execute("DROP TRIGGER audit_no_delete")
    else:
        op.execute("DROP TRIGGER audit_no_change ON audit_row")
        op.execute("DROP TRIGGER audit_no_truncate ON audit_row")
    for table in ("approval", "recovery_code", "passkey_challenge", "passkey", "totp", "password_link", "staff_store"):
        op.drop_table(table)
    op.drop_table("audit_row")
    if not _is_sqlite():
        op.execute("DROP FUNCTION audit_refuse")
    with op.batch_alter_table("failed_sign_in", schema=None) as batch_op:
        batch_op.drop_column("last_ms")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_staff"))
        for name in ("agent", "address", "proven_ms", "half"):
            batch_op.drop_column(name)
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("factor_due_ms")
