"""The README's tour and the API's guide, typed as they stand."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.flow.documents import ROOT, Block, blocks, reading


def test_the_tour_runs_as_the_readme_says(tmp_path: Path) -> None:
    tour = blocks(ROOT / "README.md", "tour")
    with reading(tmp_path) as reader:
        said = []
        for block in tour:
            if "dam search" in block.text:
                reader.wait_for_index()
            said.append(reader.type(block))
    printed = dict(zip([_first(each) for each in tour], said, strict=True))
    assert "1 of 1" in printed["search"]
    assert "3 places would be replaced" in printed["impact"]
    assert "3 of 3 proven" in printed["approve --watch"]
    assert "1 drifted" in printed["channel audit"]
    assert "drifted" in printed["repair"]
    assert "1 of 1 proven" in printed["repair"]
    assert "3 of 3 proven" in printed["rollback"]
    assert "3 of 3 proven" in printed["withdraw"]
    assert ".jpg\n" not in printed["withdraw"].split("proven")[-1].split("title")[0]
    assert "Spring 2027" in printed["withdraw"]


def test_the_tours_proof_is_what_is_on_the_disk(tmp_path: Path) -> None:
    tour = blocks(ROOT / "README.md", "tour")
    until = next(at for at, block in enumerate(tour) if "dam where" in block.text)
    with reading(tmp_path) as reader:
        for block in tour[: until + 1]:
            if "dam search" not in block.text:
                proof = reader.type(block)
        shown = [tmp_path / "tour" / each for each in ("site/img/hero.jpg", "site/img/hero.webp", "shop/spring.webp")]
        assert all(each.is_file() for each in shown)
    evening = (tmp_path / "tour/samples/spring-hero-evening.jpg").read_bytes()
    assert shown[0].read_bytes() == evening
    assert proof.count(" current ") == 3
    assert proof.count(hashlib.sha256(evening).hexdigest()) == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="docs/api.md speaks curl, and there is none on this machine")
def test_the_guide_to_the_api_runs_as_it_says(tmp_path: Path) -> None:
    guide = blocks(ROOT / "docs" / "api.md", "api")
    with reading(tmp_path) as reader:
        said = reader.type(Block("\n".join(each.text for each in guide), 0))
    assert "Snow, and nobody there\n" in said
    assert (tmp_path / "public.webp").read_bytes() == (tmp_path / "pictures/winter-teaser.webp").read_bytes()
    assert hashlib.sha256((tmp_path / "partner/teaser.webp").read_bytes()).hexdigest() in said


def _first(block: Block) -> str:
    """What a block is about."""
    names = ("search", "impact", "approve --watch", "channel audit", "repair", "rollback", "withdraw")
    said = block.text.replace('approve "Spring hero" 2 --watch', "approve --watch")
    return next((name for name in names if f"dam {name}" in said), block.text)
