"""Large pictures through the sandbox, against the bare loop of the same libraries in this process, and against their
decoding alone; and what a second core is worth.

Rule: asserts nothing; both sides are warm. The bare loop is what one would write with Pillow in ten lines: one decode
(a JPEG's at a fraction of its size), each size from the one before, the same encoder with the same options.
"""

import dataclasses
import functools
import io
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pillow_heif
from PIL import Image, ImageChops

from tests.bench.render import photograph, specs
from tests.bench.row import Row, in_turns, seconds
from tests.bench.service import cpu_s
from tests.corpus import tiff
from workers.media.plan import Spec
from workers.media.studio import Studio

_TWELVE = (4000, 3000)
_TICKS = 8  # renderings a turn: the kernel's account of a child counts in hundredths of a second


def measure(rounds: int = 5, photos: int = 200) -> list[Row]:
    """Each format's ratio, the processor's time for a photograph, and the throughput of two at a time."""
    with Studio() as studio:
        studio.sandbox()
        rows = [_format(studio, name, format_, data, rounds) for name, format_, data in files()]
        rows += _processor(studio, grainy((6000, 4000)), rounds)
        return [*rows, _cores(studio, photograph((3000, 2000)), photos)]


def files() -> Sequence[tuple[str, str, bytes]]:
    """What each is, its decoder's name, and the file."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # what is drawn here is no bomb
    photo = Image.open(io.BytesIO(photograph(_TWELVE)))
    return (
        ("100 MP JPEG", "JPEG", photograph((11_600, 8_700))),
        ("12 MP TIFF of 16 bits", "TIFF", _deep(photo)),
        ("12 MP HEIC", "HEIF", _saved(photo, "HEIF")),
        ("12 MP PNG with alpha", "PNG", _saved(_faded(photo), "PNG", compress_level=3)),
    )


def _deep(photo: Image.Image) -> bytes:
    data = photo.tobytes()
    wide = bytearray(2 * len(data))
    wide[0::2] = wide[1::2] = data
    return tiff.tiff([tiff.Page(photo.size, tiff.RGB, (16, 16, 16), bytes(wide))])


def _faded(photo: Image.Image) -> Image.Image:
    faded = photo.copy()
    faded.putalpha(Image.linear_gradient("L").resize(photo.size))
    return faded


def _saved(photo: Image.Image, format_: str, **options: int) -> bytes:
    file = io.BytesIO()
    photo.save(file, format_, **options)
    return file.getvalue()


def _format(studio: Studio, name: str, format_: str, data: bytes, rounds: int) -> Row:
    _through(studio, format_, data)
    turns = in_turns(
        rounds, functools.partial(_bare, format_, data), functools.partial(_through, studio, format_, data)
    )
    ours, bare = 1000 * turns.median(1), 1000 * turns.median(0)
    how = f"three renditions: {ours:.0f} ms in the sandbox, {bare:.0f} ms by Pillow in this process"
    return Row(f"media: {name}", turns.ratio(1, 0), "×", how, most=1.5)


def _bare(format_: str, data: bytes) -> float:
    def work() -> None:
        picture = Image.open(io.BytesIO(data), formats=[format_])
        picture.draft("RGB", (2048, 2048))
        shown = picture.convert("RGBA" if picture.mode == "RGBA" else "RGB")
        for spec in _by_size():
            shown.thumbnail((spec.box, spec.box), Image.Resampling.LANCZOS)
            shown.save(io.BytesIO(), "WEBP", quality=spec.quality, method=spec.method)

    return seconds(work)


def _by_size() -> list[Spec]:
    return sorted(specs(), key=lambda spec: -spec.box)


def _through(studio: Studio, format_: str, data: bytes) -> float:
    return seconds(lambda: studio.render(io.BytesIO(data), format_, specs()).close())


def grainy(size: tuple[int, int]) -> bytes:
    """A photograph with the noise of a sensor in each pixel, and about as many bytes as a camera's finest."""
    grain = Image.effect_noise(size, 6).convert("L")
    channels = Image.open(io.BytesIO(photograph(size))).split()
    file = io.BytesIO()
    shot = Image.merge("RGB", [ImageChops.add(channel, grain, 1, -128) for channel in channels])
    shot.save(file, "JPEG", quality=96)
    return file.getvalue()


def _processor(studio: Studio, photo: bytes, rounds: int) -> list[Row]:
    """Of the child with its fork and its fences, against the smallest decoding that is large enough."""
    rows = []
    for format_, most in (("WEBP", 2.4), ("JPEG", 1.6)):
        ground = "#ffffff" if format_ == "JPEG" else None
        written = [dataclasses.replace(spec, format=format_, background=ground) for spec in specs()]
        ways = functools.partial(_decoding, photo), functools.partial(_resizing, photo)
        rendering = functools.partial(_rendering_cpu, studio, photo, written)
        turns = in_turns(rounds, *(functools.partial(_cpu, way) for way in ways), rendering)
        decoding, resizing, ours = (1000 * turns.median(way) for way in range(3))
        how = (
            f"{len(photo) / (1 << 20):.1f} MiB, {ours:.0f} ms on the processor; decoding alone {decoding:.0f} ms, "
            f"with the three sizes but without writing them {resizing:.0f} ms"
        )
        rows.append(Row(f"media: 24 MP JPEG → three {format_}", turns.ratio(2, 0), "×", how, most=most))
    return rows


def _decoding(photo: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(photo))
    width, height = picture.size
    picture.draft("RGB", (2048, 2048 * height // width))
    picture.load()
    return picture


def _resizing(photo: bytes) -> None:
    picture: Image.Image = _decoding(photo)
    for spec in _by_size():
        picture.thumbnail((spec.box, spec.box), Image.Resampling.LANCZOS)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(_TICKS):
        work()
    return (time.process_time() - began) / _TICKS


def _rendering_cpu(studio: Studio, photo: bytes, written: Sequence[Spec]) -> float:
    began = _below()
    for _ in range(_TICKS):
        studio.render(io.BytesIO(photo), "JPEG", written).close()
    return (_below() - began) / _TICKS


def _below() -> float:
    """Seconds of CPU of all processes that this one has started."""
    return cpu_s(os.getpid()) - sum(os.times()[:4])


def _cores(studio: Studio, photo: bytes, count: int) -> Row:
    turns = in_turns(3, *(functools.partial(_at_once, studio, photo, count, number) for number in (1, 2)))
    each = " and ".join(f"{count / turns.median(way):.1f}" for way in (0, 1))
    return Row("media: two at once", turns.ratio(0, 1), "×", f"{each} photographs of 6 MP a second", least=1.8)


def _at_once(studio: Studio, photo: bytes, count: int, number: int) -> float:
    with ThreadPoolExecutor(number) as threads:
        jobs = [functools.partial(_through, studio, "JPEG", photo)] * count
        return seconds(lambda: list(threads.map(lambda job: job(), jobs)))
