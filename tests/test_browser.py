"""The reports in a real browser: silent, accessible, never wider than the screen, whole on paper, and safe from texts.

Chromium opens each page as a user does, from a file. It may ask for nothing else; what it says is an error.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest
from playwright.sync_api import BrowserContext, Page, Route, sync_playwright
from pypdfium2 import PdfDocument

import blinadss
from blinadss.report import Report, assessment_report, checklist_report, to_html
from blinadss.report.blocks import shown
from reports import EXAMPLES, pages_of, unhyphenated

ROOT = Path(__file__).parents[1]
AXE = ROOT / ".venv" / "browsing" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
ON, START = date(2026, 11, 22), datetime(2026, 12, 1, 9)  # noqa: DTZ001 - the clock on the wall
WIDTHS = (320, 360, 800, 1280)
PAPERS = {"A4": 688, "Letter": 710}  # the width between the margins, in pixels
TONES = ("good", "bad", "open", "faint", "strong")
Scheme = Literal["light", "dark"]

PATIENTS: dict[str, Path | dict[str, Any]] = {
    "child": EXAMPLES / "child.yaml",
    "undetermined": EXAMPLES / "patient.yaml",
    "empty": {},
    "contraindicated": {"disease": {"course": "relapsed"}, "history": {"blinatumomab_hypersensitivity": "present"}},
    "contradictory": {
        "patient": {"age": "40 years", "sex": "male", "breastfeeding": "present"},
        "disease": {"course": "remission", "remission_number": 1},
        "marrow": {"blasts": {"value": "80 %", "on": "2026-11-20"}},
    },
}
REPORTS = (*PATIENTS, "checklist", "due")
HOSTILE = {
    "script": "<script>document.title='x'</script>",
    "image": "<img src=x onerror=\"document.title='x'\">",
    "template": "{{7*7}} {% raw %} ${7*7}",
    "bidi": "\u202eevil\u202c \u2066x\u2069 \u200f",
    "long": "x" * 10_000,
    "emoji": "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "style": "</style><script>document.title='x'</script>",
    "quotes": "\"'`\\ 'onfocus=alert(1) autofocus= } @page { size: 1cm } /*",
    "ends": "--></title></bdi></main></svg>&lt;&#60;\n\\a",
}


def squeezed(text: str) -> str:
    """The text without its blanks and hyphens, which lines and pages end at, and without ligatures."""
    return unhyphenated(normalize("NFKC", text))


@cache
def html_of(name: str) -> str:
    return to_html(checklist(name) if name in {"checklist", "due"} else assessed(PATIENTS[name]))


def assessed(source: Path | Mapping[str, Any], policy: str = "us-label", *, cautions: bool = True) -> Report:
    """By one policy, which has every kind of block that others have."""
    profile = blinadss.load_profile(source)
    made = blinadss.assess(profile, on=ON, policies=[policy], cautions=cautions, engines=["reference"])
    return assessment_report(made, profile)


def checklist(name: str) -> Report:
    """One cycle with times and a bag, or what is due on a day of it."""
    made = blinadss.checklist(
        blinadss.load_profile(EXAMPLES / "child.yaml"),
        "us-label/relapsed-refractory",
        start=START,
        on=ON,
        cycle=1,
        bag=timedelta(hours=96),
        engines=["reference"],
    )
    return checklist_report(made, on=date(2026, 12, 3) if name == "due" else None)


@dataclass
class Tab:
    """A tab of a browser, and what pages in it have said or asked for: starting another process costs a second."""

    page: Page
    noise: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.noise.append(said.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noise.append(dialog.message))
        self.page.route("**/*", self.answer)

    def answer(self, route: Route) -> None:
        """Let nothing through but the navigation to a file that a test asks for."""
        if route.request.is_navigation_request() and route.request.url == self.asked:
            route.continue_()
        else:
            self.noise.append(f"asked for {route.request.url}")
            route.abort()

    @contextmanager
    def opened(self, file: Path, html: str) -> Iterator[Page]:
        """A page from a file. In the end it must have said nothing, and asked for nothing but itself."""
        file.write_text(html, encoding="utf-8")
        self.noise.clear()
        self.asked = file.as_uri()
        self.page.bring_to_front()  # what is behind another tab may not be drawn
        self.page.goto(self.asked)
        yield look(self.page, folded=True)
        assert self.noise == []


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    """One browser for all tests of a process."""
    if os.environ.get("BLINADSS_NO_BROWSER"):
        pytest.skip("BLINADSS_NO_BROWSER is set: the reports are not opened in a browser")
    chromium = shutil.which("chromium")
    if not chromium or not AXE.is_file():
        lacking = "axe-core is not in .venv/browsing" if chromium else "there is no `chromium` on the PATH"
        pytest.fail(f"{lacking}; run `make test`, which installs it, or set BLINADSS_NO_BROWSER=1", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_context()
        browser.close()


@pytest.fixture(scope="module")
def tab(context: BrowserContext) -> Tab:
    """A tab for pages that a test does something to."""
    return Tab(context.new_page())


@pytest.fixture(scope="module")
def gallery(context: BrowserContext) -> Tab:
    """A tab for pages that several tests look at."""
    return Tab(context.new_page())


@pytest.fixture(scope="module", params=REPORTS)
def report(request: pytest.FixtureRequest) -> str:
    """The name of each report in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def page(gallery: Tab, report: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Each report in turn, for tests that only look."""
    with gallery.opened(tmp_path_factory.mktemp("page") / "report.html", html_of(report)) as page:
        yield page


def look(page: Page, width: int = 1280, scheme: Scheme = "light", *, folded: bool = False) -> Page:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, media="screen", forced_colors="none")
    page.evaluate("open => document.querySelectorAll('details').forEach(each => each.open = open)", not folded)
    return page


def violations(page: Page, *, slow: bool = True) -> list[str]:
    """What axe-core finds by every rule it has, experimental ones and those of level AAA too."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        """async slow => {
            const wanted = id => slow || !/^(color-contrast|target-size)/.test(id);
            const rules = Object.fromEntries(axe.getRules().map(({ruleId: id}) => [id, {enabled: wanted(id)}]));
            const {violations, passes} = await axe.run(document, {rules, resultTypes: ["violations"]});
            const told = violations.flatMap(
                each => each.nodes.map(node => `${each.id}: ${node.html} ${node.failureSummary}`));
            return {told, passed: passes.length};
        }""",
        slow,
    )
    assert found["passed"] > 20
    return list(found["told"])


# Every report at some width, in a scheme, with what is folded closed or open. Contrast and the sizes of targets take
# axe several times as long as all the rest: they are judged where every kind of block is seen, in each scheme.
VIEWS: dict[str, tuple[int, Scheme, Literal["open", "closed"], Literal["all", "all but slow"]]] = {
    "child": (360, "dark", "open", "all"),
    "undetermined": (800, "light", "closed", "all but slow"),
    "empty": (1280, "dark", "closed", "all but slow"),
    "contraindicated": (800, "dark", "open", "all but slow"),
    "contradictory": (1280, "light", "open", "all"),
    "checklist": (1280, "light", "open", "all but slow"),
    "due": (360, "light", "closed", "all"),
}


def test_axe_finds_nothing(page: Page, report: str) -> None:
    width, scheme, folded, rules = VIEWS[report]
    assert violations(look(page, width, scheme, folded=folded == "closed"), slow=rules == "all") == []


def test_axe_finds_what_is_wrong(tab: Tab, tmp_path: Path) -> None:
    wrong = html_of("contraindicated").replace(' lang="en"', "").replace("<h2>", "<h4>").replace("</h2>", "</h4>")
    with tab.opened(tmp_path / "report.html", wrong.replace("--faint: #474f58", "--faint: #8a8f98")) as page:
        page.evaluate(
            "document.querySelectorAll('section ~ section').forEach(each => each.remove())"
        )  # the rest is slow
        found = {each.partition(":")[0] for each in violations(page)}
    assert found == {"html-has-lang", "heading-order", "color-contrast"}


INKS = """() => Object.fromEntries([...document.querySelectorAll(".picture [color]")].map(
    each => [each.classList[0], getComputedStyle(each).color]))"""


def test_inks_of_pictures_can_be_read_on_their_paper(tab: Tab, tmp_path: Path) -> None:
    """Contrast of at least 4.5; axe does not judge texts in pictures."""
    with tab.opened(tmp_path / "report.html", html_of("child")) as page:
        schemes: tuple[dict[str, str], ...] = (look(page).evaluate(INKS), look(page, scheme="dark").evaluate(INKS))
    for inks in schemes:
        assert {"paper", "ink", "faint", "good", "lit"} <= set(inks)
        paper = luminance(inks.pop("paper"))
        for ink in map(luminance, inks.values()):
            assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """The relative luminance of a colour, by WCAG."""
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


WIDE = """() => [...document.querySelectorAll("html, th, td")]
    .filter(each => each.closest("thead")?.offsetWidth !== 1)  // the headings of columns, hidden on a phone
    .filter(each => each.scrollWidth > each.clientWidth + 1)
    .map(each => `${each.tagName} ${each.scrollWidth} > ${each.clientWidth}: ${each.innerText.slice(0, 40)}`)"""


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    """Neither the page nor what is in a cell of a table; a picture is moved within its own frame."""
    assert {width: look(page, width).evaluate(WIDE) for width in WIDTHS} == {width: [] for width in WIDTHS}


def test_a_wide_picture_is_moved_by_keyboard(tab: Tab, tmp_path: Path) -> None:
    with tab.opened(tmp_path / "report.html", html_of("child")) as page:
        figure = look(page, 360).locator("figure").first
        figure.focus()
        assert figure.evaluate(
            "it => it === document.activeElement && it.scrollWidth > it.clientWidth && !it.scrollLeft"
        )
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        assert figure.evaluate("it => it.scrollLeft > 0")


def test_headings_begin_at_one_and_skip_no_level(page: Page) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(each => +each.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_page_has_its_landmarks_and_language(page: Page) -> None:
    assert [page.get_by_role(role).count() for role in ("banner", "navigation", "main", "contentinfo")] == [1, 1, 1, 1]
    assert page.evaluate("document.documentElement.lang") == "en"


def test_every_picture_is_told_in_words(page: Page) -> None:
    """In the accessibility tree itself, with its title and its description."""
    pictures = look(page).evaluate("""() => [...document.querySelectorAll("svg")].map(
        each => [each.querySelector(":scope > title").textContent, each.querySelector(":scope > desc").textContent])""")
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    nodes = session.send("Accessibility.queryAXTree", {"nodeId": root, "role": "image"})["nodes"]
    told = [f"{each['name']['value']} {each.get('description', {}).get('value', '')}" for each in nodes]
    assert len(told) == len(pictures)
    for title, description in pictures:
        assert title
        assert description
        assert any(title in each and description in each for each in told)


REACHED = """name => {
    const target = document.getElementById(name), top = target.getBoundingClientRect().top;
    return (target.closest("details")?.open ?? true) && target.offsetHeight > 0 && top < innerHeight;
}"""


@pytest.mark.parametrize("name", ["child", "checklist"])
def test_every_link_within_a_page_leads_to_something_that_is_then_seen(tab: Tab, tmp_path: Path, name: str) -> None:
    """What is folded opens."""
    with tab.opened(tmp_path / "report.html", html_of(name)) as page:
        look(page, folded=True)
        for link in page.locator("nav a, .glance h3 a").all():
            target = (link.get_attribute("href") or "").removeprefix("#")
            link.click()
            assert page.evaluate(REACHED, target), target


def test_the_first_key_leads_past_the_contents(tab: Tab, tmp_path: Path) -> None:
    with tab.opened(tmp_path / "report.html", html_of("child")) as page:
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the answers"
        assert skip.evaluate("it => it.getBoundingClientRect().left >= 0")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_every_box_has_its_own_name_on_its_day(page: Page) -> None:
    """Read with the group that it is in, and below the heading of its day."""
    boxes = page.evaluate("""() => [...document.querySelectorAll("input")].map(each => [
        each.name, each.closest("section, details").querySelector("h2,h3,h4").innerText,
        each.closest("fieldset")?.querySelector("legend").innerText ?? "", each.labels[0].innerText.trim()])""")
    names = [tuple(each[1:]) for each in boxes]
    assert len(set(names)) == len(names)
    assert len({each[0] for each in boxes}) == len(names)
    assert all(name for *_, name in names)
    assert page.get_by_role("checkbox", name=re.compile(r"\w")).count() == len(names)


def test_boxes_are_ticked_by_mouse_and_by_keyboard(tab: Tab, tmp_path: Path) -> None:
    with tab.opened(tmp_path / "report.html", html_of("due")) as page:
        first, second, third = page.get_by_role("checkbox").all()[:3]
        page.locator("label").first.click()
        assert first.is_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert second.is_checked()
        assert second.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
        page.keyboard.press("Space")
        assert not second.is_checked()
        assert not third.is_checked()


def test_a_tick_is_printed(tab: Tab, tmp_path: Path) -> None:
    with tab.opened(tmp_path / "report.html", html_of("due")) as page:
        box = page.get_by_role("checkbox").first
        page.emulate_media(media="print")
        seen, printed = box.screenshot(), drawn_on(page.pdf(format="Letter"))
        box.check()
        box.evaluate("it => it.blur()")
        page.mouse.move(0, 0)
        assert box.screenshot() != seen
        ticked = drawn_on(page.pdf(format="Letter"))
    assert [before == after for before, after in zip(printed, ticked, strict=True)].count(False) == 1


def drawn_on(pdf: bytes) -> list[bytes]:
    """What each page of a PDF looks like."""
    return [bytes(each.render(scale=1).buffer) for each in PdfDocument(pdf)]


TEXTS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode())
        if (!walker.currentNode.parentElement.closest("nav, .skip, title, desc, caption"))
            texts.push(walker.currentNode.data);
    return texts;
}"""


@pytest.mark.parametrize(("name", "paper"), [("child", "A4"), ("due", "Letter")])
def test_paper_shows_every_text_and_the_patient_on_every_page(tab: Tab, tmp_path: Path, name: str, paper: str) -> None:
    html = (
        html_of("due") if name == "due" else to_html(assessed(EXAMPLES / "child.yaml", "ontario-cco", cautions=False))
    )
    with tab.opened(tmp_path / "report.html", html) as page:
        texts = page.evaluate(TEXTS)
        running = squeezed(page.title().partition(": ")[2])
        page.set_viewport_size({"width": PAPERS[paper], "height": 900})
        page.emulate_media(media="print")
        assert page.evaluate(WIDE) == []
        pages = [squeezed(each) for each in pages_of(page.pdf(format=paper))]
    lines = [f"{number}/{len(pages)}" for number in range(1, len(pages) + 1)]
    assert [each for each, line in zip(pages, lines, strict=True) if running not in each or line not in each] == []
    whole = "".join(each.replace(running, "", 1).replace(line, "", 1) for each, line in zip(pages, lines, strict=True))
    assert [text for text in map(squeezed, texts) if text not in whole] == []


def test_badges_differ_without_colour(tab: Tab, tmp_path: Path) -> None:
    """By their frames alone, as their words and icons do; in grey, and in the few colours that a reader may force."""
    with tab.opened(tmp_path / "report.html", html_of("contraindicated")) as page:
        page.evaluate(
            """tones => {
                const badge = tone => `<div style="height: 40px"><span class="badge ${tone}">word</span></div>`;
                document.body.innerHTML = tones.map(badge).join("");
                document.documentElement.style.filter = "grayscale(1)";
            }""",
            TONES,
        )
        grey = frames(page)
        page.emulate_media(forced_colors="active")
        forced = frames(page)
    assert len(set(grey)) == len(set(forced)) == len(TONES)


def frames(page: Page) -> list[bytes]:
    """A picture of each badge, all of the same size."""
    boxes = [page.locator("div").nth(number).bounding_box() for number in range(len(TONES))]
    return [
        page.screenshot(clip={"x": each["x"], "y": each["y"], "width": 120, "height": 40}) for each in boxes if each
    ]


def test_words_and_icons_of_answers_go_with_their_tones(page: Page) -> None:
    badges = page.evaluate("[...document.querySelectorAll('.badge')].map(each => [each.className, each.innerText])")
    tones: dict[str, set[str]] = {}
    for tone, text in badges:
        tones.setdefault(text, set()).add(tone)
    assert badges
    assert all(len(each) == 1 for each in tones.values())


def hostile_page(text: str) -> str:
    seen = {"value": "positive", "on": "2026-11-01", "method": text, "origin": text}
    return to_html(assessed({"id": text, "disease": {"cd19": seen}}, "ontario-cco", cautions=False))


def elements(page: Page) -> Counter[str]:
    return Counter(page.evaluate("[...document.querySelectorAll('*')].map(each => each.tagName)"))


@pytest.fixture(scope="module")
def calm(tab: Tab, tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    with tab.opened(tmp_path_factory.mktemp("calm") / "report.html", hostile_page("calm")) as page:
        return elements(page)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_seen_and_does_nothing(tab: Tab, tmp_path: Path, calm: Counter[str], name: str) -> None:
    text = shown(HOSTILE[name])
    with tab.opened(tmp_path / "report.html", hostile_page(HOSTILE[name])) as page:
        assert page.title().startswith("Assessment: ")
        assert elements(page) == calm
        seen = look(page, 320).evaluate("document.body.innerText")
        assert squeezed(seen).count(squeezed(text)) >= 4  # the title, the id, and twice how the fact was found
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert look(page, 1280).evaluate("document.documentElement.scrollWidth") == 1280
        if name in {"style", "quotes"}:
            assert squeezed(text)[:40] in squeezed(pages_of(page.pdf(format="A4"))[0])
