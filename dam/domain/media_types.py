"""The allow-list of types that we decode, and how content tells which one it is.

Rule: a type is read from the first bytes, never from a name or a header of a request. What is not on the list is kept
and delivered as it is, and gets no renditions. Signatures: PNG (W3C PNG 5.2), JPEG (ITU T.81 B.1.1.3), WebP (RFC 9649).
"""

from dataclasses import dataclass

HEAD_SIZE = 64
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type on the list: its IANA name, its kind, and the usual endings of file names, the best first."""

    name: str
    kind: str
    extensions: tuple[str, ...]


JPEG = MediaType("image/jpeg", "image", ("jpg", "jpeg"))
PNG = MediaType("image/png", "image", ("png",))
WEBP = MediaType("image/webp", "image", ("webp",))
OTHER = MediaType(UNKNOWN, "other", ())

DECODED = {each.name: each for each in (JPEG, PNG, WEBP)}


def sniff(head: bytes) -> MediaType:
    """The type that the first ``HEAD_SIZE`` bytes show; OTHER if none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return OTHER
