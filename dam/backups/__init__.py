"""Backups, and the move from one set of servers to another: every row of one moment, and all bytes that they name.

Rule: the rows first, the bytes after them. What rows name was durable before they were written and is never deleted, so
a copy of the bytes that begins later has them all, whatever is uploaded meanwhile. Nothing is copied unhashed. One form
for all databases and object stores (``folder``), so that a backup of either kind of service restores onto the other.

Read in this order: ``folder`` (the form), ``transfer`` (the bytes), ``verbs``. Must not: know settings or print.
"""
