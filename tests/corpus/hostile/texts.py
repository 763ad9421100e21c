"""Text: what is too long, too deep or too high for who draws it, lists that others would follow, letters that turn."""

from collections.abc import Iterator

from tests.corpus.hostile.case import KEPT, SHOWN, TOKEN, Canary, Hostile
from tests.corpus.hostile.films import playlist


def cases(canary: Canary) -> Iterator[Hostile]:
    """The first page is shown, as it is written."""
    for name, data in (*_lists(canary), *_long(), *_odd(), *_subtitles()):
        yield Hostile("texts", name, data, SHOWN)
    yield Hostile("texts", "zeros that begin as words", b"words" + bytes(100_000), KEPT)


def _lists(canary: Canary) -> Iterator[tuple[str, bytes]]:
    there = canary.references("canary.png")
    yield "a playlist and nothing else", playlist(canary)
    yield "a list of files and nothing else", f"ffconcat version 1.0\nfile '{canary.path('canary.ts')}'\n".encode()
    pictures = "\n".join(f"![a]({each}) [b]: {each}\n!include {each}" for each in there.values())
    yield "Markdown with pictures from elsewhere", f"# A\n{pictures}\n<script src='{there['http']}'></script>".encode()
    yield "JSON that refers to others", f'{{"$ref": "{there["http"]}", "$include": "{there["a file URL"]}"}}'.encode()
    yield "YAML that would run", f"!!python/object/apply:os.system ['cat {canary.path('canary.txt')}']".encode()
    formula = f"=WEBSERVICE(\"{there['http']}\"),=cmd|'/c type {canary.path('canary.txt')}'!A0\n"
    yield "a table of formulas", formula.encode()
    yield "subtitles with a picture", f'1\n00:00:00,000 --> 00:00:09,000\n<img src="{there["http"]}">\n'.encode()
    styled = f"WEBVTT\n\nSTYLE\n@import url({there['http']})\n\n00:00.000 --> 00:01.000\n<img src={there['http']}>a"
    yield "WebVTT with styles from elsewhere", styled.encode()


def _subtitles() -> Iterator[tuple[str, bytes]]:
    begin = b"1\n00:00:00,000 --> 00:00:09,000\n"
    yield "subtitles of a million cues", (begin + b"a\n\n") * 250_000
    yield "subtitles of a cue that does not end", begin + b"a\n" * 2_000_000
    yield "subtitles of tags that do not end", begin + b"<" * 100_000 + b"<b " * 100_000
    yield "subtitles of brackets", begin + b"{\\an" * 100_000
    yield "subtitles that end before they begin", b"1\n999:99:99,999 --> 00:00:00,000\n" + b"a" * 9000
    yield "subtitles in no encoding", begin + b"a " * 2500 + bytes(range(128, 256)) * 1000
    yield "WebVTT of arrows", b"WEBVTT\n\n" + b"00:00.000 --> " * 100_000
    yield "WebVTT of a note that does not end", b"WEBVTT\n\nNOTE\n" + b"-->\n" * 1_000_000


def _long() -> Iterator[tuple[str, bytes]]:
    yield "a line of 8 MB", b"a" * 8_000_000
    yield "two million lines", b"a" + b"\n" * 2_000_000
    yield "a million tabs", b"a" + b"\t" * 1_000_000
    yield "Markdown of 100,000 brackets", b"[" * 100_000
    yield "Markdown of 100,000 quotes", b">" * 100_000 + b" a"
    yield "Markdown of stars", b"**a" * 100_000
    yield "JSON as deep as a well", b'{"a":' * 100_000
    yield "a word that expands", b"a\n" + "\ufdfa".encode() * 20_000


def _odd() -> Iterator[tuple[str, bytes]]:
    above = "".join("\u0316\u0300"[number % 2] for number in range(16_000))
    yield "a letter under 16,000 accents", ("a" + above).encode()
    yield "words that turn", f"\u202e{TOKEN[:6]}\u2066\u2067\u202d exe.gpj\u202c".encode() * 500
    yield "joiners and nothing else", ("a" + "\u200d\u200c\ufe0f" * 10_000).encode()
    yield "characters of no plane", "".join(map(chr, range(0xE0000, 0xE2000))).encode() + b"a"
    yield "half a character at the end of what is looked at", b"a" * 4095 + "\u20ac".encode() * 10
    yield "words, and then none", b"a" * 5000 + bytes(range(128, 256)) * 100
