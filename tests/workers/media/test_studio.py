"""The whole way: a file through the template into a confined child and back; and what happens when something dies."""

import io
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from PIL import Image

from tests.corpus import papers
from tests.workers.media import generate
from workers.media import courier
from workers.media.confine import probe
from workers.media.courier import TemplateDied
from workers.media.plan import MIB, Limits, MediaFailure, MediaUnavailable, Spec
from workers.media.results import Rendered
from workers.media.studio import Studio

SPECS = [Spec("thumb-256", 256), Spec("large-2048", 2048), Spec("preview-1024", 1024)]
SMALL = [Spec("thumb", 32)]
PICTURE = generate.encoded(generate.corners((300, 200), [(250, 0, 0), (0, 250, 0), (0, 0, 250), (9, 9, 9)]), "PNG")
SLOW = generate.flat_jpeg(22000, 22000)  # 484 megapixels in 6 MB: a third of a second of honest work, at least


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as open_studio:
        yield open_studio


def render(studio: Studio, data: bytes, format_: str = "PNG", specs: list[Spec] = SMALL) -> Rendered:
    return studio.render(io.BytesIO(data), format_, specs)


def code_of(studio: Studio, data: bytes, format_: str) -> str:
    with pytest.raises(MediaFailure) as caught:
        render(studio, data, format_)
    return caught.value.code


def template_of(studio: Studio) -> courier.Template:
    assert studio._current is not None
    return studio._current


