"""Take the pictures in docs/images from a finished run: ``python docs/make_pictures.py``.

Needs Chromium and its driver from the system's packages.
"""

from __future__ import annotations

from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from orchestration.settings import Settings

IMAGES = Path(__file__).parent / "images"
PAGES = {
    "overview": "site/index.html",
    "journey_map": "site/journeys.html#onboarding",
    "real_paths": "site/paths.html#support",
    "friction": "site/friction.html",
    "service": "site/service.html#failure-demand",
    "money": "site/money.html",
    "customer": "site/customers.html",
    "touchpoint_impact": "site/touchpoints.html",
    "risk": "site/risk.html",
    "quality_report": "quality/index.html",
}
WIDTH, HEIGHT = 1280, 1000


def browser() -> webdriver.Chrome:
    """Start a headless browser that reaches no network."""
    options = Options()
    for flag in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        f"--window-size={WIDTH},{HEIGHT}",
    ):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def main() -> None:
    """Take every picture."""
    home = Settings.from_environment().home
    driver = browser()
    try:
        for name, page in PAGES.items():
            file, _, place = page.partition("#")
            driver.get((home / file).resolve().as_uri())
            driver.implicitly_wait(3)
            if place:
                # Pages scroll smoothly, which takes longer than a picture.
                driver.execute_script(
                    "document.getElementById(arguments[0]).scrollIntoView({behavior: 'instant'})",
                    place,
                )
            driver.save_screenshot(str(IMAGES / f"{name}.png"))
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
