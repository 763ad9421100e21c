"""The verbs: one function each, called by the API, the command line and the workers alike.

Rule: an operation asks the policy first, reads, lets the domain decide, and commits facts and events together. No
transaction spans a network call. Nothing here knows HTTP, SQL, a broker or a decoder.
"""
