"""What runs after a commit: the relay from events to jobs, the threads that do the jobs, and the sweeps.

Rule: workers drive. What is right is decided in ``dam.operations``; the truth about what is to be done is in the
database, and whatever is kept in memory here may be lost at any time. Must not: know Flask or the settings' names
(``dam.commands`` hands over what is needed).

Read in this order: ``routes`` (event → tasks), ``relay`` (events and due jobs out of the database), ``runner`` (one
job), ``tasks`` (task → function), ``deliver`` and ``sweep`` (what is due by the clock), ``process`` (the loop).
"""
