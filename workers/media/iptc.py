"""IPTC-IIM, the older block of agencies: creator, credit, rights, expiry and keywords.

Rule: records of the application (2) and the one that says in which characters they are written. Source: IPTC-NAA
Information Interchange Model 4.2 (1:90 for the characters, 2:25 to 2:116).
"""

from collections.abc import Iterator

from workers.media.written import Written, text

_CHARACTERS = (1, 90)
_KEYWORD, _EXPIRY_DAY, _EXPIRY_TIME = (2, 25), (2, 37), (2, 38)
_CREATOR, _CREDIT, _RIGHTS = (2, 80), (2, 110), (2, 116)
_LATIN = (b"\x1b.A", b"\x1b-A", b"\x1b/A")  # ISO 8859-1 as one of the sets that may be chosen
_MOST = 2000


def read(block: bytes) -> Written:
    """What is in the block, up to where it breaks off."""
    said: dict[tuple[int, int], list[bytes]] = {}
    for name, value in _records(block):
        said.setdefault(name, []).append(value)
    latin = any(each in value for value in said.get(_CHARACTERS, ()) for each in _LATIN)
    words = {name: [text(each, latin=latin) for each in values] for name, values in said.items()}
    found = Written("iptc")
    found.say("creator", ", ".join(words.get(_CREATOR, ())))
    found.say("credit", ", ".join(words.get(_CREDIT, ())))
    found.say("rights", ", ".join(words.get(_RIGHTS, ())))
    found.expire(_moment("".join(words.get(_EXPIRY_DAY, ())), "".join(words.get(_EXPIRY_TIME, ()))))
    found.offer(words.get(_KEYWORD, ()))
    return found


def _records(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    for _ in range(_MOST):
        if len(block) < at + 5 or block[at] != 0x1C:
            return
        name, length = (block[at + 1], block[at + 2]), int.from_bytes(block[at + 3 : at + 5], "big")
        value = block[at + 5 : at + 5 + length]
        if length > 0x7FFF or len(value) < length:  # an extended length is for pictures, or it is wrong
            return
        yield name, value
        at += 5 + length


def _moment(day: str, time: str) -> str:
    """``20270131`` and ``120000+0100`` as ISO 8601 has them."""
    if len(day) != 8:
        return ""
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if len(time) != 11:
        return date
    return f"{date}T{time[:2]}:{time[2:4]}:{time[4:6]}{time[6:9]}:{time[9:]}"
