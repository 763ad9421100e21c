"""The whole corpus through the sniffer and a confined child: what is seen of each file, and why there is nothing."""

import io
from collections.abc import Iterator
from typing import cast

import pytest
from PIL import Image

from dam.domain import media_types
from tests.corpus import (
    cameras,
    canon,
    covers,
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
from tests.workers.media import generate
from workers.media import programs
from workers.media.plan import PIXELS, SENTENCES, MediaFailure, Spec
from workers.media.results import Rendered
from workers.media.studio import Studio

GOOD = [
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
]
BAD = [*stills.bad(), *cameras.bad(), *photoshop.bad(), *papers.bad(), *films.bad(), *sounds.bad()]
BAD += [*fonts.bad(), *covers.bad()]
SPECS = [Spec("large", 2048, quality=95), Spec("small", 96, quality=95)]


# Their containers are FFmpeg's, which reads the others too; what Office wrote before 2007, nobody else can write.
UNMADE = {covers.OLE, "video/mpeg", "application/mxf", "video/x-ms-wmv", "video/x-flv"}


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(find=programs.none) as one:  # what programs make is in ``test_programs``
        yield one


def render(studio: Studio, data: bytes) -> Rendered:
    found = media_types.sniff(data)
    assert found.route is not None
    return studio.render(io.BytesIO(data), found.route, SPECS)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_a_file_is_shown(studio: Studio, case: Good) -> None:
    data = case.make()
    found = media_types.sniff(data)
    assert found.name == case.media_type
    assert case.filename.rpartition(".")[2] in found.extensions
    with render(studio, data) as result:
        assert (result.properties.width, result.properties.height) == case.size
        assert dict(result.properties.details) == {**samples(case), **case.properties}
        assert result.properties.has_alpha >= (None in case.colours)
        for each in result.files.values():
            image = Image.open(io.BytesIO(each.file.read()))
            assert (image.width > image.height) == (case.size[0] > case.size[1])
            look(image, case)


# Bits and colours are told of what is stored as pixels; of the others only what their format fixes.
SPACES = {"CMYK": "cmyk", "YCCK": "cmyk", "grey": "grey", "fax": "grey", "PSD bitmap": "grey", "Lab": "lab"}
DEPTHS = {"16 bit": 16, "interlaced": 16, "fax": 1, "PSD bitmap": 1, "ProRes": 10}
SUBTITLES = {"text/vtt", "application/x-subrip"}
NOT_STORED = {"image/x-adobe-dng", canon.CR3, "application/pdf", "text/plain", *SUBTITLES, *fonts.TYPES, *covers.TYPES}
NO_DEPTH = {"image/bmp", "image/vnd.microsoft.icon", "image/avif", "image/svg+xml", *NOT_STORED}


def samples(case: Good) -> dict[str, object]:
    """The colour space and the bits of a sample, by what the case is called."""
    space = next((SPACES[word] for word in SPACES if word in case.name), "rgb")
    depth = next((DEPTHS[word] for word in DEPTHS if word in case.name), 8)
    found: dict[str, object] = {} if case.media_type in NO_DEPTH else {"bit_depth": depth}
    kind = media_types.named(case.media_type).kind
    if kind == "audio":
        return {}
    shown = case.media_type in NOT_STORED or kind == "video"
    return found if shown else {**found, "colour_space": space}


def look(image: Image.Image, case: Good) -> None:
    places = [(across, down) for down in (0.25, 0.75) for across in (0.25, 0.75)]
    for (across, down), wanted in zip(places, case.colours, strict=True):
        place = int(image.width * across), int(image.height * down)
        *got, alpha = cast("tuple[int, int, int, int]", image.convert("RGBA").getpixel(place))
        if wanted is None:
            assert alpha == 0, case.name
            continue
        assert alpha == 255
        difference = generate.difference(generate.lab((got[0], got[1], got[2])), generate.lab(wanted))
        assert difference < case.within, (case.name, place, got, wanted)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_a_file_has_a_reason(studio: Studio, case: Bad) -> None:
    data = case.make()
    assert media_types.sniff(data).name == case.media_type
    try:
        render(studio, data).close()
        code = ""
    except MediaFailure as failure:
        code = failure.code
        assert code in SENTENCES
    assert code in case.code.split("|"), code


def test_every_decoder_has_a_type_and_every_type_a_decoder() -> None:
    assert {each.route for each in media_types.DECODED.values()} == set(PIXELS)


def test_every_type_that_is_shown_is_in_the_corpus() -> None:
    assert {case.media_type for case in GOOD} == set(media_types.DECODED) - UNMADE
