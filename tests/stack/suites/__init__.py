"""Tests that need a real server. Their files are named on pytest's command line by ``tests.stack.run``."""
