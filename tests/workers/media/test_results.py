"""The child is not believed: reports and outputs that no honest child gives."""

import io
import json
import signal
import tempfile
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

import pytest
from PIL import Image

from tests.workers.media import generate
from workers.media import sizes
from workers.media.courier import Verdict
from workers.media.plan import (
    NOT_CONFINED,
    NOT_READY,
    SENTENCES,
    Limits,
    MediaFailure,
    MediaUnavailable,
    Spec,
    check_request,
)
from workers.media.results import check_files, check_properties, check_verdict

LIMITS = Limits()
FIELD = {"value": "mine", "source": "xmp"}
GOOD: Mapping[str, object] = {
    "width": 30,
    "height": 20,
    "format": "PNG",
    "colour_mode": "RGB",
    "has_alpha": False,
    "profile": "none",
    "colours": ["#0a0b0c", "#c8c8c8"],
    "details": {},
    "metadata": {},
    "look": "0123456789abcdef" * 4,
}


def refused(verdict: Verdict) -> str:
    with pytest.raises(MediaFailure) as caught:
        check_verdict(verdict, LIMITS)
    return caught.value.code


def ended(status: int, report: object = GOOD, *, overdue: bool = False, peak: int = 0) -> Verdict:
    return Verdict(status, overdue, peak, report if isinstance(report, bytes) else json.dumps(report).encode())


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (ended(-signal.SIGKILL, overdue=True), "timed_out"),
        (ended(0, overdue=True), "timed_out"),
        (ended(-signal.SIGXCPU), "timed_out"),
        (ended(-signal.SIGKILL), "out_of_memory"),
        (ended(-signal.SIGSEGV), "crashed"),
        (ended(-signal.SIGSEGV, peak=LIMITS.data), "out_of_memory"),
        (ended(-signal.SIGSEGV, peak=LIMITS.data * 5 // 8), "out_of_memory"),
        (ended(-signal.SIGSYS), "crashed"),
        (ended(1), "crashed"),
        (ended(0, b""), "crashed"),
        (ended(0, b"\xff"), "crashed"),
        (ended(0, b"[" * 60000), "crashed"),
        (ended(0, [1]), "crashed"),
        (ended(0, {"failure": "too_large"}), "too_large"),
        (ended(0, {"failure": "<script>"}), "crashed"),
        (ended(0, {"failure": ["too_large"]}), "crashed"),
        (ended(0, {"failure": "crashed", "diagnostic": "\x1b[2J\n" * 9999}), "crashed"),
    ],
)
def test_how_a_child_ended_becomes_a_code(verdict: Verdict, code: str) -> None:
    assert refused(verdict) == code


def test_a_diagnostic_can_not_forge_a_line_of_the_log() -> None:
    with pytest.raises(MediaFailure) as caught:
        check_verdict(ended(0, {"failure": "crashed", "diagnostic": "\x1b[2J\nERROR all is lost" * 99}), LIMITS)
    assert caught.value.diagnostic.isprintable()
    assert len(caught.value.diagnostic) <= 600


def test_a_child_that_was_not_confined_is_our_trouble() -> None:
    with pytest.raises(MediaUnavailable):
        check_verdict(ended(NOT_CONFINED), LIMITS)


def test_a_decoder_that_can_not_be_loaded_is_our_trouble() -> None:
    with pytest.raises(MediaUnavailable):
        check_verdict(ended(NOT_READY), LIMITS)


def test_a_good_report_is_taken() -> None:
    properties = check_properties(check_verdict(ended(0), LIMITS), "PNG")
    assert (properties.width, properties.height, properties.colours) == (30, 20, ["#0a0b0c", "#c8c8c8"])


