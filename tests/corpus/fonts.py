"""Fonts, written by hand (OpenType 1.9): every letter is a filled block as wide as the next begins, so that a line of
words is a bar, and it is known where there is ink. And those that mean harm.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence

from PIL import Image

from tests.corpus.cases import QUARTERS, Bad, Good, half
from tests.workers.media.generate import RGB, encoded

TYPES = TTF, OTF, WOFF, WOFF2 = "font/ttf", "font/otf", "font/woff", "font/woff2"
SHEET, INK, PAPER = (1600, 1200), (32, 34, 38), (255, 255, 255)
NAME = "Corpus Blocks"
LATIN = "".join(chr(code) for code in range(33, 127))
EM = 1000
_OUTLINES = ("glyf", "loca")


def tables(characters: str = LATIN, *, name: str = NAME, wide: int = 700, em: int = EM) -> dict[str, bytes]:
    """Of a font that has these characters: its tables by their tags."""
    block, count = _block(0, wide, EM), len(characters) + 2  # what is missing, and a blank
    bar = _block(0, 60, 1200)
    glyphs = [bar, b"", *[block] * len(characters)]
    places = [sum(map(len, glyphs[:index])) for index in range(count + 1)]
    return {
        "OS/2": struct.pack(">H", 0).ljust(78, b"\0"),
        "cmap": _character_map({" ": 1, **{each: index for index, each in enumerate(characters, 2)}}),
        "glyf": b"".join(glyphs),
        "head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, em, 0, 0, 0, 0, wide, 1200, 0, 8, 2, 1, 0
        ),
        "hhea": struct.pack(">IhhhHhhhhhh8xhH", 0x10000, 800, -200, 0, wide, 0, 0, wide, 1, 0, 0, 0, count),
        "hmtx": struct.pack(">Hh", wide, 0) * count,
        "loca": struct.pack(f">{count + 1}I", *places),
        "maxp": struct.pack(">IH", 0x10000, count) + struct.pack(">13H", 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        "name": _names({1: name, 2: "Regular", 4: name}),
        "post": struct.pack(">I28x", 0x30000),
    }


def _block(left: int, right: int, top: int) -> bytes:
    """A glyph of one rectangle on the base line (OpenType, glyf), 24 bytes."""
    head = struct.pack(">hhhhhHH", 1, left, 0, right, top, 3, 0)
    across, down = (left, right - left, 0, left - right), (0, 0, top, 0)
    points = struct.pack(">4B4h4h", *(1,) * 4, *across, *down)
    return (head + points).ljust(-(-len(head + points) // 4) * 4, b"\0")


def _character_map(glyphs: Mapping[str, int]) -> bytes:
    """Format 12, a group for each character."""
    groups = b"".join(struct.pack(">III", ord(each), ord(each), glyphs[each]) for each in sorted(glyphs))
    body = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(glyphs)) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + body


def _names(names: Mapping[int, str]) -> bytes:
    """The ``name`` table, for Windows in English."""
    records, words = b"", b""
    for number, text in names.items():
        written = text.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(written), len(words))
        words += written
    return struct.pack(">HHH", 0, len(names), 6 + len(records)) + records + words


def opentype(characters: str = LATIN, *, wide: int = 700) -> dict[str, bytes]:
    """The same with PostScript outlines (Adobe's Technical Notes 5176 and 5177)."""
    found = {tag: data for tag, data in tables(characters, wide=wide).items() if tag not in _OUTLINES}
    found["maxp"] = struct.pack(">IH", 0x5000, len(characters) + 2)
    path = b"".join(_operand(each) + code for each, code in ((wide, b"\6"), (EM, b"\7"), (-wide, b"\6")))
    block = _operand(0) + _operand(0) + b"\x15" + path + b"\x0e"
    bar = _operand(0) + b"\x16" + _operand(60) + b"\6" + _operand(1200) + b"\7\x0e"
    letters = _index([bar, b"\x0e", *[block] * len(characters)])
    begin = b"\1\0\4\4" + _index([b"Blocks"])
    place = len(begin) + len(_index([bytes(17)])) + 4
    top = b"\x1d" + struct.pack(">I", place) + b"\x11" + (b"\x1d" + bytes(4)) * 2 + b"\x12"
    return {**found, "CFF ": begin + _index([top]) + bytes(4) + letters}


def _operand(number: int) -> bytes:
    return b"\x1c" + struct.pack(">h", number)


def _index(parts: Sequence[bytes]) -> bytes:
    """CFF's list of pieces."""
    ends = [1 + sum(map(len, parts[:index])) for index in range(len(parts) + 1)]
    return struct.pack(f">HB{len(ends)}I", len(parts), 4, *ends) + b"".join(parts)


def sfnt(found: Mapping[str, bytes], flavour: bytes = b"\0\1\0\0") -> bytes:
    """A font of these tables."""
    place, directory, body = 12 + 16 * len(found), b"", b""
    for tag in sorted(found):
        data = found[tag]
        directory += tag.encode() + struct.pack(">III", 0, place + len(body), len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    return flavour + struct.pack(">HHHH", len(found), 128, 3, 0) + directory + body


def woff(found: Mapping[str, bytes], *, promised: int | None = None) -> bytes:
    """The same packed (WOFF 1.0); ``promised``: the length that the first table says it has, unpacked."""
    place, directory, body = 44 + 20 * len(found), b"", b""
    for tag in sorted(found):
        data, packed = found[tag], zlib.compress(found[tag])
        packed = packed if len(packed) < len(data) else data
        length = promised if promised is not None and tag == min(found) else len(data)
        directory += tag.encode() + struct.pack(">IIII", place + len(body), len(packed), length, 0)
        body += packed.ljust(-(-len(packed) // 4) * 4, b"\0")
    whole = 12 + 16 * len(found) + sum(-(-len(data) // 4) * 4 for data in found.values())
    head = struct.pack(">4sIIHHIHHIIIII", b"wOFF", 0x10000, place + len(body), len(found), 0, whole, 1, 0, *(0,) * 5)
    return head + directory + body


def woff2(found: Mapping[str, bytes]) -> bytes:
    """The same (WOFF 2.0), nothing transformed and nothing packed: a Brotli stream may say so (RFC 7932, 9.2)."""
    directory, body = b"", b""
    for tag in sorted(found):
        transform = 0xC0 if tag in _OUTLINES else 0  # as it is
        directory += bytes([transform | 63]) + tag.encode() + _base_128(len(found[tag]))
        body += found[tag]
    packed = _stored(body)
    length = 48 + len(directory) + len(packed)
    whole = 12 + 16 * len(found) + sum(-(-len(data) // 4) * 4 for data in found.values())
    head = struct.pack(
        ">4sIIHHIIHHIIIII", b"wOF2", 0x10000, -(-length // 4) * 4, len(found), 0, whole, len(packed), 1, 0, *(0,) * 5
    )
    return (head + directory + packed).ljust(-(-length // 4) * 4, b"\0")


def _base_128(number: int) -> bytes:
    parts = [number & 127]
    while number := number >> 7:
        parts.append(number & 127 | 128)
    return bytes(reversed(parts))


def _stored(data: bytes) -> bytes:
    """A Brotli stream with one block that is not compressed, then an empty last one."""
    window, nibbles = "0", "00"  # 16 bits; the length is told in four nibbles
    assert len(data) <= 65536
    bits = window + "0" + nibbles[::-1] + f"{len(data) - 1:016b}"[::-1] + "1"
    bits = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8)) + data + b"\x03"


def collection(found: Mapping[str, bytes]) -> bytes:
    """One font in a collection: the places of its tables are those in the file."""
    head, font = struct.pack(">4sIII", b"ttcf", 0x10000, 1, 16), sfnt(found)
    moved = bytearray(font)
    for entry in range(12, 12 + 16 * len(found), 16):
        (place,) = struct.unpack_from(">I", font, entry + 8)
        struct.pack_into(">I", moved, entry + 8, place + len(head))
    return head + moved


def variable(found: Mapping[str, bytes]) -> dict[str, bytes]:
    """With an axis of weight, along which no letter differs (OpenType, fvar and gvar)."""
    count = struct.unpack_from(">H", found["maxp"], 4)[0]
    axis = struct.pack(">4siiiHH", b"wght", 100 << 16, 400 << 16, 900 << 16, 0, 256)
    ends = 20 + 2 * (count + 1)
    return {
        **found,
        "fvar": struct.pack(">8H", 1, 0, 16, 2, 1, len(axis), 0, 8) + axis,
        "gvar": struct.pack(">HHHHIHHI", 1, 0, 1, 0, ends, count, 0, ends) + bytes(2 * (count + 1)),
    }


def coloured(found: Mapping[str, bytes], colour: RGB, layers: int = 0) -> dict[str, bytes]:
    """In this colour: each letter is one layer, which is the letter itself, or all of so many (OpenType, COLR 0 and
    CPAL)."""
    count = struct.unpack_from(">H", found["maxp"], 4)[0] - 2
    most = layers or count
    mine = ((0, layers) if layers else (number, 1) for number in range(count))
    bases = b"".join(struct.pack(">3H", number, *each) for number, each in enumerate(mine, 2))
    parts = b"".join(struct.pack(">2H", number % count + 2, 0) for number in range(most))
    head = struct.pack(">2H2IH", 0, count, 14, 14 + len(bases), most)
    colours = struct.pack(">4HIH", 0, 1, 1, 1, 14, 0) + bytes((*reversed(colour), 255))
    return {**found, "COLR": head + bases + parts, "CPAL": colours}


def pictured(characters: str, picture: bytes, size: tuple[int, int], ppem: int = 109) -> dict[str, bytes]:
    """Without outlines, each letter is this PNG, in this size and in no other, as those of emoji are (OpenType, CBLC
    and CBDT 3)."""
    found = {tag: data for tag, data in tables(characters).items() if tag not in _OUTLINES}
    letter = struct.pack(">2BbbBI", size[1], size[0], 0, ppem - 8, size[0], len(picture)) + picture
    first, last = 2, len(characters) + 1
    places = struct.pack(f">2HI{last - first + 2}I", 1, 17, 4, *(at * len(letter) for at in range(last - first + 2)))
    listed = struct.pack(">2HI", first, last, 8) + places
    line = struct.pack(">2bB9b", ppem - 8, 8 - size[1], size[0], *(0,) * 9)
    strike = (
        struct.pack(">4I", 56, len(listed), 1, 0) + 2 * line + struct.pack(">2H3Bb", first, last, ppem, ppem, 32, 1)
    )
    head = struct.pack(">2H", 3, 0)
    return {**found, "CBLC": head + struct.pack(">I", 1) + strike + listed, "CBDT": head + letter * (last - first + 1)}


def good() -> Iterator[Good]:
    """Fonts that are shown: of letters the second line of the alphabet is a bar, and there is paper below."""
    found, blue = tables(), QUARTERS[2]
    for name, filename, data, kind, ink in (
        ("TrueType font", "a.ttf", sfnt(found), TTF, INK),
        ("OpenType font", "d.otf", sfnt(opentype(), b"OTTO"), OTF, INK),
        ("collection of fonts", "e.ttc", collection(found), OTF, INK),
        ("web font", "b.woff", woff(found), WOFF, INK),
        ("web font, 2", "c.woff2", woff2(found), WOFF2, INK),
        ("variable font", "f.ttf", sfnt(variable(found)), TTF, INK),
        ("variable web font, 2", "g.woff2", woff2(variable(found)), WOFF2, INK),
        ("font of colours", "h.ttf", sfnt(coloured(found, blue)), TTF, blue),
    ):
        yield Good(
            name,
            filename,
            lambda data=data: data,  # type: ignore[misc]
            kind,
            size=SHEET,
            colours=(ink, ink, PAPER, PAPER),
            within=25,  # a line of letters has edges
            properties={"font_name": f"{NAME} Regular"},
        )


def bad() -> Iterator[Bad]:
    """Broken ones, and those that ask for more than there is."""
    found = tables()
    yield Bad("half a font", "a.ttf", lambda: half(sfnt(found)), TTF, "broken_file")
    yield Bad("a font and nothing more", "b.otf", lambda: b"OTTO\0\1", OTF, "broken_file")
    yield Bad("a font without letters", "c.ttf", lambda: sfnt(tables("\u0300")), TTF, "broken_file")
    yield Bad("half a web font", "d.woff", lambda: half(woff(found)), WOFF, "broken_file")
    yield Bad("a web font that unpacks to 4 GB", "e.woff", lambda: woff(found, promised=2**32 - 1), WOFF, _HEAVY)
    yield Bad("half a web font, 2", "f.woff2", lambda: half(woff2(found)), WOFF2, "broken_file")
    many = bytearray(collection(found))
    struct.pack_into(">I", many, 8, 2**32 - 1)
    yield Bad("a collection without end", "g.ttc", lambda: bytes(many), OTF, _HEAVY)
    short = {**found, "loca": found["loca"][:40]}
    yield Bad("a font whose letters are elsewhere", "h.ttf", lambda: sfnt(short), TTF, "broken_file|")
    vast = {**found, "glyf": b"", "cmap": _character_map({chr(each): 2**31 for each in range(33, 99)})}
    yield Bad("a font of letters that it has not", "i.ttf", lambda: sfnt(vast), TTF, "broken_file|")
    deep = {**found, "glyf": struct.pack(">hhhhhHH", -1, 0, 0, 9, 9, 2, 2).ljust(28, b"\0") * (len(LATIN) + 2)}
    yield Bad("a font whose letters are made of themselves", "j.ttf", lambda: sfnt(deep), TTF, "broken_file|")
    tall = {**found, "glyf": _block(-16_000, 16_000, 32_000) * (len(LATIN) + 2)}
    yield Bad("a font of vast letters", "k.ttf", lambda: sfnt(tall), TTF, _HEAVY + "|")
    png = encoded(Image.new("RGBA", (40, 40)), "PNG")
    for name, picture in (("that break off", png[:60]), ("that are none", bytes(60))):
        broken = pictured(LATIN, picture, (40, 40))
        yield Bad(f"a font of pictures {name}", "m.ttf", lambda data=broken: sfnt(data), TTF, "broken_file")  # type: ignore[misc]
    yield Bad("a font of an em of sixteen", "l.ttf", lambda: sfnt(tables(em=16)), TTF, "too_large")


_HEAVY = "broken_file|out_of_memory|too_large"
