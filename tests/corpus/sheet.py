"""The corpus as files, and a sheet of what is seen of each: ``python -m tests.corpus.sheet FOLDER FILES``
(``make corpus``).

Rule: shows what the service would show, by the same sniffer and the same confined child. For people who look at it, and
to have files to upload.
"""

import base64
import html
import io
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from dam.domain import media_types
from tests.corpus import (
    cameras,
    canon,
    covers,
    drawn,
    films,
    fonts,
    papers,
    photoshop,
    profiled,
    scans,
    sounds,
    stills,
    subtitled,
    words,
)
from tests.corpus.cases import Bad, Good
from workers.media.plan import MediaFailure, Spec
from workers.media.studio import Studio

_CELL, _ACROSS = (208, 224), 8
_SIDE = 160
_SPEC = Spec("thumb", _SIDE)


@dataclass(frozen=True)
class Shown:
    """A file and what came of it: a picture (WebP) or a reason."""

    name: str
    file: str
    type: str
    picture: bytes
    told: str


def everything() -> list[Good | Bad]:
    """The whole corpus."""
    good = [
        *stills.good(),
        *scans.good(),
        *cameras.good(),
        *canon.good(),
        *photoshop.good(),
        *profiled.good(),
        *papers.good(),
        *films.good(),
        *subtitled.good(),
        *sounds.good(),
        *words.good(),
        *fonts.good(),
        *covers.good(),
        *drawn.printed(),
        *drawn.offices(),
    ]
    return [
        *good,
        *stills.bad(),
        *cameras.bad(),
        *photoshop.bad(),
        *papers.bad(),
        *films.bad(),
        *sounds.bad(),
        *fonts.bad(),
        *covers.bad(),
    ]


def show(folder: Path) -> Iterator[Shown]:
    """Write each file into ``folder`` under a name of its own, and render it."""
    folder.mkdir(parents=True, exist_ok=True)
    with Studio() as studio:
        for number, case in enumerate(everything()):
            data = case.make()
            path = folder / f"{number:03} {case.name.replace('/', ' ')}.{case.filename.rpartition('.')[2]}"
            path.write_bytes(data)
            yield _shown(studio, case.name, path.name, data)


def _shown(studio: Studio, name: str, file: str, data: bytes) -> Shown:
    found = media_types.sniff(data)
    if found.route is None:
        return Shown(name, file, found.name, b"", found.reason)
    try:
        with studio.render(io.BytesIO(data), found.route, [_SPEC]) as made:
            about = made.properties
            more = "".join(f", {key} {value}" for key, value in about.details.items())
            told = f"{about.width} × {about.height}, {about.colour_mode}{more}"
            return Shown(name, file, found.name, made.files["thumb"].file.read(), told)
    except MediaFailure as failure:
        return Shown(name, file, found.name, b"", f"{failure.code}: {failure.sentence}")


def picture(shown: Sequence[Shown]) -> Image.Image:
    """All of them side by side, each on a tile above its name, chequered where it is transparent; where there is no
    picture, the code of the reason."""
    rows = -(-len(shown) // _ACROSS)
    sheet = Image.new("RGB", (_CELL[0] * _ACROSS, _CELL[1] * rows), "white")
    for number, each in enumerate(shown):
        sheet.paste(_tile(each), (number % _ACROSS * _CELL[0], number // _ACROSS * _CELL[1]))
    return sheet


def _tile(shown: Shown) -> Image.Image:
    tile = Image.new("RGB", _CELL, "white")
    pen = ImageDraw.Draw(tile)
    pen.rectangle((6, 6, _CELL[0] - 7, _SIDE + 13), fill="#eceef1")
    if shown.picture:
        seen = Image.open(io.BytesIO(shown.picture)).convert("RGBA")
        left, top = (_CELL[0] - seen.width) // 2, 10 + (_SIDE - seen.height) // 2
        tile.paste(_chequers(seen.size), (left, top))
        tile.paste(seen, (left, top), seen)
        pen.rectangle((left - 1, top - 1, left + seen.width, top + seen.height), outline="#9aa0a8")
    else:
        code = shown.told.partition(":")[0]
        lines = textwrap.wrap(code.replace("_", " "), 24)
        pen.multiline_text(
            (_CELL[0] / 2, 10 + _SIDE / 2), "\n".join(lines), fill="#8a1f11", anchor="mm", align="center"
        )
    pen.multiline_text((8, _SIDE + 20), "\n".join(textwrap.wrap(shown.name, 32)[:2]), fill="#16181c", spacing=2)
    return tile


def _chequers(size: tuple[int, int]) -> Image.Image:
    ground = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(ground)
    for top in range(0, size[1], 8):
        for left in range(top % 16, size[0], 16):
            pen.rectangle((left, top, left + 7, top + 7), fill="#dcdfe3")
    return ground


_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem; color: #16181c; background: #fff }
table { border-collapse: collapse; width: 100% } th { text-align: left }
th, td { padding: .4rem .8rem; border-bottom: 1px solid #d6d9de; vertical-align: top }
td:first-child { width: 176px; text-align: center; background: #eceef1 }
img { max-width: 160px; max-height: 160px; outline: 1px solid #9aa0a8;
      background: repeating-conic-gradient(#dcdfe3 0 25%, #fff 0 50%) 0 0 / 16px 16px }
code { overflow-wrap: anywhere } .none { color: #8a1f11 }
"""


def page(shown: Sequence[Shown]) -> str:
    """A table: what is seen, file, type, and what is known or why there is nothing."""
    rows = "".join(
        f"<tr><td>{_image(each)}<td>{html.escape(each.file)}<td><code>{html.escape(each.type)}</code>"
        f"<td{'' if each.picture else ' class=none'}>{html.escape(each.told)}\n"
        for each in shown
    )
    head = f"<!doctype html><meta charset=utf-8><title>Corpus</title><style>{_STYLE}</style>"
    seen = f"<h1>{len(shown)} files, {sum(bool(each.picture) for each in shown)} shown</h1>"
    return f"{head}{seen}<table><tr><th>Seen<th>File<th>Type found<th>What is known, or the reason\n{rows}</table>\n"


def _image(shown: Shown) -> str:
    if not shown.picture:
        return "–"
    data = base64.b64encode(shown.picture).decode()
    return f'<img alt="{html.escape(shown.name)}" src="data:image/webp;base64,{data}">'


def main(folder: Path, files: Path) -> None:
    """Write the corpus to ``files``, which is emptied, and ``sheet.png`` and ``sheet.html`` into ``folder``."""
    shutil.rmtree(files, ignore_errors=True)  # their numbers were others
    shown = list(show(files))
    folder.mkdir(parents=True, exist_ok=True)
    picture(shown).save(folder / "sheet.png")
    (folder / "sheet.html").write_text(page(shown), "utf-8")
    seen = sum(bool(each.picture) for each in shown)
    print(f"{len(shown)} files, {seen} shown, {len(shown) - seen} with a reason: {folder / 'sheet.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
