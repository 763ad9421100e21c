"""Which FFmpeg there is, and which files it is made of.

Rule: the one on the PATH if it can all that is asked of it (``fd`` to read and write, H.264 and AAC to write, HDR to
press together), else the one that came with the environment (``imageio-ffmpeg``). Asked once in a process. Must not:
let it look at anybody's file; that is for ``child``, behind its fences.
"""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

_NEEDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {"-protocols": frozenset({"fd"}), "-encoders": frozenset({"libx264", "aac"}), "-filters": frozenset({"zscale"})}
)
_CACHE = "/etc/ld.so.cache"
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Encoder:
    """``path`` is the program; ``files``: it, its loader and its libraries, all that it has to read to come alive."""

    path: str
    version: str
    origin: Literal["path", "wheel"]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What was found: the first that will do, and a sentence on each that will not."""

    encoder: Encoder | None
    refused: tuple[str, ...]


@functools.cache
def find() -> Search:
    """Look for it. Takes a third of a second the first time."""
    refused = []
    for path, origin in _candidates():
        lacks = _lacks(path)
        if lacks:
            refused.append(f"{path} has no {', '.join(lacks)}.")
        else:
            return Search(Encoder(path, _version(path), origin, files_of(path)), tuple(refused))
    return Search(None, tuple(refused))


def _candidates() -> Iterator[tuple[str, Literal["path", "wheel"]]]:
    if on_path := shutil.which("ffmpeg"):
        yield str(Path(on_path).resolve()), "path"
    wheel = importlib.util.find_spec("imageio_ffmpeg")  # not imported: its own search would look elsewhere, too
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        yield from ((str(each.resolve()), "wheel") for each in sorted(Path(folder, "binaries").glob("ffmpeg-*")))


def _lacks(path: str) -> list[str]:
    return [each for question, names in _NEEDED.items() for each in sorted(names - _words(_said(path, question)))]


def _words(said: str) -> set[str]:
    return set(re.split(r"\s+", said))


def _version(path: str) -> str:
    found = re.match(r"ffmpeg version (\S{1,60})", _said(path, "-version"))
    return found.group(1) if found else "of an unknown version"


def files_of(path: str) -> tuple[str, ...]:
    """The program, and what the system's loader would load with it; a static one answers this with its usage."""
    listed = _said(path, environment={"LD_TRACE_LOADED_OBJECTS": "1"})
    found = (re.match(r"\s*(?:\S+ => )?(/\S+) \(0x[0-9a-f]+\)$", line) for line in listed.splitlines())
    files = [path, *(each.group(1) for each in found if each), _CACHE]
    return tuple(each for each in dict.fromkeys(files) if Path(each).exists())


def _said(path: str, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})) -> str:
    """Empty for what does not answer."""
    command = [path, "-hide_banner", *arguments] if arguments else [path]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={"PATH": os.defpath, **environment},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
