"""What was uploaded before its type had a decoder, before a display recipe had its newest version, before as much was
read of such files as now (``embedded.READINGS``), before they were drawn as they are now (``redrawn.REDRAWN``), or
before the program was there that draws it: it is looked at again, and gets its renditions then, and its fields.

Rule: one walk over all contents for each ``recipes.EDITION``, and for each program that is new, a page at a time, and
only while nothing else is to be rendered: nobody who uploads now waits for what is old. To walk again does no harm.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dam.domain import media_types, recipes, redrawn
from dam.domain.assets import Content
from dam.domain.errors import NotFound
from dam.domain.recipes import Artefact, Recipe
from dam.operations import cookbook
from dam.operations.rendering import is_unlearnt
from dam.operations.renditions import blank, enqueue
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

_PAGE = 100


def gain(services: Services, programs: int) -> None:
    """Have what waits for a program, or was shown without it, looked at again, where one of ``programs`` (a bit each)
    is new here. Raises Unavailable."""
    with services.store.writing() as work:
        known = work.artefacts.programs()
        if programs & ~known:
            work.artefacts.found(known | programs)
            work.artefacts.seen(min(work.artefacts.edition(), recipes.EDITION - 1))
            work.commit()


def walk(services: Services, after: str) -> str | None:
    """Look at a page of contents behind ``after``, "" for the first. Returns where to go on, which is where it began
    while there is something to be rendered; None when all has been seen, which is remembered. Raises Unavailable.
    """
    with services.store.reading() as work:
        seen, programs = work.artefacts.edition(), work.artefacts.programs()
        if seen >= recipes.EDITION:
            return None
        if any(work.jobs.oldest(task) is not None for task in recipes.RENDITION_TASKS):
            return after
        page = work.assets.contents(after or None, _PAGE)
        made = {each.sha256: work.artefacts.of_source(each.sha256) for each in page}
        declared = _declared(work, itertools.chain(*made.values()))
        used = {each.sha256 for each in page if work.assets.having(each.sha256)}
    for content in page:
        if content.sha256 in used:
            poor = redrawn.is_outdated(content) or redrawn.lacked_program(content, programs)
            _renew(services, content, made[content.sha256], declared, since=seen, poor=poor)
    if len(page) == _PAGE:
        return page[-1].sha256
    with services.store.writing() as work:
        work.artefacts.seen(recipes.EDITION)
        work.commit()
    return None


_Declared = Mapping[tuple[str, int], Recipe]


def _declared(work: UnitOfWork, made: Iterable[Artefact]) -> _Declared:
    """The recipes by which something could not be made."""
    names = {(each.recipe, each.recipe_version) for each in made if each.state == "not_applicable"}
    return {name: cookbook.at_version(work, *name) for name in names}


def _renew(
    services: Services, content: Content, made: list[Artefact], declared: _Declared, *, since: int, poor: bool
) -> None:
    """``since``: the edition by which all was looked at last; ``poor``: it can be drawn better than it was."""
    found = _sniffed_again(services, content)
    changes = _changes(found, made, declared, since)
    unread = (poor or is_unlearnt(content)) and any(each.state == "ready" for each in made)
    if found == content and not changes and not unread:
        return
    with services.store.writing() as work:
        at = work.now()
        if found != content:
            work.assets.retype_content(content.sha256, found.media_type, found.kind)
        for was, wanted in changes:
            if was is None:
                work.artefacts.ensure(replace(wanted, updated_at=at))
            else:
                work.replace(was, replace(wanted, updated_at=at))
        enqueue(work, [wanted for _, wanted in changes])
        if unread:
            work.jobs.enqueue("render", {"sha256": content.sha256})
        work.commit()


def _sniffed_again(services: Services, content: Content) -> Content:
    """With the type that is known now; as it is where it has a decoder already, or the bytes are missing."""
    if content.media_type in media_types.DECODED:
        return content
    head = b""
    try:
        with services.objects.open(content.sha256) as stream:
            while len(head) < media_types.HEAD_SIZE and (piece := stream.read(media_types.HEAD_SIZE - len(head))):
                head += piece
    except NotFound:
        return content  # fsck tells of it
    found = media_types.sniff(head)
    return replace(content, media_type=found.name, kind=found.kind)


def _changes(
    content: Content, made: list[Artefact], declared: _Declared, since: int
) -> list[tuple[Artefact | None, Artefact]]:
    """What is there (or None) and what is to be there instead: new ones, those that could not be made and now can,
    or can't for another reason, and those that failed when such files were drawn otherwise than now."""
    there = {(each.recipe, each.recipe_version): each for each in made}
    wanted_now = recipes.expected(content.kind, content.properties)
    missing = [each for each in wanted_now if (each.name, each.version) not in there]
    changes: list[tuple[Artefact | None, Artefact]] = [
        (None, blank(content, recipe, content.created_at)) for recipe in missing
    ]
    mended = redrawn.newest(content.media_type, content.properties) > since
    for was in made:
        if was.state == "failed" and mended and recipes.is_display(was.recipe):
            changes.append((was, was.again(was.updated_at)))
        elif was.state == "not_applicable":
            wanted = blank(content, declared[was.recipe, was.recipe_version], was.updated_at, was.params)
            if wanted != was:
                changes.append((was, wanted))
    return changes
