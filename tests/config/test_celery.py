"""The broker's policy: JSON only, answered late, one at a time, durable queues, no endless wait."""

import pytest

from config import celery
from workers.broker import application

RABBITMQ, REDIS = "amqp://ann:hunter2@127.0.0.1:5672/dam", "redis://:hunter2@127.0.0.1:6379/0"


@pytest.mark.parametrize("url", [RABBITMQ, REDIS])
def test_messages_are_json_and_are_answered_when_their_task_is_over(url: str) -> None:
    conf = application(celery.policy(url)).conf
    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert conf.task_time_limit == celery.LONGEST_S
    assert conf.result_backend is None
    assert not conf.task_create_missing_queues


def test_on_rabbitmq_queues_are_quorum_queues_with_a_limit_of_deliveries() -> None:
    app = application(celery.policy(RABBITMQ))
    assert set(app.amqp.queues) == set(celery.QUEUES)
    for name, queue in app.amqp.queues.items():
        assert queue.queue_arguments == {"x-queue-type": "quorum", "x-delivery-limit": 10}
        assert (queue.exchange.name, queue.exchange.type, queue.routing_key, queue.durable) == (
            "dam",
            "topic",
            name,
            True,
        )
    assert app.conf.worker_detect_quorum_queues
    assert app.conf.broker_transport_options == {"confirm_publish": True, **celery.patience(RABBITMQ)}


def test_on_redis_a_message_stays_with_its_worker_longer_than_any_task_runs() -> None:
    options = application(celery.policy(REDIS)).conf.broker_transport_options
    assert {queue.exchange.type for queue in application(celery.policy(REDIS)).amqp.queues.values()} == {"direct"}
    assert options["visibility_timeout"] > celery.LONGEST_S
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 60


@pytest.mark.parametrize("url", [RABBITMQ, REDIS])
def test_the_relay_never_waits_for_ever(url: str) -> None:
    assert all(0 < seconds <= 5 for seconds in celery.patience(url).values())  # type: ignore[operator]
