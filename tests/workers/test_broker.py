"""The sender by Celery, where no broker is: each failure is told as one, soon, and without the password."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config import celery
from tests.postgres import Postgres
from workers.broker import CeleryBroker, application
from workers.dispatch import BrokerAway

KINDS = pytest.mark.parametrize("scheme", ["amqp", "redis"])


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def sender(scheme: str, port: int, patience: float | None = None) -> CeleryBroker:
    url = f"{scheme}://:hunter2@127.0.0.1:{port}/0"
    options = dict.fromkeys(celery.patience(url), patience) if patience else celery.patience(url)
    return CeleryBroker(application({**celery.policy(url), "broker_connection_timeout": 1}), options)


@KINDS
def test_a_broker_that_refuses_is_away(scheme: str) -> None:
    with closing(socket.socket()) as taken:  # bound and never listening, so that nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        with closing(sender(scheme, taken.getsockname()[1])) as broker:
            for _ in range(2):
                with pytest.raises(BrokerAway) as refused:
                    broker.send("render", "media", [1])
            assert "hunter2" not in str(refused.value)


@KINDS
@pytest.mark.timeout(120)
def test_a_broker_that_says_nothing_is_away_after_its_time(scheme: str, silent: int) -> None:
    with closing(sender(scheme, silent, 0.3)) as broker, pytest.raises(BrokerAway):
        broker.waiting("media")


def test_the_embedded_default_loads_no_celery() -> None:
    program = (
        "import sys; from config.settings import Settings; from dam.wiring import choose; import dam.commands.work\n"
        "import dam.commands.web; choose(Settings()); print({'celery', 'kombu', 'amqp', 'redis'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("broker", "said"),
    [
        ("embedded://", "DAM_BROKER_URL is embedded://"),
        ("redis://:hunter2@127.0.0.1/0", "DAM_DATABASE_URL=postgresql://"),
        ("sqs://hunter2@x", "sqs can't be used"),
    ],
)
def test_a_worker_that_could_not_work_says_why_and_ends(broker: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path, DAM_BROKER_URL=broker)


def test_a_worker_says_nothing_to_others_whatever_its_command_line_says() -> None:
    """Each word is waited for by the loop that keeps the connection, and a silent broker never takes it."""
    program = (
        "from workers.app import app\n"
        "made = object.__new__(app.Worker).prepare_args(without_heartbeat=False, without_gossip=False, queues=None)\n"
        "names = 'without_gossip', 'without_mingle', 'without_heartbeat'\n"
        "print([made[name] for name in names], app.Worker.app is app)"
    )
    settings = {"DAM_BROKER_URL": "amqp://u:p@127.0.0.1:1/", "DAM_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/dam"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")} | settings
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[True, True, True] True\n"


def test_a_worker_of_another_version_does_not_start(postgres: Postgres, tmp_path: Path) -> None:
    unmigrated = postgres.url("postgres")
    settings = {"DAM_BROKER_URL": "redis://:hunter2@127.0.0.1:1/0", "DAM_DATABASE_URL": unmigrated}
    assert "schema_unfit: " in refusal(tmp_path, **settings)
    assert "pool_unfit: " in refusal(tmp_path, "--pool", "solo", **settings)
    nobody = {**settings, "DAM_DATABASE_URL": "postgresql://dam:hunter2@127.0.0.1:1/dam"}
    assert "database_unavailable: " in refusal(tmp_path, **nobody)


def refusal(home: Path, *options: str, **settings: str) -> str:
    """What a worker says that ends before it has begun."""
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", *options]
    environment = {**settings, "DAM_HOME": str(home), "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr
