"""What Alembic runs for each command. Rule: the connection comes from ``dam.store.migrate``, or from the address in
``DAM_DATABASE_URL`` when a developer runs ``alembic`` by hand.
"""

import os

from alembic import context
from sqlalchemy import Connection

from dam.store import places, tables
from dam.store.engine import make_engine, options

# Naming a table of each module has them in the metadata.
METADATA = places.channels.metadata
assert METADATA is tables.metadata


def run(connection: Connection) -> None:
    """Run the command's scripts in the connection's transaction."""
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def by_hand() -> None:
    """Run on a connection of our own."""
    engine = make_engine(os.environ["DAM_DATABASE_URL"])
    with engine.connect() as connection, connection.execution_options(**options(engine, writing=True)).begin():
        run(connection)


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
else:
    by_hand()
