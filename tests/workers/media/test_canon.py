"""What is read of Canon's raw pictures, whose EXIF and XMP are in boxes of Canon's own; what lies costs itself."""

import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.corpus import written
from tests.corpus.canon import box, camera, cr3, of_camera, of_picture, of_place
from tests.corpus.hostile import canon as hostile
from workers.media import canon, metadata, programs
from workers.media.boxes import MOST
from workers.media.plan import Spec
from workers.media.studio import Studio

CAMERA, PICTURE = (b"CMT1", of_camera("Ada", "Photo Ada")), (b"CMT2", of_picture("2026:05:06 07:08:09"))
PLACE = (b"CMT4", of_place(-33.8568, 151.2153))


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(find=programs.none) as one:
        yield one


def read(data: bytes) -> dict[str, Any]:
    return metadata.read(io.BytesIO(data), "RAW")


def values(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {name: (each["value"], each["source"]) for name, each in found.get("fields", {}).items()}


TAKEN = ("2026-05-06T07:08:09", "exif")
OF_CAMERA = {"creator": ("Ada", "exif"), "rights": ("Photo Ada", "exif")}


def test_what_the_camera_and_a_program_wrote_is_told_with_the_preview(studio: Studio) -> None:
    data = cr3(CAMERA, PICTURE, PLACE, xmp_block=written.FULL_XMP)
    with studio.render(io.BytesIO(data), "RAW", [Spec("small", 96)]) as made:
        found: dict[str, Any] = dict(made.properties.metadata)
    of_xmp = {name: (value, "xmp") for name, value in written.FULL_FIELDS.items()}
    assert values(found) == of_xmp | OF_CAMERA | {"taken": TAKEN}
    assert found["keywords"] == {"values": ["tulips", "Frühling"], "source": "xmp"}
    assert found["location"] == {"latitude": -33.8568, "longitude": 151.2153, "source": "exif"}


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        ((), {}),
        ((CAMERA,), OF_CAMERA),
        ((CAMERA, PICTURE), OF_CAMERA | {"taken": TAKEN}),
        ((CAMERA, (b"CMT2", b"broken")), OF_CAMERA),
        ((CAMERA, PICTURE, (b"CMT4", b"broken")), OF_CAMERA | {"taken": TAKEN}),
        ((CAMERA, (b"CMT1", of_camera("Grace"))), OF_CAMERA),
        (((b"CMT3", of_camera("Grace")), CAMERA), OF_CAMERA),
        (((b"free", of_camera("Grace")),), {}),
    ],
)
def test_each_block_stands_for_itself(
    blocks: tuple[tuple[bytes, bytes], ...], told: dict[str, tuple[str, str]]
) -> None:
    found = read(cr3(*blocks))
    assert values(found) == told
    assert "location" not in found


def test_only_canons_own_box_in_the_description_is_read() -> None:
    foreign = box(b"uuid", bytes(16), box(*CAMERA))
    assert read(cr3(described=foreign)) == {}
    assert read(cr3(described=box(*CAMERA))) == {}
    assert read(cr3(described=b"") + camera(CAMERA)) == {}
    assert values(read(cr3(described=foreign + camera(CAMERA)))) == OF_CAMERA


@pytest.mark.parametrize("lie", hostile.LIES)
def test_what_lies_costs_itself(lie: str) -> None:
    """Nothing is raised, and nothing is told that nobody has written."""
    found = read(hostile.LIES[lie]())
    assert set(values(found)) <= {"creator", "taken", *written.FULL_FIELDS}
    assert found.get("location", {}).get("latitude", 48.8) == pytest.approx(48.8, abs=1e-4)


def test_a_block_that_is_too_large_is_left_where_it_is() -> None:
    assert canon.find(io.BytesIO(cr3(CAMERA)), len(CAMERA[1])).exif is not None
    assert canon.find(io.BytesIO(cr3(CAMERA)), len(CAMERA[1]) - 1).exif is None
    packet = written.FULL_XMP
    assert canon.find(io.BytesIO(cr3(xmp_block=packet)), len(packet)).xmp == packet
    assert canon.find(io.BytesIO(cr3(xmp_block=packet)), len(packet) - 1).xmp == b""


class Seeks(io.BytesIO):
    """Counts how often somebody goes elsewhere in it."""

    count = 0

    def seek(self, place: int, whence: int = 0, /) -> int:
        self.count += 1
        return super().seek(place, whence)


@pytest.mark.parametrize("lie", ["100,000 boxes in front", "100,000 blocks", "5,000 cameras", "1,000 descriptions"])
def test_boxes_without_number_are_not_looked_at(lie: str) -> None:
    source = Seeks(hostile.LIES[lie]())
    canon.find(source, 1 << 20)
    assert source.count < 4 * MOST
