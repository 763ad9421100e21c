"""Sound: lengths, rates and tags that lie, covers that are bombs or elsewhere, playlists."""

import base64
import struct
from collections.abc import Iterator

from tests.corpus.hostile.case import SHOWN, Canary, Hostile
from tests.corpus.hostile.films import playlist
from tests.corpus.sounds import covered, sound
from tests.workers.media import generate

_BROKEN = "broken_file|truncated"
_ODD = f"{_BROKEN}|unsupported_variant|no_sound"


def cases(canary: Canary) -> Iterator[Hostile]:
    """Of each container."""
    for name, data in _lists(canary):
        yield Hostile("playlists", name, data, _ODD)
    for name, data, outcome in (*_tags(canary), *_lies()):
        yield Hostile("sounds", name, data, outcome)


def _lists(canary: Canary) -> Iterator[tuple[str, bytes]]:
    listed = playlist(canary)
    yield "MP3: a playlist behind a tag", b"ID3\3\0\0\0\0\0\0" + listed
    yield "WAVE: a playlist", b"RIFF\xff\xff\0\0WAVE" + listed
    yield "FLAC: a playlist", b"fLaC" + listed
    yield "Ogg: a playlist", b"OggS" + listed
    yield "MPEG-4 sound: a playlist", b"\0\0\0\x14ftypM4A \0\0\0\0M4A " + listed


def _id3(frame: bytes) -> bytes:
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + frame + sound("mp3", "libmp3lame")


def _tags(canary: Canary) -> Iterator[tuple[str, bytes, str]]:
    for name, there in canary.references("canary.png").items():
        text = b"\0-->\0\3\0" + there.encode()
        yield f"MP3: a cover at {name}", _id3(b"APIC" + len(text).to_bytes(4, "big") + b"\0\0" + text), SHOWN
    yield "MP3: a cover of 400 megapixels", covered(generate.flat_jpeg(65_500, 8_190)), SHOWN
    yield "MP3: a tag of 256 MB", b"ID3\3\0\0\x7f\x7f\x7f\x7f" + sound("mp3", "libmp3lame"), f"{_ODD}|{SHOWN}"
    chapters = b"".join(b"CHAP\0\0\0\x12\0\0c\0" + bytes(16) for _ in range(20_000))
    yield "MP3: 20,000 chapters", _id3(chapters), f"{_ODD}|{SHOWN}"
    flac = sound("flac", "flac")
    picture = struct.pack(">II", 3, 3) + b"-->" + struct.pack(">I", 0) + bytes(16)
    address = canary.references("canary.png")["http"].encode()
    block = picture + struct.pack(">I", len(address)) + address
    linked = flac[:42] + b"\6" + len(block).to_bytes(3, "big") + block + flac[42:]
    yield "FLAC: a cover at an address", bytes((*linked[:4], linked[4] & 0x7F)) + linked[5:], f"{SHOWN}|{_ODD}"
    huge = base64.b64encode(struct.pack(">III", 3, 2**32 - 1, 2**32 - 1))
    yield "Ogg: a comment of 2^32", _comment(b"METADATA_BLOCK_PICTURE=" + huge), f"{SHOWN}|{_ODD}"


def _comment(text: bytes) -> bytes:
    """An Opus file whose comment says this, and is longer than it can be."""
    data = bytearray(sound("ogg", "libopus"))
    at = data.index(b"OpusTags") + 8
    data[at : at + 4] = b"\xff" * 4
    return bytes(data[:at]) + text + bytes(data[at:])


def _lies() -> Iterator[tuple[str, bytes, str]]:
    wave = sound("wav", "pcm_s16le")

    def changed(at: int, form: str, value: int) -> bytes:
        data = bytearray(wave)
        struct.pack_into(form, data, at, value)
        return bytes(data)

    yield "WAVE: 65,535 channels", changed(22, "<H", 65_535), _ODD
    yield "WAVE: 2^31 samples a second", changed(24, "<I", 2**31 - 1), "unsupported_variant"
    yield "WAVE: no samples a second", changed(24, "<I", 0), f"{_ODD}|{SHOWN}"
    yield "WAVE: 65,535 bits", changed(34, "<H", 65_535), f"{_ODD}|{SHOWN}"
    yield "WAVE: blocks of no bytes", changed(32, "<H", 0), f"{_ODD}|{SHOWN}"
    yield "WAVE: 2^32 bytes of data", changed(wave.index(b"data") + 4, "<I", 2**32 - 1), SHOWN
    aiff = bytearray(sound("aiff", "pcm_s16be"))
    at = aiff.index(b"COMM") + 8
    aiff[at + 8 : at + 18] = b"\x7f\xff" + b"\xff" * 8
    yield "AIFF: infinitely many samples a second", bytes(aiff), f"{_ODD}|{SHOWN}"
    flac = bytearray(sound("flac", "flac"))
    flac[18:26] = b"\xff" * 8
    yield "FLAC: 2^36 samples in 32 bits", bytes(flac), f"{_ODD}|{SHOWN}"
    yield "FLAC: blocks without end", b"fLaC" + (b"\1\0\0\0" * 200_000), _ODD
    ogg = sound("ogg", "libopus")
    yield (
        "Ogg: 20,000 streams",
        b"".join(ogg[:14] + struct.pack("<I", n) + ogg[18:60] for n in range(20_000)),
        f"{_ODD}|{SHOWN}",
    )
    pages = b"OggS\0\0" + bytes(20) + b"\xff" + b"\xff" * 255
    yield "Ogg: a packet without end", pages * 5_000, _ODD
    yield "MP3: heads without frames", b"\xff\xfb\x90\x00" * 200_000, f"{_ODD}|{SHOWN}"