def children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def wait_for_child(studio: Studio) -> int:
    """A child that works: one that is stopped before it is confined could not even die with its parent."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if (template := studio._current) is None:
            continue
        for child in children(template.pid):
            if is_confined(child) or not template.sandbox.seccomp:
                return child
    raise AssertionError("no child was forked")


def is_confined(pid: int) -> bool:
    try:
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
    return False


def test_renditions_by_name(studio: Studio) -> None:
    data = generate.encoded(generate.corners((3000, 2000), [(250, 0, 0)] * 4), "JPEG")
    with render(studio, data, "JPEG", SPECS) as result:
        sizes = {name: (file.width, file.height, file.media_type) for name, file in result.files.items()}
        assert sizes == {
            "thumb-256": (256, 171, "image/webp"),
            "large-2048": (2048, 1365, "image/webp"),
            "preview-1024": (1024, 683, "image/webp"),
        }
        for file in result.files.values():
            content = file.file.read()
            assert len(content) == file.size
            assert Image.open(io.BytesIO(content)).size == (file.width, file.height)
        assert (result.properties.width, result.properties.height) == (3000, 2000)


def test_an_avif_of_so_many_bytes_at_most_is_made_behind_every_fence(studio: Studio) -> None:
    noisy = Image.frombytes("RGB", (200, 150), random.Random(7).randbytes(200 * 150 * 3))
    source = io.BytesIO(generate.encoded(noisy, "PNG"))
    with studio.render(source, "PNG", [Spec("small", 200, "AVIF", 70, max_bytes=12_000)]) as made:
        file = made.files["small"]
        assert (file.media_type, file.width, file.height) == ("image/avif", 200, 150)
        assert 0 < file.size <= 12_000


def test_no_more_decode_at_once_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go = threading.Event(), threading.Event()

    def held(self: courier.Template, *_: object) -> None:
        inside.set()
        go.wait(30)
        raise MediaUnavailable("enough seen")

    monkeypatch.setattr(courier.Template, "exchange", held)
    with Studio(at_once=1) as one, ThreadPoolExecutor(1) as threads:
        made = threads.submit(render, one, PICTURE)
        assert inside.wait(30)
        room = one._room.acquire(blocking=False)
        go.set()
        assert not room
        assert isinstance(made.exception(), MediaUnavailable)
        assert one._room.acquire(blocking=False)  # what failed has made room, too


def test_a_file_is_read_whole_and_left_as_it_was(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "secret name.jpg"
    path.write_bytes(PICTURE)
    with path.open("r+b") as file:
        file.seek(17)
        studio.render(file, "PNG", SMALL).close()
        assert file.tell() == 17
    assert path.read_bytes() == PICTURE


def test_the_child_can_not_write_to_the_original(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(PICTURE)
    modes = []

    def noted(self: courier.Template, request: object, descriptors: list[int], *_: object) -> None:
        modes.append(os.pread(descriptors[0], 8, 0))
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptors[0], b"x")
        raise MediaUnavailable("enough seen")

    monkeypatch.setattr(courier.Template, "exchange", noted)
    for source in (path.open("r+b"), cast(BinaryIO, io.BytesIO(PICTURE))):
        with source, pytest.raises(MediaUnavailable):
            studio.render(source, "PNG", SMALL)
    assert modes == [PICTURE[:8]] * 2


@pytest.mark.parametrize(
    ("data", "format_", "code"),
    [
        (b"", "PNG", "broken_file"),
        (b"just words", "PNG", "broken_file"),
        (PICTURE[: len(PICTURE) // 2], "PNG", "truncated"),
        (PICTURE, "JPEG", "broken_file"),
        (PICTURE, "XCF", "unsupported_type"),
        (generate.png_bomb(), "PNG", "too_large"),
        (generate.webp_bomb(), "WEBP", "too_large"),
        (generate.flat_jpeg(65500, 65500 // 8), "JPEG", "too_large"),
    ],
)
def test_a_bad_file_ends_with_a_code(studio: Studio, data: bytes, format_: str, code: str) -> None:
    assert code_of(studio, data, format_) == code


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_twelve_megapixels_of_png_fit(studio: Studio, mode: str) -> None:
    data = generate.encoded(Image.new(mode, (4000, 3000), (9, 99, 200)), "PNG", compress_level=1)
    with render(studio, data, "PNG", SPECS) as result:
        assert result.properties.dominant_colour == "#0963c8"


def test_a_hundred_megapixels_of_jpeg_fit(studio: Studio) -> None:
    with render(studio, generate.flat_jpeg(12000, 8400), "JPEG", SPECS) as result:
        assert result.properties.width == 12000


def test_too_little_memory_is_named() -> None:
    data = generate.encoded(Image.new("RGB", (5000, 4000)), "PNG", compress_level=1)
    with Studio(Limits(data=64 * MIB)) as studio:
        assert code_of(studio, data, "PNG") == "out_of_memory"
        render(studio, PICTURE).close()


def test_an_output_beyond_its_limit_is_refused() -> None:
    with Studio(Limits(output=100)) as studio:
        assert code_of(studio, PICTURE, "PNG") == "crashed"


def test_slow_work_ends_at_the_deadline() -> None:
    with Studio(Limits(seconds=0.03)) as studio:
        assert code_of(studio, SLOW, "JPEG") == "timed_out"


def test_a_small_file_may_use_little_of_the_processor(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it asks for; a large one has more, up to the deadline, and a sound, all of which is heard, more."""
    given = []

    def noted(self: courier.Template, request: dict[str, dict[str, float]], *_: object) -> None:
        given.append((request["limits"]["cpu"], request["limits"]["seconds"]))
        raise MediaUnavailable("enough seen")

    monkeypatch.setattr(courier.Template, "exchange", noted)
    for size, format_ in ((1, "PNG"), (40 * MIB, "PNG"), (10_000 * MIB, "PNG"), (4 * MIB, "OGG")):
        with (tmp_path / "a").open("w+b") as file:
            os.truncate(file.fileno(), size)
            with pytest.raises(MediaUnavailable):
                studio.render(file, format_, SMALL)
    assert {seconds for _, seconds in given} == {60.0}
    assert [round(cpu, 1) for cpu, _ in given] == [8.0, 18.0, 60.0, 40.0]


def test_a_child_that_does_nothing_ends_at_the_deadline() -> None:
    """A stopped process uses no time on the processor: only a clock outside of it can end it."""
    # Long enough that a busy machine sees the child before.
    with Studio(Limits(seconds=2)) as studio, ThreadPoolExecutor(1) as pool:
        result = pool.submit(render, studio, SLOW, "JPEG")
        os.kill(wait_for_child(studio), signal.SIGSTOP)
        with pytest.raises(MediaFailure) as caught:
            result.result(90)
        assert caught.value.code == "timed_out"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGSEGV, "crashed"), (signal.SIGKILL, "out_of_memory")])
