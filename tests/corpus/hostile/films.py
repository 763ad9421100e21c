"""Films that are lists of others, refer to others, or lie about their tables; each is offered to the FFmpeg program
too, where there is a picture to be seen."""

import struct
from collections.abc import Iterator

from tests.corpus import films
from tests.corpus.films import Film, film
from tests.corpus.hostile.case import SHOWN, Canary, Hostile

_BROKEN = "broken_file|truncated"
_NONE = _BROKEN + "|no_picture"
_HEADS = {
    "MP4": b"\0\0\0\x14ftypisom\0\0\0\0isom",
    "QuickTime": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "Matroska": b"\x1a\x45\xdf\xa3",
    "AVI": b"RIFF\xff\xff\0\0AVI ",
    "MPEG": b"\0\0\1\xba",
    "MXF": b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01",
    "Windows Media": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    "Flash": b"FLV\1",
}


def cases(canary: Canary) -> Iterator[Hostile]:
    """Lists, references, tables."""
    for name, data in _lists(canary):
        yield Hostile("playlists", name, data, _NONE)
    for name, data in _references(canary):
        yield Hostile("references", name, data, _NONE)
    for name, data, outcome in (*_tables(), *_streams()):
        yield Hostile("films", name, data, outcome)


def playlist(canary: Canary) -> bytes:
    """Of HTTP Live Streaming (RFC 8216), with each way to name a part, and a key."""
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="http://{canary.host}/key"\n#EXT-X-MAP:URI="{canary.path("canary.mp4")}"\n'
    names = (*canary.references("canary.ts").values(), *canary.streams("canary.ts").values())
    return ("#EXTM3U\n" + key + "".join(f"#EXTINF:1,\n{each}\n" for each in names) + "#EXT-X-ENDLIST\n").encode()


def _lists(canary: Canary) -> Iterator[tuple[str, bytes]]:
    listed = playlist(canary)
    for name, head in _HEADS.items():
        yield f"{name}: a playlist", head + b"\n" + listed
    mp4 = _HEADS["MP4"]
    files = "ffconcat version 1.0\n" + "".join(f"file '{each}'\n" for each in canary.streams("canary.ts").values())
    yield "MP4: a list of files", mp4 + b"\n" + files.encode()
    dash = f"<MPD><Period><BaseURL>http://{canary.host}/</BaseURL><AdaptationSet/></Period></MPD>"
    yield "MP4: a DASH manifest", mp4 + dash.encode()
    yield "MP4: a session description", mp4 + f"v=0\nc=IN IP4 {canary.host}\nm=video 5004 RTP/AVP 96\n".encode()
    asx = f'<asx version="3.0"><entry><ref href="http://{canary.host}/a.wmv"/></entry></asx>'
    yield "Windows Media: a playlist of its own", _HEADS["Windows Media"] + asx.encode()
    # FFmpeg's bug of 2016: subtitles in AVI that are a playlist.
    subtitles = b"GAB2\0\2\0" + struct.pack("<I", 4) + b"a\0\0\0" + struct.pack("<HI", 4, len(listed)) + listed
    parts = struct.pack("<4sI4s", b"LIST", 4 + 8 + len(subtitles), b"movi") + struct.pack(
        "<4sI", b"00tx", len(subtitles)
    )
    yield "AVI: subtitles that are a playlist", _HEADS["AVI"] + parts + subtitles


def _references(canary: Canary) -> Iterator[tuple[str, bytes]]:
    for name, there in {**canary.references("canary.mp4"), **canary.streams("canary.mp4")}.items():
        yield f"QuickTime: pictures at {name}", data_at(there)
    http = f"http://{canary.host}/a.mov".encode() + b"\0"
    place = struct.pack(">I4sI4sI", 20 + len(http), b"rdrf", 0, b"url ", len(http)) + http
    inner = struct.pack(">I4s", 8 + len(place), b"rmda") + place
    outer = struct.pack(">I4s", 8 + len(inner), b"rmra") + inner
    yield (
        "QuickTime: a film that is another",
        _HEADS["QuickTime"] + struct.pack(">I4s", 8 + len(outer), b"moov") + outer,
    )


def data_at(there: str) -> bytes:
    """A QuickTime film whose only data reference (``dref``) is this, as ``url`` and as an alias; what is in the file is
    not to be shown."""
    data = bytearray(films.elsewhere())
    entry = data.index(b"dref") + 12
    length = struct.unpack_from(">I", data, entry)[0]
    more = there.encode() + b"\0"
    boxes = struct.pack(">I4sI", 12 + len(more), b"url ", 0) + more
    added = len(boxes) - length
    struct.pack_into(">I", data, data.index(b"dref") - 4, 16 + len(boxes))
    for name in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        at = data.index(name) - 4
        struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + added)
    return bytes(data[:entry]) + boxes + bytes(data[entry + length :])


