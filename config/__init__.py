"""How this service is set up: settings, logging, and the options of the web server.

Rule: read once, by whoever starts a process; everything below is handed what it needs. Must not: import ``dam``,
``workers`` or ``search``.
"""
