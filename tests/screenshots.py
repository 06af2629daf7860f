"""`make screenshots`: the pictures of the README, drawn from the demonstration data."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import parts
from tests.prepared import running
from tests.product import ROOT

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 300_000
SIZE = {"width": 1280, "height": 900}
EMAIL, PASSWORD = "physio@harbour.example", "strength-demo-2026"
SHOWN = "Winters"
# Nine scores of a visit under way.
KEYS = "4354315n"


def main() -> None:
    path = parts.chromium()
    if path is None:
        sys.exit(f"No Chromium. Try: {parts.part('browser').how}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as product,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, base_url=product.url, locale="en-GB")
        draw(page)
        browser.close()


def draw(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/")
    page.goto("/patients/")
    page.locator("#find").fill(SHOWN)
    page.locator("#find").press("Enter")
    page.get_by_role("link", name=SHOWN).first.click()
    page.wait_for_url("**/patients/*-*/")
    address = page.url
    page.goto(f"{address}assessments/new/")
    page.get_by_role("button", name="Start scoring").click()
    page.wait_for_selector("body.scripted")
    for key in [*KEYS, "p", "4"]:
        page.keyboard.press(key)
    page.wait_for_selector("#save-state[data-state=saved]")
    keep(page, "grid.png")
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.goto(f"{address}trends/")
    page.locator("[data-chart=heat-map]").evaluate(
        "picture => picture.closest('section').scrollIntoView({behavior: 'instant'})"
    )
    page.wait_for_timeout(300)
    keep(page, "trends.png")


def keep(page: Page, name: str) -> None:
    """Save what is seen, in few colours where a tool for it is there; say how large it is."""
    path = IMAGES / name
    page.screenshot(path=path)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--output", str(path), "64", str(path)], check=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size // 1000} kB")
    if size > MOST_BYTES:
        sys.exit(f"{name} is larger than {MOST_BYTES // 1000} kB.")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
