"""A connection to PostgreSQL that does not wait for ever.

Rule: the server bounds its own statements (``dam.store.engine``); this bounds the wait for a server that says nothing
at all, for nobody notices by itself that the other end of a connection is there and does not answer. A connection that
was given up is closed, so that no later answer is taken for that of another question.

Source: psycopg 3.3, ``Connection.wait``: each answer passes through it, and no other call waits for the server.
"""

import time
from typing import Any

import psycopg
from sqlalchemy import Engine, event

ANSWER_S = 35.0
"""Longer than the server lets a statement run."""

PING_S = 5.0
"""For the question whether anybody is there, which is all that is ever said in autocommit mode."""


class PatientConnection(psycopg.Connection[Any]):
    """Raises psycopg's OperationalError, and is closed, when an answer does not come in time."""

    answer_s, ping_s = ANSWER_S, PING_S

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a step of the protocol to its end."""
        began = time.monotonic()
        kwargs["timeout"] = self.ping_s if self.autocommit else self.answer_s
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:
                self.close()
                waited = time.monotonic() - began
                raise psycopg.OperationalError(f"{error} (after {waited:.1f} s)") from error
            raise


def make_patient(engine: Engine) -> None:
    """Have the engine open connections of this kind."""
    event.listen(engine, "do_connect", lambda dialect, record, cargs, cparams: PatientConnection.connect(**cparams))
