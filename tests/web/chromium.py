"""Where a Chromium is. ``python -m tests.web.chromium`` says loudly if there is none: then no browser test has run."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """``TEST_CHROMIUM``, or the machine's own."""
    return os.environ.get("TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


_NOT_NEEDED = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
"""Each window of Debian's Chromium draws an address bar that nobody sees, by a page and a process of its own: that took
more of the processor than our page.
"""
_PLAYWRIGHT_S = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
)  # fmt: skip
"""What Playwright turns off itself; of two such lists Chromium takes the last."""


def arguments() -> list[str]:
    """What it is started with: its own sandbox can't be had as root."""
    features = f"--disable-features={','.join((*_PLAYWRIGHT_S, *_NOT_NEEDED))}"
    return [features, "--no-sandbox"] if os.geteuid() == 0 else [features]


if __name__ == "__main__":
    found = chromium()
    if found is None:
        print("NO CHROMIUM WAS FOUND: the browser tests did not run. Debian's package is `chromium`.")
    else:
        print(f"Browser tests ran in {found}.")
