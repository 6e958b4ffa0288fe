"""Alembic's entry: runs on the connection that ``server.db.migrate`` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["target_metadata"],
    render_as_batch=True,  # SQLite changes a table by copying it
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
