"""``make test-stack``: the shared suites on real servers, each found or installed, started for the run, and stopped.

Nothing here runs in ``make test``: the suites' files have names that are not collected unless they are named. One
module a server; ``servers`` has them all; ``versions.toml`` says which versions; ``run`` is the program.
"""
