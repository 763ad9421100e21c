"""Programs that draw documents: the contract by a small stand-in (Bash), which is told to do what it may not; and the
real ones, where they are found.
"""

import contextlib
import io
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from tests.corpus import drawn, papers
from tests.corpus.cases import Good
from tests.corpus.hostile.archives import documents, printed
from tests.corpus.hostile.case import TOKEN, Canary
from tests.workers.media.test_corpus import look
from workers.media import programs, workshop
from workers.media.confine import probe
from workers.media.encoder import files_of
from workers.media.plan import Limits, MediaFailure, MediaUnavailable, Spec
from workers.media.programs import MADE, SOURCE, Command, Program
from workers.media.studio import Studio

needs_fences = pytest.mark.skipif(
    probe().level != "full", reason="LOUD: not every fence holds here, no program draws documents"
)
BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None, reason="LOUD: no Bash, the fences of programs are not tried out")
SPECS = [Spec("large", 1024, quality=95)]
COPY = f"IFS= read -r -d '' all < {SOURCE}; printf %s \"$all\" > {MADE}\n"
PAGE = papers.pdf([papers.drawn()])


def stand_in(script: str, trees: Sequence[str] = ("/usr/lib", "/lib"), again: int | None = None) -> programs.Find:
    """A program that does what ``script`` says, in its folder."""
    path = str(Path(BASH or "").resolve())

    def command(home: str) -> Command:
        argv = (path, "--norc", "-c", f"cd {home} || exit 9\n{script}")
        return Command(argv, {"LC_ALL": "C", "HOME": home}, again)

    there = tuple(each for each in trees if Path(each).exists())
    return lambda _: Program("Stand-in", "1", files_of(path), there, command)


def drawn_by(find: programs.Find, data: bytes = PAGE) -> tuple[dict[str, object], Image.Image]:
    with Studio(find=find) as studio, studio.render(io.BytesIO(data), "EPS", SPECS) as made:
        about = made.properties
        told = {"format": about.format, **about.details, **about.metadata}
        return told, Image.open(io.BytesIO(made.files["large"].file.read()))


@needs_fences
@needs_bash
def test_what_a_program_makes_is_shown_and_its_folder_is_gone(tmp_path: Path) -> None:
    with open_to_all(tmp_path) as folder:
        told, image = drawn_by(stand_in(f"[ -e first ] || {{ : > first; exit 81; }}\n{COPY}", again=81))
        assert list(folder.iterdir()) == []
    assert told == {"format": "EPS", "pages": 1}
    look(image, Good("", "", bytes, ""))


@contextlib.contextmanager
def open_to_all(_: Path) -> Iterator[Path]:
    """Where temporary files are made meanwhile: who has become nobody has to get there."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        patch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@needs_fences
@needs_bash
def test_a_program_reads_writes_starts_and_reaches_nothing_but_its_own(tmp_path: Path) -> None:
    with open_to_all(tmp_path) as folder, socket.socket() as door:
        (folder / "secret").write_text(TOKEN)
        (folder / "secret").chmod(0o644)
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.setblocking(False)
        host, port = door.getsockname()
        attempts = [
            "read x < /etc/passwd",
            f"read x < {folder}/secret",
            "read x < /proc/self/environ",
            f": > {folder}/left",
            ": > /tmp/left-by-a-document",
            f": >> {folder}/secret",
            'set -- /etc/p*; [ -e "$1" ]',
            f": > /dev/tcp/{host}/{port}",
            f": > /dev/udp/{host}/{port}",
            "kill -0 $PPID",
        ]
        tried = "".join(
            f"if {{ {each}; }} 2> /dev/null; then exit {number}; fi\n" for number, each in enumerate(attempts, 20)
        )
        told, _ = drawn_by(stand_in(tried + COPY))
        with pytest.raises(BlockingIOError):
            door.accept()
        assert (folder / "secret").read_text() == TOKEN
    assert told["pages"] == 1


@needs_bash
def test_the_attempts_work_where_nothing_holds_them(tmp_path: Path) -> None:
    """The control: else the test above would prove nothing."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        host, port = door.getsockname()
        for attempt in (
            "read x < /etc/passwd",
            f": > {tmp_path}/left",
            f": > /dev/tcp/{host}/{port}",
            "kill -0 $PPID",
            "(:)",
        ):
            assert subprocess.run([str(BASH), "-c", attempt], check=False).returncode == 0, attempt


@needs_fences
@needs_bash
@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 3", "broken_file"),
        (":", "broken_file"),
        (f"printf nothing > {MADE}", "broken_file"),
        ("while :; do :; done", "timed_out"),
        ("x=12345678; while :; do x=$x$x; done", "out_of_memory"),
        (f"x=0123456789abcdef; while :; do printf %s%s $x $x >> {MADE} || exit 4; done", "broken_file"),
        ("exec /bin/true", "crashed"),
        (f"(:)\n{COPY}", "broken_file"),
    ],
)
def test_a_program_that_fails_costs_one_file_its_preview(
    script: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "LIMITS", Limits(seconds=20, cpu=1, output=200_000, data=64 << 20, descriptors=256))
    with pytest.raises(MediaFailure) as caught:
        drawn_by(stand_in(script))
    assert caught.value.code == code, caught.value


