"""Celery's side of the queue: the application that sender and workers share, and the sender itself.

Rule: the application is made from ``config.celery``'s policy and the table of lanes, and from nothing else. Every call
to a broker has a time-out; what it says in an error is passed on without the address. Must not: be loaded by the
embedded default, or know the database.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from amqp.exceptions import MessageNacked
from celery import Celery
from kombu.connection import Connection
from kombu.exceptions import KombuError
from kombu.messaging import Producer

from workers.dispatch import BrokerAway

_CONFIRMED_S = 5.0


def application(policy: Mapping[str, object]) -> Celery:
    """Celery with this policy, and without tasks."""
    app = Celery("dam", set_as_current=False)
    app.conf.update(policy)
    return app


class CeleryBroker:
    """``workers.dispatch.Broker`` by a connection of its own, which is opened when it is needed and dropped after a
    failure."""

    def __init__(self, app: Celery, patience: Mapping[str, object]) -> None:
        """``patience``: transport options that bound each wait."""
        self._app = app
        self._patience = dict(patience)
        self._connection: Connection | None = None
        self._producer: Producer | None = None

    def waiting(self, queue: str) -> int:
        """How many messages wait in the queue, which is made if it is not there. Raises BrokerAway."""
        found: int = self._guarded(lambda producer: self._count(producer, queue))
        return found

    def send(self, task: str, queue: str, ids: Sequence[int]) -> None:
        """Return when the broker has it. Raises BrokerAway."""
        self._guarded(
            lambda producer: self._app.send_task(
                task, [list(ids)], queue=queue, producer=producer, retry=False, confirm_timeout=_CONFIRMED_S
            )
        )

    def close(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.collect(socket_timeout=1)  # type: ignore[no-untyped-call]

    def _count(self, producer: Producer, queue: str) -> int:
        bound = self._app.amqp.queues[queue](producer.channel)
        bound.declare()
        count: int = bound.queue_declare().message_count
        return count

    def _guarded(self, call: Callable[[Producer], Any]) -> Any:
        connection = self._connection or self._app.connection_for_write(transport_options=self._patience)
        self._connection = connection
        expected = (*connection.connection_errors, *connection.channel_errors, KombuError, MessageNacked, OSError)
        try:
            if self._producer is None:
                # Once, and not again and again: when to try again is the caller's to decide.
                connection.ensure_connection(max_retries=1, reraise_as_library_errors=False)
                self._producer = self._app.amqp.Producer(connection)
            return call(self._producer)
        except expected as error:
            self.close()
            raise BrokerAway(f"{type(error).__name__}: {error}") from error
