"""What Alembic runs: migrations over the connection that it is given."""

from alembic import context

from grader.hosting.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
