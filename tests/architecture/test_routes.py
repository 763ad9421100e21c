"""Nothing that happens is forgotten: each type of event is routed or listed as not, and each task has its function."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from dam.domain.policy import LEAST_ROLE
from dam.ports.media import Renderer
from dam.ports.services import Services
from workers import tasks
from workers.routes import NOT_ROUTED, ROUTES

SOURCE = Path(__file__).parents[2] / "dam"
NOUNS = "asset|campaign|channel|delivery|page|placement|recipe|rollout|token|upload|user|version|work"
WORD = re.compile(rf"({NOUNS})\.[a-z_]+")


def literals() -> Iterator[str]:
    """Every text in the source of the domain and the operations, as the compiler sees it."""
    for folder in ("domain", "operations"):
        for file in (SOURCE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def enqueued() -> set[str]:
    """The tasks that operations name when they enqueue a job."""
    text = "".join(file.read_text(encoding="utf-8") for file in (SOURCE / "operations").rglob("*.py"))
    return set(re.findall(r'(?:enqueue|tasks\.add)\(\s*"([a-z_]+)"', text))


def test_each_event_type_is_routed_or_listed_as_not_routed() -> None:
    emitted = {text for text in literals() if WORD.fullmatch(text)} - set(LEAST_ROLE)
    assert len(emitted) > 30
    assert emitted == set(ROUTES) | NOT_ROUTED


def test_no_event_type_is_both() -> None:
    assert not set(ROUTES) & NOT_ROUTED


def test_each_task_has_a_function_and_exactly_one_lane() -> None:
    nothing = cast("Services", None)
    known = set(tasks.table(nothing, cast("Renderer", None), print, print))
    named = {task for names in ROUTES.values() for task in names} | enqueued()
    assert named <= known
    assert known <= named | set(literals())
    assert sorted(task for lane in tasks.LANES for task in lane.tasks) == sorted(known)
