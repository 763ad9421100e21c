"""HTTP: parse, authorise, call an operation, render. One file of routes for each kind of thing.

Belongs here: everything that knows a status, a header, a cookie or JSON. Must not: decide what is right
(``dam.domain``), open a transaction (``dam.operations``), or know Celery, SQL or where bytes live.

Reading order: app (what is put together) → routes (how a route is declared and checked) → credentials (who asks) →
once (idempotency keys) → problems (errors) → incoming, bytes (files in and out) → one file per kind of thing.
"""
