"""Each mutant still fits the code that it changes, so that ``make mutants`` shows something about it."""

from tests.mutants.run import ROOT, load


def test_every_mutant_finds_its_text_once_and_its_tests() -> None:
    wrong = {
        mutant.name: found
        for mutant in load()
        if (found := (ROOT / mutant.file).read_text().count(mutant.find)) != 1
        or not all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)
    }
    assert not wrong
