"""PSD and PSB documents with nothing but their composite (Adobe Photoshop File Formats Specification, 2019)."""

import struct
from collections.abc import Iterator, Sequence

from PIL import Image

from tests.corpus.cases import CUT, SIZE, Bad, Good, cut_out, half, picture
from tests.corpus.profiled import PROFILE, SEEN, STORED
from tests.corpus.stills import FAX, GREYS, PRINTED, fax, greys, inks, lab
from tests.workers.media import generate

KIND = "image/vnd.adobe.photoshop"
_MODES = {"1": 0, "L": 1, "P": 2, "RGB": 3, "RGBA": 3, "CMYK": 4, "LAB": 9}


def document(
    image: Image.Image,
    bits: int = 8,
    *,
    large: bool = False,
    packed: bool = True,
    profile: bytes = b"",
    composite: bool = True,
    deep_layers: bool = False,
    spare: Sequence[Image.Image] = (),
    more: bytes = b"",
) -> bytes:
    """``large``: PSB; ``spare``: further channels, such as saved selections; of RGBA the last is transparency;
    ``more``: further resources."""
    planes = [*image.split(), *spare] if image.mode != "1" else [image]
    rows = [_rows(plane, image.mode, bits) for plane in planes]
    depth = 1 if image.mode == "1" else bits
    head = struct.pack(
        ">4sH6xHIIHH", b"8BPS", 1 + large, len(planes), image.height, image.width, depth, _MODES[image.mode]
    )
    palette = b""
    if image.mode == "P":
        entries = bytes(image.getpalette() or []).ljust(768, b"\0")
        palette = entries[0::3] + entries[1::3] + entries[2::3]
    resources = _resource(1057, struct.pack(">IB", 1, composite) + bytes(9))
    resources += (_resource(1039, profile) if profile else b"") + more
    size = ">Q" if large else ">I"
    layers = _layers(size, transparent=image.mode == "RGBA", deep=deep_layers, large=large)
    body = b"".join(struct.pack(">I", len(part)) + part for part in (palette, resources))
    return head + body + struct.pack(size, len(layers)) + layers + _data(rows, packed=packed, large=large)


def written(resources: bytes) -> bytes:
    """A small document with these resources."""
    return document(picture(), more=resources)


def _layers(size: str, *, transparent: bool, deep: bool, large: bool) -> bytes:
    """A layer count that is negative where the composite has transparency; the layers themselves are of no size."""
    count = struct.pack(">h", -1 if transparent else 1) + bytes(6)
    if not deep:
        return struct.pack(size, len(count)) + count
    block = b"8BIMLr16" + struct.pack(">Q" if large else ">I", len(count)) + count
    return struct.pack(size, 0) + struct.pack(">I", 0) + block


