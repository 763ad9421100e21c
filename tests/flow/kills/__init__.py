"""Kills at every point where an operation meets a port: what was acknowledged stays, and everything ends proven.

Rule: nothing of this is in production code. ``watch`` wraps the ports and names the points, ``steps`` (with
``accounts``, ``pictures``, ``parts`` and ``worker``) is what is played by whom ``story`` says, ``oracle`` and
``causes`` say what must hold, ``stand`` plays and kills in forked processes, ``durable`` tells apart what a kill
leaves, ``plan`` chooses points.
"""
