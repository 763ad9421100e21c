"""Alembic's scripts: how a database got from one schema to the next.

Rule: a script that was released never changes and names no code of ours except column types. Only
``dam.store.migrate`` runs them.
"""
