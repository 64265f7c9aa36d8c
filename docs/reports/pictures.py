"""Take the pictures of the documentation: pages of the example reports in Chromium, and of their PDF.

Run it after `make docs` where reports look different: `make pictures`.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from pypdfium2 import PdfDocument

import blinadss
from blinadss.report import assessment_report, checklist_report, to_html, to_pdf

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Write the pictures beside this file."""
    child = blinadss.load_profile(EXAMPLES / "child.yaml")
    report = assessment_report(blinadss.assess(child), child)
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    listed = blinadss.checklist(
        child, "us-label/relapsed-refractory", start=start, cycle=1, bag=timedelta(hours=96), on=child.assessed_on
    )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        shoot(page, to_html(report), 1000, HERE / "child-wide.png", top=620)
        shoot(page, to_html(report), 360, HERE / "child-phone.png", top=900)
        shoot(page, to_html(report), 800, HERE / "child-path.png", part="#policy-eu-label figure")
        shoot(page, to_html(report), 1000, HERE / "child-studies.png", part="#studies figure")
        shoot(page, to_html(checklist_report(listed)), 1000, HERE / "checklist-cycle.png", part="#cycle-1", top=900)
        browser.close()
    pages = [each.render(scale=1).to_pil() for each in list(PdfDocument(to_pdf(report)))[:2]]
    both = pages[0].crop((0, 0, sum(each.width for each in pages), pages[0].height))
    both.paste(pages[1], (pages[0].width, 0))
    both.convert("P", colors=64).save(HERE / "child-pdf.png", optimize=True)


def shoot(  # noqa: PLR0913 - each says one thing about the picture
    page: Page, text: str, width: int, target: Path, *, part: str = "", top: int = 2000
) -> None:
    """A picture of a page, or of the first of some parts of it, from its top, everything folded opened."""
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(text)
    if not part:
        page.screenshot(path=target, clip={"x": 0, "y": 0, "width": width, "height": top}, full_page=True)
        return
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    box = page.locator(part).first.bounding_box()
    assert box, f"nothing is called {part}"  # noqa: S101
    clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": min(box["height"], top)}
    page.screenshot(path=target, clip=clip, full_page=True)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
