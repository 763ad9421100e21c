"""Programs of their own that draw what no library here can: Ghostscript for PostScript, LibreOffice for office
documents. Each makes a PDF, of which the strict child then makes the renditions.

Belongs here: which programs are found, which files they are made of and may read, and their command lines. Asked once
in a process. Must not: let one look at anybody's file; that is for ``child``, behind its fences.
"""

import functools
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from workers.media.encoder import files_of
from workers.media.plan import MIB, Limits, MediaFailure

SOURCE, MADE = "document", "document.pdf"
"""In the folder that a program gets: what it reads, and what it makes of that."""
LARGEST = 256 * MIB
"""Of a document, in bytes: it is copied."""
LIMITS = Limits(seconds=45.0, output=64 * MIB, descriptors=256, cpu=10.0)
"""An office document of a few pages takes a second on the processor, and 200 MiB."""

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share", "/usr/local/share/fonts")
_SETTINGS = (
    "/etc/fonts",
    "/etc/ghostscript",
    "/etc/libreoffice",
    "/etc/ld.so.cache",
    "/etc/papersize",
    "/etc/localtime",
)
_KEPT = (
    "/var/cache/fontconfig",
    "/var/lib/ghostscript",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/dev/urandom",
)
_AGAIN = 81  # LibreOffice says that it wants to be started once more, after it has made its settings
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Command:
    """What is executed, once more if it ends with ``again``."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    again: int | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """``files``: the program, its loader and its libraries, the program first; ``trees``: what else it may read;
    ``command``: how it makes MADE of SOURCE in a folder."""

    name: str
    version: str
    files: tuple[str, ...]
    trees: tuple[str, ...]
    command: Callable[[str], Command]

    @property
    def path(self) -> str:
        return self.files[0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A program as people know it: what it shows, the Debian packages that it comes in, the code of the reason where
    it is missing, its path (None if it is not found), and what is known of the one at such a path."""

    name: str
    shows: str
    packages: str
    missing: str
    where: Callable[[], str | None]
    look: Callable[[str], Program]

    @property
    def advice(self) -> str:
        return f"Install {self.name} (Debian: {self.packages})."


def _ghostscript(path: str) -> Program:
    def command(home: str) -> Command:
        said = ("-dSAFER", "-dBATCH", "-dNOPAUSE", "-q", "-sDEVICE=pdfwrite", "-dEPSCrop")
        return Command((path, *said, f"-sOutputFile={home}/{MADE}", f"{home}/{SOURCE}"), _environment(home))

    return Program("Ghostscript", _said(path, "--version"), files_of(path), _trees(), command)


def _libreoffice(path: str) -> Program:
    def command(home: str) -> Command:
        settings = (f"-env:UserInstallation=file://{home}/settings", f"-env:OSL_SOCKET_PATH={home}")
        said = ("--headless", "--norestore", "--nologo", "--convert-to", "pdf", "--outdir", home)
        return Command((path, *settings, *said, f"{home}/{SOURCE}"), _environment(home), _AGAIN)

    return Program("LibreOffice", _version(Path(path)), files_of(path), _trees(Path(path).parents[1]), command)


def _soffice() -> str | None:
    """The program itself: what is on the PATH is a script that would start a second process."""
    script = _on_path("soffice") or _on_path("libreoffice")
    path = Path(script).with_name("soffice.bin") if script else None
    return str(path) if path is not None and path.is_file() else None


def _gs() -> str | None:
    return _on_path("gs")


def _on_path(name: str) -> str | None:
    found = shutil.which(name)
    return str(Path(found).resolve()) if found else None


def _environment(home: str) -> dict[str, str]:
    return {"HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8"}


def _trees(*own: Path) -> tuple[str, ...]:
    wanted = (*_LIBRARIES, *_SETTINGS, *_KEPT, *map(str, own))
    return tuple(each for each in wanted if Path(each).exists())


def _said(path: str, *arguments: str) -> str:
    """The first line; of what does not answer, that."""
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return _UNKNOWN
    return done.stdout.partition("\n")[0][:60] or _UNKNOWN


_UNKNOWN = "of an unknown version"


def _version(path: Path) -> str:
    """As it is written beside the program: to ask it would make it write its settings."""
    notes = path.with_name("versionrc")
    found = re.search(r"UpdateID=LibreOffice_(\d{1,3})", notes.read_text("utf-8")) if notes.is_file() else None
    return found.group(1) if found else _UNKNOWN


WANTED: Mapping[str, Wanted] = MappingProxyType(
    {
        "EPS": Wanted("Ghostscript", "PostScript drawings", "ghostscript", "no_ghostscript", _gs, _ghostscript),
        "OFFICE": Wanted(
            "LibreOffice",
            "office documents",
            "libreoffice-writer-nogui, libreoffice-calc-nogui, libreoffice-impress-nogui",
            "no_libreoffice",
            _soffice,
            _libreoffice,
        ),
    }
)
"""By the name of the type's decoder in ``plan``; that one shows the picture inside, where there is no program."""


@functools.cache
def find(format_: str) -> Program | None:
    """The program that draws this format, if this machine has it. Takes a tenth of a second the first time."""
    path = WANTED[format_].where()
    return None if path is None else WANTED[format_].look(path)


def none(format_: str) -> Program | None:
    """As ``find`` on a machine without any."""
    del format_
    return None


def found() -> int:
    """A bit for each of ``WANTED`` that is here, in their order; a new one comes behind the others."""
    return sum(1 << place for place, format_ in enumerate(WANTED) if WANTED[format_].where() is not None)


def failure(program: Program, status: int, said: bytes) -> MediaFailure:
    """Why the program ended with this status, from what it ``said``."""
    starved = any(word in said for word in (b"VMerror", b"cannot allocate", b"bad_alloc"))
    diagnostic = f"{program.name}: status {status}: {said[-500:].decode(errors='replace')!a}"
    return MediaFailure("out_of_memory" if starved else "broken_file", diagnostic)


Find = Callable[[str], Program | None]