@needs_fences
def test_a_program_that_is_not_there_any_more_is_our_trouble() -> None:
    gone = Program("Gone", "1", (files_of("/bin/sh")[0],), (), lambda home: Command(("sh", home), {}))
    with Studio(find=lambda _: gone) as studio, pytest.raises(MediaUnavailable):
        studio.render(io.BytesIO(b"%!PS\n"), "EPS", SPECS)


@pytest.mark.parametrize("format_", sorted(programs.WANTED))
def test_without_a_program_it_says_which_would_help(format_: str) -> None:
    wanted = programs.WANTED[format_]
    with Studio(find=programs.none) as studio, pytest.raises(MediaFailure) as caught:
        studio.render(io.BytesIO(drawn.word() if format_ == "OFFICE" else b"%!PS\n"), format_, SPECS)
    assert caught.value.code == wanted.missing
    assert wanted.packages in caught.value.sentence


def test_what_a_program_left_is_opened_only_as_a_plain_file() -> None:
    with tempfile.TemporaryFile() as source:
        source.write(PAGE)
        source.flush()
        with workshop.opened(source.fileno()) as folder:
            assert (folder / SOURCE).read_bytes() == PAGE
            made = folder / MADE
            assert workshop.made(folder) is None
            made.symlink_to("/etc/passwd")
            assert workshop.made(folder) is None
            made.unlink()
            os.mkfifo(made)
            assert workshop.made(folder) is None
            made.unlink()
            made.mkdir()
            assert workshop.made(folder) is None
            made.rmdir()
            made.write_bytes(b"")
            assert workshop.made(folder) is None
            made.write_bytes(b"a page")
            found = workshop.made(folder)
            assert found is not None
            assert os.read(found, 9) == b"a page"
            os.close(found)
        assert not folder.exists()
        source.truncate(programs.LARGEST + 1)
        with pytest.raises(MediaFailure), workshop.opened(source.fileno()):
            pass


def test_what_programs_may_read_is_theirs(tmp_path: Path) -> None:
    own = tmp_path / "office"
    own.mkdir()
    for tree in programs._trees(own):
        assert not Path("/etc/passwd").is_relative_to(tree)
        assert not (tmp_path / "other").is_relative_to(tree)
        assert not Path("/proc").is_relative_to(tree)
    assert str(own) in programs._trees(own)


def real(format_: str) -> pytest.MarkDecorator:
    name = programs.WANTED[format_].name
    missing = programs.find(format_) is None
    return pytest.mark.skipif(missing, reason=f"LOUD: no {name} here: that it draws is not seen")


@pytest.fixture(scope="module")
def open_studio() -> Iterator[Studio]:
    with Studio() as one:
        yield one


REAL = [
    *(pytest.param("EPS", case, marks=[needs_fences, real("EPS")], id=case.name) for case in drawn.printed()),
    *(pytest.param("OFFICE", case, marks=[needs_fences, real("OFFICE")], id=case.name) for case in drawn.offices()),
]


@pytest.mark.parametrize(("format_", "case"), REAL)
def test_a_document_is_drawn(open_studio: Studio, format_: str, case: Good) -> None:
    with open_studio.render(io.BytesIO(case.make()), format_, SPECS) as made:
        assert (made.properties.width, made.properties.height) == case.size
        assert dict(made.properties.details) == dict(case.properties)
        if case.filename != "b.odg":
            assert made.properties.metadata["text"] == drawn.WORDS
        look(Image.open(io.BytesIO(made.files["large"].file.read())), case)


HOSTILE = [
    pytest.param("EPS", name, marks=[needs_fences, real("EPS")])
    for name in ("PostScript that runs a program", "PostScript that reads a file", "PostScript without end")
]
HOSTILE += [
    pytest.param("OFFICE", name, marks=[needs_fences, real("OFFICE")])
    for name in ("Word: a template at http", "OpenDocument: an entity")
]


@pytest.mark.parametrize(("format_", "name"), HOSTILE)
def test_a_hostile_document_reads_nothing_and_calls_nobody(
    open_studio: Studio, format_: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "LIMITS", Limits(seconds=45, cpu=3, output=64 << 20, descriptors=256))
    with open_to_all(tmp_path) as folder, socket.socket() as door:
        (folder / "canary.txt").write_text(TOKEN)
        (folder / "canary.txt").chmod(0o644)
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.setblocking(False)
        canary = Canary("{}:{}".format(*door.getsockname()), folder)
        data = dict((*documents(canary), *printed(canary)))[name]
        told = ""
        with contextlib.suppress(MediaFailure), open_studio.render(io.BytesIO(data), format_, SPECS) as made:
            told = repr(made.properties)
        assert TOKEN not in told
        with pytest.raises(BlockingIOError):
            door.accept()
