"""The database: SQLAlchemy Core on SQLite or PostgreSQL, behind the Protocols of ``dam.ports.store``.

Belongs here: tables, the engine and its gate, the unit of work, the questions of each repository,
migrations.
Must not: decide anything about assets or placements, speak to anything but the database, or use the ORM.
"""
