"""Renditions that nobody makes any more: none stays pending for ever.

Rule: one whose work was set aside fails with the reason at the next sweep. One that waits for its turn is left, however
long the queue is; one that no work stands for is given up after ``DEADLINE``.
"""

from datetime import timedelta

from dam.domain.recipes import RENDITION_TASKS, Artefact, RenditionTask
from dam.domain.work import Job
from dam.operations.rendering import fail
from dam.operations.renditions import is_made_by, waiting
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

DEADLINE = timedelta(hours=1)
"""So long a rendition may be pending that no work stands for."""
GAVE_UP = "gave_up"

_PAGE = 200


def fail_set_aside(services: Services, after: int | None = None) -> int | None:
    """Of a page of work that was set aside: what it was to render fails. Returns where to go on, None at the end."""
    with services.store.reading() as work:
        page = work.jobs.page("set_aside", after, _PAGE)
        mine = [job for job in page if job.task in RENDITION_TASKS]
        stuck = [(job, work.assets.content(_source(job)), _waiting(work, job)) for job in mine]
    for job, content, artefacts in stuck:
        if content is not None and artefacts:
            fail(services, content, artefacts, GAVE_UP, _sentence(job))
    return page[-1].id if len(page) == _PAGE else None


def give_up(services: Services) -> int:
    """Fail what has been pending too long without work that stands for it; returns how many."""
    with services.store.reading() as work:
        # Work follows from what made a rendition pending, so that older renditions than the oldest work have none.
        oldest = (work.jobs.oldest(task) for task in RENDITION_TASKS)
        alive = (work.now() - DEADLINE, *oldest, work.jobs.unnumbered().oldest)
        late = work.artefacts.pending(min(each for each in alive if each is not None), _PAGE)
        contents = {each.source_sha256: work.assets.content(each.source_sha256) for each in late}
    for sha256, content in contents.items():
        if content is not None:
            mine = [each for each in late if each.source_sha256 == sha256]
            fail(services, content, mine, GAVE_UP, "The preview could not be made in time. Retry it.")
    return len(late)


def revive(work: UnitOfWork, job: Job) -> None:
    """The job is to be done after all: what failed because it was set aside is pending again."""
    if task := _task(job):
        for each in work.artefacts.of_source(_source(job)):
            if each.reason_code == GAVE_UP and is_made_by(work, each, task):
                work.replace(each, each.again(work.now()))


def _task(job: Job) -> RenditionTask | None:
    """Which renditions it was to make, if any."""
    return next((task for task in RENDITION_TASKS if task == job.task), None)


def _source(job: Job) -> str:
    return str(job.ids["sha256"])


def _waiting(work: UnitOfWork, job: Job) -> list[Artefact]:
    """What this job was to make; not what somebody has asked for since."""
    task = _task(job)
    found = waiting(work, _source(job), task) if task else []
    since = max(job.due_at, job.created_at)  # what is preferred counts as due before it was there
    return [each for each in found if each.updated_at <= since]


def _sentence(job: Job) -> str:
    said = (job.reason_detail or "no reason was given").rstrip(".")
    return f"The preview could not be made, and it will not be tried again by itself: {said}. Retry it."
