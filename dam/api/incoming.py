"""A file on its way in as multipart/form-data (RFC 7578), written to the object store while it is parsed.

Rule: memory stays flat, whatever is sent; what is sent is bounded in every direction (bytes, parts, the size of a
field); nothing is sealed or made visible here: only the operation does that, after its checks.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import request
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from dam.api.context import services
from dam.api.parsing import check_text, invalid
from dam.domain import filenames
from dam.domain.errors import FieldError, Invalid, TooLarge
from dam.domain.media_types import HEAD_SIZE
from dam.operations.uploads import Incoming
from dam.ports.objects import ObjectSink

MAX_PARTS = 500
MAX_FIELD = 256 << 10
MAX_FIELDS = 1 << 20
OVERHEAD = 4 << 20
"""What the fields and the boundaries may take beside the file."""

_BUFFER = 64 << 10
_MAX_BUFFERED = 1 << 20  # more without a line that ends the part's head is nothing that we know


@dataclass(slots=True)
class Form:
    """What was sent. ``values``: the texts under each name, in order; ``sha256``: of everything, where asked for."""

    values: dict[str, list[str]] = field(default_factory=dict)
    incoming: Incoming | None = None
    sha256: str | None = None

    def file(self) -> Incoming:
        """The file. Raises Invalid ``file_missing``."""
        if self.incoming is None:
            detail = "Send the file as the part named file, with a file name."
            raise Invalid("file_missing", detail, errors=(FieldError("file", "missing", detail),))
        return self.incoming


@contextmanager
def received(*, hashed: bool) -> Iterator[Form]:
    """The form, once all of it is here; whatever of the file was not taken by an operation is gone afterwards.

    Raises Invalid (``invalid_multipart``, ``invalid_filename``, ``too_many_files``), TooLarge, StorageFull,
    Unavailable.
    """
    decoder = MultipartDecoder(_boundary(), _MAX_BUFFERED, max_parts=MAX_PARTS)
    request.max_content_length = services().rules.max_upload + OVERHEAD
    with services().objects.receive() as sink:
        reader = _Reader(sink, services().rules.max_upload, hashlib.sha256() if hashed else None)
        try:
            _parse(decoder, reader)
        except ValueError as error:
            raise Invalid("invalid_multipart", "The body is not complete multipart/form-data.") from error
        yield reader.form()


def _boundary() -> bytes:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the file as multipart/form-data.")
    boundary = request.mimetype_params.get("boundary", "")
    # RFC 2046 allows 70 characters; werkzeug's own client sometimes makes one more.
    if not 1 <= len(boundary) <= 200 or not boundary.isascii():
        raise Invalid("invalid_multipart", "The Content-Type names no usable boundary.")
    return boundary.encode("ascii")


def _parse(decoder: MultipartDecoder, reader: "_Reader") -> None:
    stream = request.stream
    while True:
        data = stream.read(_BUFFER)
        decoder.receive_data(data or None)
        while not isinstance(event := decoder.next_event(), NeedData):
            if isinstance(event, Epilogue):
                return
            if isinstance(event, Field | File):
                reader.begin(event)
            elif isinstance(event, Data):
                reader.take(event.data, ends=not event.more_data)


class _Reader:
    """Where parts go: texts into a dictionary, the file into the sink."""

    def __init__(self, sink: ObjectSink, max_file: int, digest: "hashlib._Hash | None") -> None:
        self._sink = sink
        self._max_file = max_file
        self._digest = digest
        self._values: dict[str, list[str]] = {}
        self._fields = 0
        self._filename: str | None = None
        self._head = b""
        self._size = 0
        self._name = ""
        self._text: bytearray | None = None

    def begin(self, part: Field | File) -> None:
        """A new part. Raises Invalid for a second file, a file under another name, a name that can't be used."""
        self._name = _part_name(part)
        self._note(type(part).__name__, self._name)
        if isinstance(part, Field):
            self._text = bytearray()
            return
        self._text = None
        if self._name != "file" or self._filename is not None:
            code, detail = "too_many_files", "Send one file, as the part named file."
            raise Invalid(code, detail, errors=(FieldError(self._name, code, detail),))
        self._filename = filenames.clean(part.filename)
        self._note(self._filename)

    def take(self, data: bytes, *, ends: bool) -> None:
        """The next bytes of the part. Raises TooLarge, StorageFull, Unavailable."""
        if self._digest is not None:
            self._digest.update(data)
        if self._text is None:
            self._take_file(data)
        else:
            self._take_text(self._text, data, ends=ends)

    def form(self) -> Form:
        """Everything that came."""
        incoming = Incoming(self._sink, self._filename, self._head) if self._filename is not None else None
        return Form(self._values, incoming, self._digest.hexdigest() if self._digest else None)

    def _take_file(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max_file:
            raise TooLarge("too_large", f"A file may have up to {self._max_file} bytes.")
        if len(self._head) < HEAD_SIZE:
            self._head = (self._head + data[:HEAD_SIZE])[:HEAD_SIZE]
        self._sink.write(data)

    def _take_text(self, text: bytearray, data: bytes, *, ends: bool) -> None:
        text += data
        self._fields += len(data)
        if len(text) > MAX_FIELD or self._fields > MAX_FIELDS:
            raise TooLarge("too_large", f"A field may have up to {MAX_FIELD} bytes.")
        if ends:
            value = _decoded(self._name, bytes(text))
            self._values.setdefault(self._name, []).append(value)

    def _note(self, *texts: str) -> None:
        """Names count in the digest too, each with its length, so that no two forms look alike."""
        if self._digest is not None:
            for each in texts:
                encoded = each.encode()
                self._digest.update(b"\x00%d:%b" % (len(encoded), encoded))


def _part_name(part: Field | File) -> str:
    name: str | None = part.name
    if not name:
        raise Invalid("invalid_multipart", "A part has no name.")
    check_text(name, "form")
    return name


def _decoded(name: str, value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise invalid((FieldError(name, "invalid_text", "The text is not UTF-8."),)) from error
    check_text(text, name)
    return text
