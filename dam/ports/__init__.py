"""What the operations need from the outside, as small Protocols; adapters implement them, ``dam.wiring`` chooses.

Belongs here: Protocols, the plain values that they exchange, and the errors that they may raise.
Must not: contain behaviour, or name a library.
"""
