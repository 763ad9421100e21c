"""Files of every type with known answers, and hostile ones with known reasons, made by our own code: no foreign file
is in the repository.

Belongs here: ``cases`` (what there is), and makers of bytes by kind of file. Must not: use the code under test.
"""
