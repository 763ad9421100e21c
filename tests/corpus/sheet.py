"""The corpus as files, and a sheet of what is seen of each: ``python -m tests.corpus.sheet FOLDER`` (``make corpus``).

Rule: shows what the service would show, by the same sniffer and the same confined child. For people who look at it, and
to have files to upload.
"""

import html
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from dam.domain import media_types
from tests.corpus import cameras, covers, drawn, films, fonts, papers, photoshop, sounds, stills, words
from tests.corpus.cases import Bad, Good
from workers.media.plan import MediaFailure, Spec
from workers.media.studio import Studio

_CELL, _ACROSS = (200, 190), 8
_PICTURE = 160
_SPEC = Spec("thumb", _PICTURE)


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
        *cameras.good(),
        *photoshop.good(),
        *papers.good(),
        *films.good(),
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
    """All of them side by side, each above its name; grey where there is only a reason."""
    rows = -(-len(shown) // _ACROSS)
    sheet = Image.new("RGB", (_CELL[0] * _ACROSS, _CELL[1] * rows), "white")
    pen = ImageDraw.Draw(sheet)
    for number, each in enumerate(shown):
        left, top = number % _ACROSS * _CELL[0], number // _ACROSS * _CELL[1]
        if each.picture:
            seen = Image.open(io.BytesIO(each.picture)).convert("RGBA")
            sheet.paste(seen, (left + (_CELL[0] - seen.width) // 2, top + (_PICTURE - seen.height) // 2), seen)
        else:
            pen.rectangle((left + 20, top + 30, left + 180, top + 130), fill="#dddddd")
            pen.text((left + 26, top + 70), each.told.partition(":")[0][:24], fill="#333333")
        pen.text((left + 6, top + _PICTURE + 6), each.name[:32], fill="black")
    return sheet


def page(shown: Sequence[Shown]) -> str:
    """A table: file, type, what is known or why there is nothing."""
    rows = "".join(
        f"<tr><td>{html.escape(each.file)}<td>{html.escape(each.type)}<td>{'yes' if each.picture else 'no'}"
        f"<td>{html.escape(each.told)}"
        for each in shown
    )
    head = "<!doctype html><meta charset=utf-8><title>Corpus</title><img src=sheet.png alt='every preview'>"
    return f"{head}<table><tr><th>File<th>Type found<th>Shown<th>What is known, or the reason{rows}</table>\n"


def main(folder: Path) -> None:
    """Write the files, ``sheet.png`` and ``sheet.html``."""
    shown = list(show(folder / "files"))
    picture(shown).save(folder / "sheet.png")
    (folder / "sheet.html").write_text(page(shown))
    seen = sum(bool(each.picture) for each in shown)
    print(f"{len(shown)} files, {seen} shown, {len(shown) - seen} with a reason: {folder / 'sheet.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
