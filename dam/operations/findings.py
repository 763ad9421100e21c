"""What ``fsck`` answers with.

Rule: values only. What is lost or contradictory is *damage*; what is merely left over, or can be built anew, is a
*note*.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["damage", "note"]

MOST_FINDINGS = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` is stable, ``subject`` names the thing (``asset:…``, ``object:…``), ``detail`` is a sentence."""

    level: Level
    code: str
    subject: str
    detail: str


@dataclass(slots=True)
class Report:
    """What was looked at, by kind, and what was found; of very many findings the first thousand and their count."""

    checked: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)

    @property
    def damaged(self) -> bool:
        """Is anything lost or contradictory?"""
        return self.found["damage"] > 0

    def add(self, level: Level, code: str, subject: str, detail: str) -> None:
        """Note a finding."""
        self.found[level] += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(level, code, subject, detail))