@pytest.mark.parametrize(
    "lie",
    [
        {"width": 0},
        {"width": -1},
        {"width": True},
        {"width": 1.5},
        {"width": "30"},
        {"width": 10**9},
        {"format": "JPEG"},
        {"colour_mode": "<b>"},
        {"colour_mode": ["RGB"]},
        {"has_alpha": 1},
        {"profile": {}},
        {"profile": "sRGB"},
        {"colours": ["#0a0b0c\n"]},
        {"colours": ["red"]},
        {"colours": 7},
        {"colours": ["#0a0b0c"] * 6},
        {"more": 1},
        {"details": None},
        {"details": {"pages": 0}},
        {"details": {"pages": "<b>"}},
        {"details": {"animated": False}},
        {"details": {"bit_depth": 65}},
        {"details": {"subtitles": []}},
        {"details": {"subtitles": "eng"}},
        {"details": {"subtitles": ["<b>"]}},
        {"details": {"subtitles": ["eng", None]}},
        {"details": {"subtitles": ["eng"] * 65}},
        {"details": {"colour_space": ["rgb"]}},
        {"details": {"profile_name": "sRGB\u202e"}},
        {"details": {"profile_name": "x" * 101}},
        {"details": {"more": 1}},
        {"look": "0123456789ABCDEF" * 4},
        {"look": "0" * 63},
        {"look": 7},
        {"metadata": None},
        {"metadata": {"more": 1}},
        {"metadata": {"c2pa": 1}},
        {"metadata": {"text": ""}},
        {"metadata": {"text": "a\nb"}},
        {"metadata": {"text": "a" * 4001}},
        {"metadata": {"text": "\u6f22" * 3000}},
        {"metadata": {"fields": {"headline": FIELD}}},
        {"metadata": {"fields": {"rights": "mine"}}},
        {"metadata": {"fields": {"rights": {**FIELD, "more": 1}}}},
        {"metadata": {"fields": {"rights": {**FIELD, "source": "person"}}}},
        {"metadata": {"fields": {"rights": {**FIELD, "value": "a\u202eb"}}}},
        {"metadata": {"fields": {"rights": {**FIELD, "value": "x" * 1001}}}},
        {"metadata": {"fields": {"expiry": {**FIELD, "value": "soon"}}}},
        {"metadata": {"keywords": {"values": [], "source": "xmp"}}},
        {"metadata": {"keywords": {"values": ["a"] * 101, "source": "xmp"}}},
        {"metadata": {"keywords": {"values": [7], "source": "xmp"}}},
        {"metadata": {"location": {"latitude": 91.0, "longitude": 0.0, "source": "exif"}}},
        {"metadata": {"location": {"latitude": float("nan"), "longitude": 0.0, "source": "exif"}}},
        {"metadata": {"location": {"latitude": "1", "longitude": 0.0, "source": "exif"}}},
    ],
)
def test_a_report_that_can_not_be_right_is_refused(lie: Mapping[str, object]) -> None:
    with pytest.raises(MediaFailure, match="crashed"):
        check_properties({**GOOD, **lie}, "PNG")


def test_a_report_with_something_missing_is_refused() -> None:
    with pytest.raises(MediaFailure, match="crashed"):
        check_properties({name: value for name, value in GOOD.items() if name != "profile"}, "PNG")


def output(data: bytes) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 the test closes it
    file.write(data)
    file.flush()
    return cast(BinaryIO, file)


PICTURE = generate.encoded(Image.new("RGB", (30, 20)), "WEBP")


@pytest.mark.parametrize(
    ("data", "box"),
    [
        (b"", 64),
        (b"<html><script>" + b" " * 99, 64),
        (PICTURE[:-1], 64),
        (PICTURE + b"x", 64),
        (PICTURE, 29),
        (PICTURE[:8] + b"WEPB" + PICTURE[12:], 64),
        (PICTURE[:12] + b"XXXX" + PICTURE[16:], 64),
    ],
)
def test_an_output_that_is_no_such_picture_is_refused(data: bytes, box: int) -> None:
    with output(data) as file, pytest.raises(MediaFailure, match="crashed"):
        check_files([file], [Spec("a", box)], LIMITS)


def test_an_output_beyond_the_limit_is_refused() -> None:
    with output(PICTURE) as file, pytest.raises(MediaFailure, match="crashed"):
        check_files([file], [Spec("a", 64)], Limits(output=len(PICTURE) - 1))


def test_a_file_with_more_bytes_than_allowed_is_refused() -> None:
    with output(PICTURE) as file, pytest.raises(MediaFailure, match="crashed"):
        check_files([file], [Spec("a", 64, max_bytes=len(PICTURE) - 1)], LIMITS)
    with output(PICTURE) as file:
        assert check_files([file], [Spec("a", 64, max_bytes=len(PICTURE))], LIMITS)["a"].size == len(PICTURE)


def test_an_output_is_measured_by_us() -> None:
    with output(PICTURE) as file:
        measured = check_files([file], [Spec("a", 64)], LIMITS)["a"]
        assert (measured.width, measured.height, measured.size) == (30, 20, len(PICTURE))
        assert measured.file.read() == PICTURE


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": b"Exif\0\0"}])
def test_sides_are_read_from_each_kind_of_webp(options: dict[str, Any]) -> None:
    file = io.BytesIO(generate.encoded(Image.new("RGB", (401, 3)), "WEBP", **options))
    assert sizes.webp(file.read()) == (401, 3)


@pytest.mark.parametrize(
    "specs",
    [
        [],
        [Spec("a", 64), Spec("a", 65)],
        [Spec("", 64)],
        [Spec("a", 0)],
        [Spec("a", 9000)],
        [Spec("a", 64, "EPS")],
        [Spec("a", 64, quality=0)],
        [Spec("a", 64, method=7)],
        [Spec("a", 64, "JPEG")],
        [Spec("a", 64, background="white")],
        [Spec("a", 64, fit="cover")],
        [Spec("a", 64, frame=(64, 32))],
        [Spec("a", 64, fit="contain", frame=(64, 0))],
        [Spec("a", 64, fit="contain", frame=(640, 64))],
        [Spec(str(n), 64) for n in range(17)],
    ],
)
def test_impossible_specs_are_the_callers_mistake(specs: list[Spec]) -> None:
    with pytest.raises(ValueError, match=r"spec|box|WEBP|frame|background"):
        check_request("PNG", specs)


def test_every_sentence_says_what_to_do_or_that_the_file_is_safe() -> None:
    for sentence in SENTENCES.values():
        assert "upload" in sentence.lower() or "supply" in sentence or "kept" in sentence or "as it is" in sentence
        assert sentence.endswith(".")