def test_a_child_that_dies_is_a_code_and_the_next_file_works(studio: Studio, number: int, code: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(render, studio, SLOW, "JPEG")
        os.kill(wait_for_child(studio), number)
        with pytest.raises(MediaFailure) as caught:
            result.result(90)
    assert caught.value.code == code
    render(studio, PICTURE).close()


def test_the_child_runs_confined() -> None:
    with Studio() as studio, ThreadPoolExecutor(1) as pool:
        result = pool.submit(render, studio, SLOW, "JPEG")
        pid = wait_for_child(studio)
        while probe().seccomp and not is_confined(pid):
            assert not result.done(), "the child never had a filter"
        os.kill(pid, signal.SIGSTOP)
        status = Path(f"/proc/{pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        user = status.split("Uid:")[1].split()[1]
        assert user == ("65534" if os.geteuid() == 0 else str(os.geteuid()))
        if os.geteuid() == 0:  # the owner alone may look, and a process that is not dumpable belongs to root
            names = sorted(int(name.name) for name in Path(f"/proc/{pid}/fd").iterdir())
            assert names == [0, 1, 2, 3, 4, 5]
        os.kill(pid, signal.SIGCONT)
        result.result(60).close()


def test_a_library_that_is_not_there_is_our_trouble_and_hurts_no_other_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """``pypdfium2`` is found here first, and can't be loaded."""
    (tmp_path / "pypdfium2.py").write_text("raise ImportError('no pdfium here')")
    monkeypatch.setattr(courier, "_SINGLE", {**courier._SINGLE, "PYTHONPATH": f"{tmp_path}:{courier._ROOT}"})
    with Studio() as studio:
        render(studio, PICTURE).close()
        first = template_of(studio).pid
        with pytest.raises(MediaUnavailable):
            render(studio, b"%PDF-1.7", "PDF")
        render(studio, PICTURE).close()
        assert template_of(studio).pid == first
    assert "no pdfium here" in capfd.readouterr().err


def test_no_secret_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_SECRET_KEY", "hunter2")
    with Studio() as studio:
        render(studio, PICTURE).close()
        environment = Path(f"/proc/{template_of(studio).pid}/environ").read_bytes().split(b"\0")
    names = {entry.partition(b"=")[0] for entry in environment if entry}
    assert names == {b"PYTHONPATH", b"LC_ALL", b"GLIBC_TUNABLES", *(name.encode() for name in courier._SINGLE)}


def test_a_template_killed_in_the_middle_is_replaced_and_its_child_is_gone() -> None:
    with Studio() as studio, ThreadPoolExecutor(1) as pool:
        result = pool.submit(render, studio, SLOW, "JPEG")
        child = wait_for_child(studio)
        os.kill(child, signal.SIGSTOP)
        first = template_of(studio).pid
        os.kill(first, signal.SIGKILL)
        result.result(90).close()
        assert gone(child)
        assert template_of(studio).pid != first


def test_a_template_that_dies_each_time_is_our_trouble(monkeypatch: pytest.MonkeyPatch, studio: Studio) -> None:
    def dies(*_: object) -> None:
        raise TemplateDied

    monkeypatch.setattr(courier.Template, "exchange", dies)
    with pytest.raises(MediaUnavailable):
        render(studio, PICTURE)


def test_a_template_that_hangs_is_our_trouble_and_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with Studio() as studio:
        render(studio, PICTURE).close()
        first = template_of(studio).pid
        os.kill(first, signal.SIGSTOP)
        # Little patience with the one that hangs only: who is well may be slow on a busy machine.
        monkeypatch.setattr("workers.media.studio._GRACE_SECONDS", 0.0)
        monkeypatch.setattr(studio, "_limits", Limits(seconds=0.5))
        with pytest.raises(MediaUnavailable):
            render(studio, PICTURE)
        assert gone(first)
        monkeypatch.undo()
        render(studio, PICTURE).close()


def test_a_template_that_does_not_start_is_our_trouble(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(courier, "_ROOT", tmp_path)
    (tmp_path / "workers/media").mkdir(parents=True)
    for name in ("workers/__init__.py", "workers/media/__init__.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "workers/media/template.py").write_text("raise SystemExit('no Pillow here')")
    with Studio() as studio, pytest.raises(MediaUnavailable):
        render(studio, PICTURE)
    monkeypatch.setattr("sys.executable", str(tmp_path / "no python"))
    with Studio() as studio, pytest.raises(MediaUnavailable):
        render(studio, PICTURE)
    assert "no Pillow here" in capfd.readouterr().err


def test_a_template_ends_with_its_worker() -> None:
    with Studio() as studio, ThreadPoolExecutor(1) as pool:
        result = pool.submit(render, studio, SLOW, "JPEG")
        child = wait_for_child(studio)
        os.kill(child, signal.SIGSTOP)
        template = template_of(studio)
        template._lifeline.close()  # what the end of this process would do
        assert gone(child)
        assert gone(template.pid)
        result.result(90).close()


def test_close_ends_what_runs() -> None:
    with ThreadPoolExecutor(1) as pool:
        studio = Studio()
        result = pool.submit(render, studio, SLOW, "JPEG")
        child = wait_for_child(studio)
        os.kill(child, signal.SIGSTOP)
        template = template_of(studio).pid
        studio.close()
        assert gone(child)
        assert gone(template)
        result.result(90).close()
        studio.close()


def test_two_children_run_at_once_and_answers_do_not_mix() -> None:
    pictures = {(n, 7): generate.encoded(Image.new("RGB", (n, 7), (n, n, n)), "PNG") for n in range(20, 40)}

    def sides(studio: Studio, data: bytes) -> tuple[int | None, int | None]:
        with render(studio, data, specs=[Spec("a", 64)]) as result:
            return result.files["a"].width, result.files["a"].height

    with Studio() as studio, ThreadPoolExecutor(5) as pool:
        stopped = pool.submit(render, studio, SLOW, "JPEG")
        child = wait_for_child(studio)
        os.kill(child, signal.SIGSTOP)
        assert list(pool.map(lambda data: sides(studio, data), pictures.values())) == list(pictures)
        os.kill(child, signal.SIGCONT)
        stopped.result(60).close()


def test_a_template_is_replaced_after_its_share() -> None:
    with Studio(most_children=2) as studio:
        pids = []
        for _ in range(5):
            render(studio, PICTURE).close()
            pids.append(template_of(studio).pid)
        assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 1]
        assert gone(pids[0])


def test_an_idle_template_is_let_go_and_a_busy_one_is_not() -> None:
    with Studio() as studio, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(render, studio, SLOW, "JPEG")
        child = wait_for_child(studio)
        os.kill(child, signal.SIGSTOP)
        first = template_of(studio).pid
        studio.rest(idle_s=0)
        os.kill(child, signal.SIGCONT)
        waiting.result(60).close()
        studio.rest(idle_s=3600)
        assert template_of(studio).pid == first
        studio.rest(idle_s=0)
        assert gone(first)
        render(studio, PICTURE).close()
        assert template_of(studio).pid != first


def test_nothing_leaks_over_many_files() -> None:
    def open_in(process: object) -> int:
        return len(list(Path(f"/proc/{process}/fd").iterdir()))

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    large = generate.flat_jpeg(6000, 4000)
    with Studio() as studio:
        studio.sandbox()
        template = template_of(studio).pid
        before, there, memory = open_in("self"), open_in(template), resident()
        for index in range(50):
            if index % 10 == 0:
                render(studio, large, "JPEG").close()
            elif index % 2:
                render(studio, PICTURE).close()
            else:
                code_of(studio, b"broken", "PNG")
        assert open_in("self") == before
        assert resident() - memory < 32 * MIB
        end = time.monotonic() + 30
        while open_in(template) != there:  # it closes the last verdict after we have read it
            assert time.monotonic() < end


def test_the_template_says_what_holds_here(studio: Studio) -> None:
    assert studio.sandbox() == probe()


def test_the_words_of_a_document_are_told(studio: Studio) -> None:
    data = papers.pdf([papers.said(b"Tulips in spring"), b"", papers.said(b"Gr\xfc\xdfe")], page=papers.HELVETICA)
    with studio.render(io.BytesIO(data), "PDF", SPECS) as made:
        assert made.properties.metadata == {"text": "Tulips in spring Grüße"}
