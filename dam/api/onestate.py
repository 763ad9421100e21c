"""What a GET is answered from: one state of the database, from who asks to what they see.

Rule: only for requests that change nothing. Whoever writes in between (that a token was used) gives the state up first,
so that no request ever holds two connections of the pool.
"""

from types import TracebackType

from dam.ports.store import Store, UnitOfWork


class OneState:
    """A ``Store`` of one request in one thread. Its reading units of work are all the same one, which begins with the
    first and ends with ``close``, with a writing one, or with an error within it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: UnitOfWork | None = None

    def writing(self) -> UnitOfWork:
        """As the store's own."""
        self.close()
        return self._store.writing()

    def reading(self) -> UnitOfWork:
        """The unit of work that is open, or a new one."""
        if self._open is None:
            self._open = self._store.reading().__enter__()
        return _Shared(self, self._open)  # type: ignore[return-value]

    def close(self) -> None:
        """End what is open."""
        unit, self._open = self._open, None
        if unit is not None:
            unit.__exit__(None, None, None)


class _Shared:
    """A ``with`` block that leaves its unit of work open for the next one."""

    def __init__(self, state: OneState, unit: UnitOfWork) -> None:
        self._state = state
        self._unit = unit

    def __enter__(self) -> UnitOfWork:
        return self._unit

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._state.close()
