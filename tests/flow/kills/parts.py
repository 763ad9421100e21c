"""The steps of uploads in parts.

Rule: as in ``steps``. Whoever goes on asks which parts are there, and sends the others.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from dam.domain.principals import Actor
from dam.domain.uploads import Upload
from dam.operations import multipart
from dam.operations.multipart import Announced
from dam.ports.parts import PartLink
from dam.ports.services import Services
from tests.flow.kills.story import BOSS, Facts, Story, digest_of, picture
from tests.flow.kills.worker import work

_WHY = "sent in parts"


def third_version(story: Story) -> Facts:
    """The third version, in two parts, the last one first."""
    upload = _begun(story, "third", Announced("hero-3.jpg", len(picture(3)), digest_of(3), story.asset, _WHY))
    if upload.state == "open":
        for wanted in (2, 1):
            if wanted not in _there(story, upload):
                _send(story, upload, wanted)
        multipart.complete(story.services, BOSS, upload.id, None)
    work(story)
    number = multipart.see(story.services, BOSS, upload.id).upload.number
    return {"version": [number, digest_of(3), _WHY]}


def give_up(story: Story) -> Facts:
    """An upload of which one part has come is not wanted any more."""
    upload = _begun(story, "unwanted", Announced("unwanted.jpg", len(picture(3))))
    if upload.state == "open":
        _send(story, upload, 1)
        multipart.abort(story.services, BOSS, upload.id)
    return work(story)


def _begun(story: Story, key: str, announced: Announced) -> Upload:
    services = _small_parts(story.services)

    def run(who: Actor) -> Mapping[str, str]:
        return {"upload_id": multipart.create(services, who, announced)}

    return multipart.see(services, BOSS, story.once(key, run)["upload_id"]).upload


def _small_parts(services: Services) -> Services:
    return replace(services, rules=replace(services.rules, part_size=-(-len(picture(3)) // 2)))


def _there(story: Story, upload: Upload) -> set[int]:
    return {part.number for part in multipart.see(story.services, BOSS, upload.id).parts}


def _send(story: Story, upload: Upload, number: int) -> None:
    (link,) = multipart.links(story.services, BOSS, upload.id, [number])
    _put(story.services, upload, link)


def _put(services: Services, upload: Upload, link: PartLink) -> None:
    begin, size = (link.number - 1) * upload.part_size, upload.size_of(link.number)
    said = dict(parse_qsl(urlsplit(link.url).query))
    with multipart.receive(services, upload.id, link.number, size, int(said["expires"]), said["signature"]) as sink:
        sink.write(picture(3)[begin : begin + size])
        sink.finish()
