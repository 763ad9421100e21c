"""The service's own commands: ``dam up | serve | worker | relay | migrate | reindex | fsck | doctor``.

Rule: reads the settings, makes processes, and prints. What a command does to the data is an operation; what the
processes do is ``dam.api`` and ``workers``. Must not: be imported by the client's commands, which have to start fast.

Read in this order: ``service`` (the commands), ``up`` (the supervisor's tale), ``home`` (locks and files of the home
folder), ``prepare`` (what is done before anybody is let in), ``forking`` (children that die with their parent),
``watch`` and ``children`` (what becomes of the supervisor: it waits, and starts again what crashed), ``child``,
``web``, ``work``.
"""
