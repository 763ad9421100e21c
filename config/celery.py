"""How the broker is used: the one place of Celery's settings, for the relay that sends and the workers that run.

Rule: plain values only; nothing of Celery is imported. A message carries the ids of jobs and no more, as JSON; whether
a job is still to be done, the database says, so that a message may come twice, late, or never. Nothing is sent for
later (no ETA, no countdown): what is due later waits in the database. Must not: know a task.

Sources: Celery 5.7, "Configuration and defaults" and "Using RabbitMQ" (quorum queues); RabbitMQ 4, "Quorum Queues".
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

QUEUES = ("media", "media-heavy", "index", "deliver")
"""``media``: previews; ``media-heavy``: what takes minutes; ``index``: the search index; ``deliver``: rollouts, and the
hints that deliveries are due."""

LONGEST_S = 25 * 60
"""No task runs longer: RabbitMQ takes a message back after 30 minutes without an answer (``consumer_timeout``)."""

_VISIBLE_AGAIN_S = 60 * 60
"""When Redis gives a message to another worker: later than any task ends."""
_DELIVERIES = 10
"""A message that comes back so often is dropped; the relay sends the job again if it is still to be done."""
_WAIT_S = 5


def policy(url: str) -> Mapping[str, object]:
    """Celery's settings for the broker at ``url`` (``amqp://…`` or ``redis://…``)."""
    rabbitmq = is_rabbitmq(url)
    return {
        "broker_url": url,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        # A message is answered when its task is over, so that a dead worker's comes back.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        # Each task has its own, shorter one. It kills the process that runs it.
        "task_time_limit": LONGEST_S,
        "task_queues": {name: _queue(name, url) for name in QUEUES},
        "task_create_missing_queues": False,
        "task_default_queue": QUEUES[0],
        "task_default_exchange": "dam",
        "task_default_exchange_type": _exchange_type(url),
        "task_default_queue_type": "quorum" if rabbitmq else "classic",
        "worker_detect_quorum_queues": rabbitmq,
        "task_publish_retry": False,  # the relay tries again itself
        "broker_transport_options": {"confirm_publish": True, **patience(url)} if rabbitmq else _REDIS,
        "broker_connection_timeout": _WAIT_S,
        "broker_heartbeat": 20,  # seconds, so that a worker notices a broker that vanished
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a worker waits for its broker
        # What runs goes on when the connection breaks: its end is written to the database.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_proc_alive_timeout": 60,  # seconds: a busy machine is no broken one
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }


_REDIS: Mapping[str, object] = {
    "visibility_timeout": _VISIBLE_AGAIN_S,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 3,  # looked at every 30 s
    "socket_connect_timeout": _WAIT_S,
    "socket_keepalive": True,
}


def patience(url: str) -> Mapping[str, object]:
    """Transport options of a connection that never waits longer for an answer, also of a broker that takes everything
    and says nothing: the relay's, and with RabbitMQ the workers' too."""
    if is_rabbitmq(url):
        return {"read_timeout": _WAIT_S, "write_timeout": _WAIT_S}
    return {"socket_timeout": _WAIT_S}


def is_rabbitmq(url: str) -> bool:
    """Does this URL name a RabbitMQ?"""
    return urlsplit(url).scheme == "amqp"


def _exchange_type(url: str) -> str:
    """On Redis, messages go to their list by its name: a table of bindings would be gone after a flush, and what is
    sent then with it, because a process declares a binding only once.
    """
    return "topic" if is_rabbitmq(url) else "direct"


def _queue(name: str, url: str) -> Mapping[str, object]:
    described: dict[str, object] = {"exchange": "dam", "exchange_type": _exchange_type(url), "routing_key": name}
    if is_rabbitmq(url):
        described["queue_arguments"] = {"x-queue-type": "quorum", "x-delivery-limit": _DELIVERIES}
    return described
