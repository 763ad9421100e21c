"""``docs/settings.md`` says what the code says."""

from pathlib import Path

from config.settings import CLIENT_NAMES, VARIABLES, Variable

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def row(variable: Variable) -> str:
    default = f"`{variable.default}`" if variable.default else "–"
    secret = " *Secret.*" if variable.secret else ""
    return f"| `{variable.name}` | {default} | {variable.description}{secret} |"


def test_the_table_of_settings_is_the_code() -> None:
    written = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert written == [row(variable) for variable in VARIABLES]


def test_the_clients_variables_are_told_too() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in CLIENT_NAMES)
