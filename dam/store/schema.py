"""Which schema this code needs, and whether a database has it: asked at every start, so without Alembic.

Rule: knows the name of the newest revision (tested against the migrations) and nothing else of them.
"""

from sqlalchemy import inspect, text

from dam.store.engine import make_engine, options
from dam.store.failures import translated

NEWEST = "0017"


def is_newest(url: str) -> bool:
    """Has the database at ``url`` this code's schema? False for an empty one, an older one, and one that is not known.

    Raises Unavailable.
    """
    engine = make_engine(url)
    try:
        with translated(), engine.connect() as plain:
            connection = plain.execution_options(**options(engine, writing=False))
            if not inspect(connection).has_table("alembic_version"):
                return False
            return bool(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST)
    finally:
        engine.dispose()
