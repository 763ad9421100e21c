"""Where a Chromium is. ``python -m tests.web.chromium`` says loudly if there is none: then no browser test has run."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """``TEST_CHROMIUM``, or the machine's own."""
    return os.environ.get("TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def arguments() -> list[str]:
    """What it is started with: its own sandbox can't be had as root."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


if __name__ == "__main__":
    found = chromium()
    if found is None:
        print("NO CHROMIUM WAS FOUND: the browser tests did not run. Debian's package is `chromium`.")
    else:
        print(f"Browser tests ran in {found}.")
