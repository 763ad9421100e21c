"""The browser client in a Chromium, on a library of 20,000 assets.

Rule: figures only, as in ``tests.bench``; what is right is tested in ``tests/web``.
"""
