"""What a bucket is told of the bytes that it gets: browsers and caches believe it."""

import pytest

from dam.channels.s3_staging import type_of


@pytest.mark.parametrize(
    ("key", "head", "said"),
    [
        ("hero.bin", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("page.html", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("site.css", b"p {}", "text/css"),
        ("prices.csv", b"a,b", "text/csv"),
        ("made.json", b"{}", "application/json"),
        ("notes.txt", b"words", "text/plain"),
        ("sign.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("sign.bin", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/octet-stream"),
        ("nothing", b"?", "application/octet-stream"),
    ],
)
def test_pictures_are_what_they_are_and_the_rest_what_it_is_called(key: str, head: bytes, said: str) -> None:
    assert type_of(key, head) == said
