"""What a container's tags say, and what is left out of them."""

import io
from typing import Any

import av
import pytest
from PIL import Image

from tests.corpus import cameras, sounds, written
from tests.corpus.films import film
from tests.workers.media.test_metadata import read
from workers.media import images, tagged
from workers.media.plan import Spec

TOLD = {"title": "Tulips", "artist": "Ada", "copyright": "© Studio", "creation_time": "2026-04-03T10:11:12Z"}


@pytest.mark.parametrize(
    ("tags", "fields", "place"),
    [
        (
            TOLD,
            {"title": "Tulips", "creator": "Ada", "rights": "© Studio", "taken": "2026-04-03T10:11:12Z"},
            None,
        ),
        ({"com.apple.quicktime.author": "Bea", "artist": "Ada"}, {"creator": "Bea"}, None),
        ({"ARTIST": " ", "AUTHOR": "Cy"}, {"creator": "Cy"}, None),
        ({"creation_time": "1904-01-01T00:00:00Z", "date": "2025"}, {}, None),
        ({"com.apple.quicktime.creationdate": "2026-04-03T12:11:12+0200"}, {"taken": "2026-04-03T12:11:12+0200"}, None),
        ({"location": "+48.8577+002.2950/"}, {}, (48.8577, 2.295)),
        ({"com.apple.quicktime.location.ISO6709": "-33.8568+151.2153+004.321/"}, {}, (-33.8568, 151.2153)),
    ],
)
def test_tags_are_told_by_our_names(
    tags: dict[str, str], fields: dict[str, str], place: tuple[float, float] | None
) -> None:
    found = tagged.read(tags)
    assert (found.fields if found else {}) == fields
    assert (found.place if found else None) == place


@pytest.mark.parametrize(
    "tags",
    [{}, {"title": "\u202e\0"}, {"location": "+99.0000+002.0000/"}, {"location": "+48+2"}, {"creation_time": "soon"}],
)
def test_what_can_not_be_right_is_left_out(tags: dict[str, str]) -> None:
    assert tagged.read(tags) is None


def told(data: bytes, format_: str) -> dict[str, Any]:
    images.load(format_)
    report = images.render(io.BytesIO(data), format_, [Spec("a", 16)], [io.BytesIO()], 2**29)
    found: dict[str, Any] = report["metadata"]  # type: ignore[assignment]
    return found


def tagged_film(tags: dict[str, str]) -> bytes:
    """The film of the corpus, its packets copied beside these tags."""
    file = io.BytesIO()
    with av.open(io.BytesIO(film()), "r") as source, av.open(file, "w", format="mov") as out:
        out.metadata.update(tags)
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return file.getvalue()


def test_a_film_tells_its_title_its_people_and_its_place() -> None:
    found = told(tagged_film({**TOLD, "location": "+48.8577+002.2950/"}), "MOV")
    assert {name: each["value"] for name, each in found["fields"].items()}["creator"] == "Ada"
    assert {each["source"] for each in found["fields"].values()} == {"container"}
    assert found["location"] == {"latitude": 48.8577, "longitude": 2.295, "source": "container"}
    assert told(film(), "MOV") == {}


def test_a_raw_picture_tells_what_its_camera_wrote() -> None:
    exif = written.exif(artist="Ada", place=(48.5, 2.25))
    assert read(exif, "RAW")["fields"]["creator"] == {"value": "Ada", "source": "exif"}
    assert read(exif, "RAW")["location"] == {"latitude": 48.5, "longitude": 2.25, "source": "exif"}
    fuji = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0")
    jpeg = written.jpeg(exif_block=exif)
    fuji += (92).to_bytes(4, "big") + len(jpeg).to_bytes(4, "big") + jpeg
    assert read(fuji, "RAW")["fields"]["creator"]["value"] == "Ada"
    assert read(fuji[:90], "RAW") == {}
    assert read(cameras.dng(None), "RAW") == {}
    assert read(b"\x89PNG\r\n\x1a\n" + bytes(100), "RAW") == {}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("2026:04:03 10:11:12", "2026-04-03T10:11:12"),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2026:04:03", None),
    ],
)
def test_when_a_picture_was_taken(said: str, wanted: str | None) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = said
    found = read(written.jpeg(exif_block=exif.tobytes()[6:]))
    assert found.get("fields", {}).get("taken") == (wanted and {"value": wanted, "source": "exif"})


def test_a_sound_tells_its_people() -> None:
    assert "fields" not in told(sounds.covered(sounds.cover()), "MP3")