def _resource(number: int, data: bytes) -> bytes:
    return struct.pack(">4sHBxI", b"8BIM", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def _rows(plane: Image.Image, mode: str, bits: int) -> list[bytes]:
    data, width = plane.tobytes(), plane.width
    if mode == "1":
        width = (plane.width + 7) // 8
        data = bytes(value ^ 255 for value in data)
    elif mode == "CMYK":
        data = bytes(255 - value for value in data)
    if bits == 16:
        data, width = b"".join(bytes((value, value)) for value in data), 2 * width
    return [data[start : start + width] for start in range(0, len(data), width)]


def _data(planes: Sequence[Sequence[bytes]], *, packed: bool, large: bool) -> bytes:
    if not packed:
        return struct.pack(">H", 0) + b"".join(row for rows in planes for row in rows)
    rows = [_packed(row) for plane in planes for row in plane]
    lengths = struct.pack(f">{len(rows)}{'I' if large else 'H'}", *(len(row) for row in rows))
    return struct.pack(">H", 1) + lengths + b"".join(rows)


def _packed(row: bytes) -> bytes:
    """PackBits: runs of equal bytes where there are any, else as they are."""
    result, at = bytearray(), 0
    while at < len(row):
        run = 1
        while run < 128 and at + run < len(row) and row[at + run] == row[at]:
            run += 1
        result += bytes((257 - run, row[at])) if run > 1 else bytes((0, row[at]))
        at += run
    return bytes(result)


def matted() -> Image.Image:
    """The cut-out as Photoshop stores it: what is transparent is white."""
    image = picture().convert("RGBA")
    image.paste((255, 255, 255, 0), (SIZE[0] // 2, SIZE[1] // 2, *SIZE))
    return image


def good() -> Iterator[Good]:
    """Every mode and depth."""
    yield Good("PSD", "a.psd", lambda: document(picture()), KIND)
    yield Good("PSD not packed", "b.psd", lambda: document(picture(), packed=False), KIND)
    yield Good("PSD 16 bit", "c.psd", lambda: document(picture(), 16), KIND)
    yield Good("PSD CMYK", "d.psd", lambda: document(inks()), KIND, colours=PRINTED)
    yield Good("PSD grey", "e.psd", lambda: document(greys()), KIND, colours=GREYS)
    yield Good("PSD Lab", "f.psd", lambda: document(lab()), KIND)
    yield Good("PSD bitmap", "g.psd", lambda: document(fax()), KIND, colours=FAX)
    yield Good("PSD palette", "h.psd", lambda: document(picture().quantize(8)), KIND)
    yield Good("PSD transparent", "i.psd", lambda: document(matted()), KIND, colours=CUT)
    yield Good("PSD transparent, 16 bit", "j.psd", lambda: document(matted(), 16, deep_layers=True), KIND, colours=CUT)
    selection = Image.new("L", SIZE)
    yield Good("PSD with a saved selection", "k.psd", lambda: document(picture(), spare=[selection]), KIND)
    yield Good("PSB", "a.psb", lambda: document(picture(), large=True), KIND)
    transparent = document(matted(), 16, large=True, deep_layers=True)
    yield Good("PSB transparent, 16 bit", "b.psb", lambda: transparent, KIND, colours=CUT)
    big = (5000, 3000)
    yield Good("PSD of 15 megapixels", "l.psd", lambda: document(picture(big), packed=False), KIND, size=big)
    tagged = generate.corners(SIZE, STORED)
    yield Good("PSD with a profile", "m.psd", lambda: document(tagged, profile=PROFILE), KIND, colours=SEEN)


def bad() -> Iterator[Bad]:
    """Cut off, without a composite, too large, of a rare kind."""
    whole = document(picture())
    yield Bad("half a PSD", "a.psd", lambda: half(whole), KIND, "truncated|broken_file")
    yield Bad("the head of a PSD", "b.psd", lambda: whole[:30], KIND, "truncated")
    yield Bad(
        "a PSD without its composite", "c.psd", lambda: document(picture(), composite=False), KIND, "no_composite"
    )
    yield Bad("a PSD bomb", "d.psd", lambda: bomb(300_000, 300_000), KIND, "too_large")
    yield Bad("a PSD of 2^31", "e.psd", lambda: bomb(2**31, 1), KIND, "broken_file")
    yield Bad("a PSD of no channels", "f.psd", lambda: whole[:12] + b"\0\0" + whole[14:], KIND, "broken_file")
    yield Bad("a PSD of 32 bits", "g.psd", lambda: whole[:22] + b"\0\x20" + whole[24:], KIND, "unsupported_variant")
    yield Bad("a PSD of endless resources", "h.psd", lambda: whole[:30] + b"\xff" * 4 + whole[34:], KIND, "truncated")
    noise = whole[: len(whole) // 2] + b"\x81" * (len(whole) // 2)
    yield Bad("a PSD with noise", "i.psd", lambda: noise, KIND, "broken_file|truncated|")


def bomb(width: int, height: int) -> bytes:
    """A head, and nothing behind it."""
    return struct.pack(">4sH6xHIIHH", b"8BPS", 2, 3, height, width, 8, 3) + bytes(64)


__all__ = ["bad", "cut_out", "document", "good"]
