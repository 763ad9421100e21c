"""Work that was set aside: start it anew."""

from dam.domain import policy
from dam.domain.errors import Conflict, NotFound
from dam.domain.events import event
from dam.domain.principals import Actor
from dam.operations.answers import remember
from dam.operations.overdue import revive
from dam.ports.services import Services


def retry(services: Services, actor: Actor, job_id: int) -> None:
    """Raises Forbidden, NotFound ``work_not_found``, Conflict ``not_set_aside``."""
    policy.require(actor, "work.retry")
    with services.store.writing() as work:
        job = work.jobs.get(job_id)
        if job is None:
            raise NotFound("work_not_found", "There is no such work; it may be done.")
        at = work.now()
        if not work.jobs.retry(job_id, at):
            raise Conflict("not_set_aside", f"The work is {job.state}; only what was set aside can be retried.")
        revive(work, job)
        data = {"job": job_id, "task": job.task}
        work.record(event("work.retried", actor.principal_id, at, None, data))
        remember(work, actor, job=str(job_id))
        work.commit()
