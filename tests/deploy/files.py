"""The files that start a stack, as data."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]


def compose() -> dict[str, Any]:
    """``docker-compose.yml`` with its anchors resolved."""
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Instruction:
    """One of a Dockerfile: its word, its flags without the two hyphens, and what follows them."""

    word: str
    flags: tuple[str, ...]
    rest: str


@dataclass(frozen=True)
class Stage:
    name: str
    image: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[Instruction]:
        return [each for each in self.instructions if each.word == word]


def stages() -> dict[str, Stage]:
    """The Dockerfile's, by name."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [_instruction(line) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    starts = [number for number, each in enumerate(lines) if each.word == "FROM"]
    assert starts[0] == 0, "an instruction stands before the first FROM"
    found = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        image, _, name = lines[start].rest.partition(" AS ")
        found[name] = Stage(name, image, tuple(lines[start + 1 : end]))
    return found


def _instruction(line: str) -> Instruction:
    word, *rest = line.split()
    flags = [each for each in rest if each.startswith("--")] if word == "COPY" else []
    return Instruction(word, tuple(each.removeprefix("--") for each in flags), " ".join(rest[len(flags) :]))
