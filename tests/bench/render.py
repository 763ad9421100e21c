"""A photograph over HTTP until all its renditions are ready, against the same work in one bare process.

Rule: the real service, from the first byte sent to the last rendition fetched. Both sides are warm: neither the
start of a process nor the loading of the decoder counts.
"""

import functools
import io
import json
import os
import time
from http import HTTPStatus

from PIL import Image

from dam.domain import recipes
from tests.bench.row import Row, folder, in_turns, seconds
from tests.bench.service import API, Service, service
from tests.bench.wire import Line
from workers.media import images
from workers.media.plan import Limits, Spec

_POLL_S = 0.02  # asking more often would take from the rendering what it measures
_PATIENCE_S = 60.0


def measure(rounds: int = 9) -> list[Row]:
    """Upload → previews, for 24 megapixels."""
    photo = photograph((6000, 4000))
    with folder() as place, service(place / "home") as ours:
        through(ours, photo)
        turns = in_turns(rounds, functools.partial(bare, photo), lambda: through(ours, photo))
    how = (
        f"24 MP JPEG, {len(photo) / (1 << 20):.1f} MiB: {1000 * turns.median(1):.0f} ms from the upload's first byte; "
        f"decode, resize, encode in one bare process {1000 * turns.median(0):.0f} ms"
    )
    return [Row("upload → all renditions ready", turns.ratio(1, 0), "×", how, most=1.5)]


def specs() -> list[Spec]:
    """What the service makes of a still."""
    return [Spec(each.name, each.box, "WEBP", each.quality) for each in recipes.expected("image")]


def photograph(size: tuple[int, int]) -> bytes:
    """Something with the detail of a photograph: noise, enlarged."""
    channels = [
        Image.effect_noise((600, 400), spread).resize(size, Image.Resampling.BICUBIC) for spread in (30, 40, 50)
    ]
    file = io.BytesIO()
    Image.merge("RGB", channels).save(file, "JPEG", quality=90)
    return file.getvalue()


def bare(photo: bytes) -> float:
    """Seconds of the same functions, called here."""
    sinks = [io.BytesIO() for _ in specs()]
    return seconds(lambda: images.render(io.BytesIO(photo), "JPEG", specs(), sinks, Limits().data))


def through(ours: Service, photo: bytes) -> float:
    """Seconds from the first byte sent to the last rendition fetched."""
    return uploaded(ours, another(photo))


def uploaded(ours: Service, content: bytes) -> float:
    """The same of any picture that was never sent before."""
    with Line(ours.port) as line:
        began = time.perf_counter()
        said = line.post_file(f"{API}/assets", "photo", [content], len(content), ours.authorization)
        version = f"{API}/assets/{json.loads(said)['id']}/versions/1"
        for spec in specs():
            _wait(ours, line, f"{version}/renditions/{spec.name}", began + _PATIENCE_S)
        return time.perf_counter() - began


def _wait(ours: Service, line: Line, address: str, end: float) -> None:
    """Ask for the rendition until it is there: 409 says that it is not yet. Raises RuntimeError."""
    while not line.get(address, ours.authorization, unless=HTTPStatus.CONFLICT):
        if time.perf_counter() > end:
            raise RuntimeError(f"{address} is not made")
        time.sleep(_POLL_S)


def another(photo: bytes) -> bytes:
    """The same picture as other bytes: with a comment (ITU-T T.81, B.2.4.5) after the begin of the image."""
    return photo[:2] + b"\xff\xfe\x00\x12" + os.urandom(8).hex().encode() + photo[2:]
