"""The browser client, in a real browser against the real service.

Rule: what is tested here is what a person sees and does; the client's own functions are tested beside them
(``dam/web/src``, by Vitest), the service's answers in ``tests/api``.
"""
