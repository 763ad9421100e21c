"""Finding assets: the document, its analysis, the query language, and (in ``engines``) what runs them.

Rule: a leaf. Everything that decides *what matches* is here and knows no engine, so that two engines answer alike;
``engines`` only stores tokens and runs compiled trees. Must not import ``dam``, ``workers`` or ``config``.

Reading order: document → analysis → projection (what an engine stores), query → fields → conditions → parse (what a
person asks), lowered (what that asks of an index), results (what comes back), engines.
"""
