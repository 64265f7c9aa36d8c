"""What the tests of reports share: example reports, every text in one, and what a reader of each format sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markdown_it import MarkdownIt
from pypdfium2 import PdfDocument

import blinadss
from blinadss.report import Report, assessment_report, checklist_report
from blinadss.report.blocks import Badge, Phrase, Picture, Table, Tick

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
ON = date(2026, 11, 22)
INDICATION = "us-label/mrd-positive"


def report_of(profile: blinadss.PatientProfile, **how: Any) -> Report:
    """The report of an assessment by one engine, which is enough for how it looks."""
    assessment = blinadss.assess(profile, on=profile.assessed_on or ON, engines=["reference"], **how)
    return assessment_report(assessment, profile)


@cache
def example(name: str) -> Report:
    """The report of an example patient; the checklist is that of one cycle with times and a bag."""
    if name != "checklist":
        return report_of(blinadss.load_profile(EXAMPLES / f"{name}.yaml"))
    profile = blinadss.load_profile(EXAMPLES / "patient.yaml")
    start, bag = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Berlin")), timedelta(hours=96)
    return checklist_report(
        blinadss.checklist(profile, INDICATION, start=start, cycle=1, bag=bag, engines=["reference"])
    )


EXAMPLE_NAMES = ("child", "patient", "checklist")


def parts(part: Any) -> Iterator[Any]:
    """Every part of a report, itself first."""
    yield part
    if is_dataclass(part):
        for field in fields(part):
            yield from parts(getattr(part, field.name))
    elif isinstance(part, tuple):
        for each in part:
            yield from parts(each)


def prose_of(report: Report) -> Iterator[str]:
    """Every paragraph, heading, heading of a column, badge, time and label: what a reader is to see as one text."""
    yield from (report.title, report.patient, report.date, report.disclaimer)
    yield from (text for pair in report.facts for text in pair)
    for each in parts((report.alerts, report.glances, report.sections)):
        if isinstance(each, tuple) and each and all(isinstance(one, Phrase) for one in each):
            yield "".join(one.text for one in each)
        elif isinstance(each, Badge):
            yield each.word
        elif isinstance(each, Table):
            yield from each.columns
        elif isinstance(each, Tick):
            yield from each.times
        elif is_dataclass(each) and hasattr(each, "title") and not isinstance(each, Picture):
            yield each.title


def squeezed(text: str) -> str:
    """The text without blanks and places where a line may end, since every format breaks lines as it likes."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


class Seen(HTMLParser):
    """What a reader sees of a page, and the elements that there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self._quiet = 0
        self.feed(page)
        self.text = squeezed("".join(self.texts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._quiet += tag in {"style", "script", "head"}

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in {"style", "script", "head"}

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.texts.append(data)


def seen_in_markdown(text: str) -> Seen:
    """What a reader sees where Markdown is shown, inline HTML and tables included."""
    return Seen(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def pages_of(pdf: bytes) -> list[str]:
    """The text of every page of a PDF, without blanks and hyphens, which are read as breaks at the end of a line."""
    return [unhyphenated(page.get_textpage().get_text_range()) for page in PdfDocument(pdf)]


def within_margins(pdf: bytes) -> bool:
    """Whether all text of a PDF lies within the margins of its pages, 13 mm on each side."""
    margin = 13 / 25.4 * 72
    for page in PdfDocument(pdf):
        text = page.get_textpage()
        boxes = [text.get_rect(number) for number in range(text.count_rects())]
        if any(left < margin or right > page.get_width() - margin or bottom < 0 for left, bottom, right, _ in boxes):
            return False
    return True


def unhyphenated(text: str) -> str:
    """The text without blanks and hyphens."""
    return re.sub(r"[-\ufffe\x02]", "", squeezed(text))


def shown_on(pages: list[str], text: str, running: str) -> bool:
    """Whether a text is on some page, or goes on from one page, or column of a page, to the next."""
    whole = "".join(page.replace(unhyphenated(running), "") for page in pages)
    wanted = unhyphenated(text)
    if wanted in whole:
        return True
    return any(wanted[:cut] in whole and wanted[cut:] in whole for cut in range(1, len(wanted)))


def golden(report: Report) -> str:
    """The view model as JSON: what is not at its default, a run of text as text, and pictures by their words."""
    return re.sub(r"sha256:[0-9a-f]{12}", "sha256:…", "\n".join(_lines(_plain(report), ""))) + "\n"


def _plain(part: Any) -> Any:
    if isinstance(part, Phrase):
        return part.text if part == Phrase(part.text) else {part.tone or "text": part.text, **_link(part.url)}
    if is_dataclass(part):
        kept = {each.name: getattr(part, each.name) for each in fields(part) if each.name not in _UNSEEN}
        default = {each.name: each.default for each in fields(part)}
        return {"": type(part).__name__} | {
            name: _plain(value) for name, value in kept.items() if value != default[name]
        }
    return [_plain(each) for each in part] if isinstance(part, tuple) else part


_UNSEEN = {"kind", "svg", "widths", "width", "height"}


def _link(url: str) -> dict[str, str]:
    return {"url": url} if url else {}


def _lines(part: Any, indent: str) -> Iterator[str]:
    """JSON with as much on a line as fits."""
    whole = json.dumps(part, ensure_ascii=False)
    if len(whole) + len(indent) <= 120 or not isinstance(part, dict | list):
        yield indent + whole
        return
    named = list(part.items()) if isinstance(part, dict) else [("", each) for each in part]
    yield indent + ("{" if isinstance(part, dict) else "[")
    for number, (name, value) in enumerate(named, 1):
        first, *rest = _lines(value, f"{indent} ")
        key = f"{json.dumps(name)}: " if isinstance(part, dict) else ""
        lines = [f"{indent} {key}{first.strip()}", *rest]
        lines[-1] += "," if number < len(named) else ""
        yield from lines
    yield indent + ("}" if isinstance(part, dict) else "]")