def _tables() -> Iterator[tuple[str, bytes, str]]:
    any_ = f"{_BROKEN}|out_of_memory|no_picture|{SHOWN}"
    whole = film()
    for box in (b"stts", b"stsc", b"stsz", b"stco", b"stss", b"ctts"):
        data = bytearray(whole)
        at = data.find(box)
        if at >= 0:
            struct.pack_into(">I", data, at + (12 if box == b"stsz" else 8), 2**31 - 1)
            yield f"MP4: 2^31 entries in {box.decode()}", bytes(data), any_
    data = bytearray(whole)
    struct.pack_into(">I", data, data.index(b"stts") + 16, 2**32 - 1)
    yield "MP4: frames of 2^32 ticks", bytes(data), any_
    struct.pack_into(">I", data, data.index(b"mdhd") + 16, 0)
    yield "MP4: no ticks a second", bytes(data), any_
    nested = b"".join(struct.pack(">I4s", 8 * (50_000 - number), b"moov") for number in range(50_000))
    yield "MP4: 50,000 boxes inside of each other", _HEADS["MP4"] + nested, f"{_BROKEN}|no_picture|crashed"
    yield "MP4: 50,000 boxes of nothing", _HEADS["MP4"] + struct.pack(">I4s", 8, b"free") * 50_000 + whole[20:], any_
    yield "MP4: a box of 2^63", _HEADS["MP4"] + struct.pack(">I4sQ", 1, b"moov", 2**63), f"{_BROKEN}|no_picture"
    yield "MP4: says 65,000 by 65,000", films.vast(), SHOWN
    yield "QuickTime: frames of 536 megapixels", films.bombs(), "too_large|broken_file"
    pictures = bytearray(film(Film("mov")))
    at = pictures.index(b"mdhd") + 16
    struct.pack_into(">II", pictures, at, 1, 2**32 - 1)
    yield "QuickTime: 136 years", bytes(pictures), any_


def _streams() -> Iterator[tuple[str, bytes, str]]:
    any_ = f"{_BROKEN}|out_of_memory|no_picture|{SHOWN}"
    matroska = film(Film("matroska"))
    segment = matroska.index(b"\x18\x53\x80\x67")
    yield "Matroska: an element of 2^56", matroska[: segment + 4] + b"\1" + b"\xff" * 7, f"{_BROKEN}|no_picture"
    levels = b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" * 50_000
    yield "Matroska: segments in segments", levels, f"{_BROKEN}|no_picture"
    void = matroska[: segment + 12] + b"\xec\x80" * 500_000 + matroska[segment + 12 :]
    yield "Matroska: half a million voids", void, any_
    name = b"../../../../etc/cron.d/a"
    attachment = b"\x46\x6e" + bytes((0x80 | len(name),)) + name + b"\x46\x60\x82a/" + b"\x46\x5c\x81a\x46\xae\x81\1"
    file = b"\x61\xa7" + bytes((0x80 | len(attachment),)) + attachment
    attached = b"\x19\x41\xa4\x69" + bytes((0x80 | len(file),)) + file
    yield "Matroska: an attachment that climbs", matroska + attached, SHOWN
    packet = b"G\x1f\xff\x10" + bytes(184)
    yield "MPEG transport stream: 20,000 packets of nothing", packet * 20_000, f"{_BROKEN}|no_picture"
    programs = b"G\x40\0\x10\0\0\xb0\xff\0\1\xc1\0\0" + b"".join(struct.pack(">HH", n, 0xE000 | n) for n in range(43))
    yield "MPEG transport stream: programs of programs", programs.ljust(188, b"\xff") * 5_000, f"{_BROKEN}|no_picture"
    yield "MPEG: starts without end", b"\0\0\1\xba" * 200_000, f"{_BROKEN}|no_picture"
    yield (
        "Flash: tags of nothing",
        b"FLV\1\5\0\0\0\x09\0\0\0\0" + (b"\x09" + bytes(14)) * 50_000,
        f"{_BROKEN}|no_picture",
    )
    avi = bytearray(film(Film("avi", "mpeg4")))
    struct.pack_into("<I", avi, avi.index(b"strf") + 4, 2**31 - 1)
    yield "AVI: a header of 2^31", bytes(avi), any_
    endless = _HEADS["AVI"] + struct.pack("<4sI4s", b"LIST", 4, b"hdrl") * 100_000
    yield "AVI: lists of lists", endless, f"{_BROKEN}|no_picture"
    klv = _HEADS["MXF"] + b"\1\2\4\0" + b"\x88" + b"\xff" * 8
    yield "MXF: a key of 2^64", klv, f"{_BROKEN}|no_picture"
    header = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + struct.pack("<QIBB", 2**63, 2**32 - 1, 1, 2)
    yield "Windows Media: a header of 2^63", header + bytes(200), f"{_BROKEN}|no_picture"
