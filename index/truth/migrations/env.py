"""Read by Alembic when it is run: over the connection, and within the transaction, that this package gave it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
