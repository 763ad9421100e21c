"""The README's tour and the API's guide, typed as they stand."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.flow.documents import ROOT, Block, Reader, blocks, reading

pytestmark = pytest.mark.timeout(400)  # many programs are started, which takes long on a machine that is busy


def test_the_tour_runs_as_the_readme_says_and_its_proof_is_on_the_disk(tmp_path: Path) -> None:
    said: dict[str, str] = {}
    shown = [tmp_path / "tour" / each for each in ("site/img/hero.jpg", "site/img/hero.webp", "shop/spring.webp")]
    with reading(tmp_path) as reader:
        for block in blocks(ROOT / "README.md", "tour"):
            about = _about(block)
            if about == "search":
                reader.wait_for_index()
            said[about] = reader.type(block)
            if about == "where":
                assert all(each.is_file() for each in shown)
                assert shown[0].read_bytes() == (tmp_path / "tour/samples/spring-hero-evening.jpg").read_bytes()
    assert "1 of 1" in said["search"]
    assert "3 places would be replaced" in said["impact"]
    assert "3 of 3 proven" in said["approve --watch"]
    assert said["where"].count(" current ") == 3
    assert "1 drifted" in said["channel audit"]
    assert "1 of 1 proven" in said["repair"]
    assert "3 of 3 proven" in said["rollback"]
    assert "3 of 3 proven" in said["withdraw"]
    assert "Spring 2027" in said["withdraw"]
    assert not any(each.exists() for each in shown)


@pytest.mark.skipif(shutil.which("curl") is None, reason="docs/api.md speaks curl, and there is none on this machine")
def test_the_guide_to_the_api_runs_as_it_says_and_a_link_signs_in_once(tmp_path: Path) -> None:
    guide = blocks(ROOT / "docs" / "api.md", "api")
    with reading(tmp_path) as reader:
        said = reader.type(Block("\n".join(each.text for each in guide), 0))
        _sign_in_elsewhere(reader)
    assert "Snow, and nobody there\n" in said
    assert (tmp_path / "public.webp").read_bytes() == (tmp_path / "pictures/winter-teaser.webp").read_bytes()
    assert hashlib.sha256((tmp_path / "partner/teaser.webp").read_bytes()).hexdigest() in said


def _sign_in_elsewhere(reader: Reader) -> None:
    """The link works once, also where no home is; what it gave ends with the logout."""
    elsewhere = "export DAM_HOME=nowhere\n"
    said = reader.type(Block(f"{elsewhere}dam login '{reader.link}'\ndam token list", 0))
    assert "as admin" in said
    assert "dam_" not in said
    assert reader.type(Block(f"{elsewhere}dam login '{reader.link}'", 1)) == ""
    reader.type(Block(f"{elsewhere}cp config/dam/credentials.json kept\ndam logout", 0))
    assert reader.type(Block(f"{elsewhere}cat kept > config/dam/credentials.json\ndam search", 1)) == ""


def _about(block: Block) -> str:
    """What a block is about."""
    text = block.text.replace('approve "Spring hero" 2 --watch', "approve --watch")
    names = ("search", "impact", "approve --watch", "channel audit", "repair", "rollback", "withdraw", "where")
    return next((name for name in names if f"dam {name}" in text), block.text)
