"""Engines: adapters of ``dam.ports.search.SearchIndex``; ``dam.wiring`` chooses one.

Rule: an engine stores what ``search.projection`` gives and runs trees of ``search.query``. It analyses nothing itself,
so that all engines answer alike (``tests.contracts.search_index`` holds them to it).
"""
