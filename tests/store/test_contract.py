"""The store's contract, on SQLite and on PostgreSQL."""

from tests.contracts.store import AssetsContract, UnitOfWorkContract
from tests.contracts.store_cookbook import CookbookContract
from tests.contracts.store_finding import FindingContract
from tests.contracts.store_looks import LooksContract
from tests.contracts.store_places import PlacementsContract
from tests.contracts.store_rollouts import ArtefactsContract, AttemptsContract, RolloutsContract
from tests.contracts.store_uploads import UploadsContract
from tests.contracts.store_words import WordsContract
from tests.contracts.store_work import JobsContract, PeopleContract


class TestUnitOfWork(UnitOfWorkContract):
    """One transaction."""


class TestAssets(AssetsContract):
    """Assets, versions, decisions, contents, names."""


class TestFinding(FindingContract):
    """What search shows."""


class TestWords(WordsContract):
    """The states of placements as they were last shown."""


class TestArtefacts(ArtefactsContract):
    """What recipes made."""


class TestCookbook(CookbookContract):
    """Recipes of the house."""


class TestLooks(LooksContract):
    """Pictures that look like others."""


class TestPeople(PeopleContract):
    """Principals, credentials, requests."""


class TestJobs(JobsContract):
    """Events and jobs."""


class TestPlacements(PlacementsContract):
    """Channels and placements."""


class TestRollouts(RolloutsContract):
    """Rollouts and deliveries."""


class TestAttempts(AttemptsContract):
    """Attempts and observations."""


class TestUploads(UploadsContract):
    """Uploads in parts."""
