"""Events, to be polled, and the service's own work. Rule: as everywhere in ``dam.api``."""

from http import HTTPStatus
from importlib import import_module
from typing import Any

from flask import Response, request

from dam.api import answers_feed as answers
from dam.api import bodies, matching, render
from dam.api.context import actor, meter, sandbox, services, version
from dam.api.members import page_of
from dam.api.once import once
from dam.api.paging import number_after, page
from dam.api.routes import Route, Routes
from dam.domain.principals import Actor
from dam.operations import jobs, metrics, read

routes = Routes("feed", "What happened, and work that waits for a person.")


@routes.on(
    Route("GET", "/api/v1/events", "event.read", answers.Events, query=bodies.EventsQuery, fails=(304,), tagged=True)
)
def list_events(query: dict[str, Any]) -> Response | tuple[object, dict[str, str]]:
    """Events behind ``after``, in order and without holes, or those ahead of ``before``, the newest first; 304 while
    nothing is new. ``next`` is the next ``after`` or ``before``."""
    if request.if_none_match:
        # By far the most of all polls: they ask for no more than that number.
        last = read.last_event(services(), actor())
        if request.if_none_match.contains_weak(str(last)):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=_headers(last))
    limit, before = query["limit"], query.get("before")
    if before is None:
        found, last = read.events(services(), actor(), query["after"], limit + 1, query.get("asset"))
    else:
        found, last = read.events_back(services(), actor(), before, limit + 1, query.get("asset"))
    following = str(found[limit - 1].number) if len(found) > limit else None
    return {"data": [render.event(each) for each in found[:limit]], "next": following, "last": last}, _headers(last)


def _headers(last: int) -> dict[str, str]:
    return {"ETag": matching.tag(last), "Cache-Control": "private, no-cache"}


@routes.on(Route("GET", "/metrics", "metrics.read", files=("text/plain",)))
def get_metrics() -> Response:
    """Numbers for Prometheus. Any token may read them; none of them names an asset or a person."""
    found = metrics.figures(services(), actor())
    exposition = import_module("dam.api.exposition")  # 1 MiB, for those who are watched
    return Response(exposition.text(found, meter(), version(), sandbox()), content_type=exposition.CONTENT_TYPE)


@routes.on(Route("GET", "/api/v1/work", "work.read", page_of(answers.Job, "Work"), query=bodies.WorkQuery))
def list_work(query: dict[str, Any]) -> dict[str, Any]:
    """Tasks in a state, the oldest first."""
    limit = query["limit"]
    found = read.work(services(), actor(), query["state"], number_after("work", query), limit + 1)
    return page(found, limit, "work", lambda each: each.id, render.job)


@routes.on(Route("POST", "/api/v1/work/<number:job_id>/retry", "work.retry", answers.Retried, 202))
def retry_work(job_id: int) -> dict[str, Any]:
    """Let a task that was set aside start anew."""

    def run(who: Actor) -> dict[str, str]:
        jobs.retry(services(), who, job_id)
        return {"job": str(job_id)}

    return {"id": int(once(run)["job"])}
