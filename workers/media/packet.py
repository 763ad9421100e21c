"""The XMP packet that is written into a copy (ISO 16684-1): what the asset says of itself, and nothing of the original.

Belongs here: text to bytes, the same for the same text. Must not: trust the text; it is escaped, and is one line.
"""

from collections.abc import Mapping

from workers.media.plan import LONGEST_WORD, WORDS, one_line

_LANGUAGES = '<rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>'
# As the IPTC Photo Metadata Standard 2024.1 maps them to XMP.
_PARTS: Mapping[str, tuple[str, str]] = {
    "title": ("dc:title", _LANGUAGES),
    "alt_text": ("Iptc4xmpCore:AltTextAccessibility", _LANGUAGES),
    "rights": ("dc:rights", _LANGUAGES),
    "creator": ("dc:creator", "<rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq>"),
    "credit": ("photoshop:Credit", "{}"),
}
_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
)
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {}>'
    '<rdf:Description rdf:about="">{}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def packet(words: Mapping[str, str]) -> bytes:
    """The packet, by the names of ``WORDS``; empty where nothing is said."""
    said = {name: one_line(words[name], LONGEST_WORD) for name in WORDS if name in words}
    parts = "".join(_part(*_PARTS[name], text) for name, text in said.items() if text)
    return _PACKET.format(_SPACES, parts).encode() if parts else b""


def _part(name: str, shape: str, text: str) -> str:
    return f"<{name}>{shape.format(_escaped(text))}</{name}>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
