"""The browser client: TypeScript in ``src``, built by ``make`` into ``built``, which is served and never committed.

Rule: nothing here but the client and its build; it reaches the service over the documented API alone. How it is laid
out is told in ``README.md`` beside this file.
"""

from pathlib import Path

BUILT = Path(__file__).parent / "built"
"""The finished client: ``index.html``, and below ``assets`` what it names, each with a ``.br`` and a ``.gz``
where that is smaller.
"""
