"""The story on the embedded default."""

from pathlib import Path

from tests.web.conftest import Visit
from tests.web.story import tell


def test_the_whole_story(visit: Visit, tmp_path: Path) -> None:
    tell(visit, tmp_path)
