"""The command line's client: what people do with a service from a terminal, over its HTTP API.

Rule: knows the service by its API alone. ``commands`` names the commands; each module of commands parses, asks, prints;
``http`` speaks, ``credentials`` says to whom and with what, ``text`` makes hostile text harmless.
Must not: import the service's own modules, or decide what the service decides.
"""
