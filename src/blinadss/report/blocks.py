"""What a report is made of: verdicts at a glance, sections of paragraphs, tables, lists to tick and pictures.

The one view model of every format. Whatever is decided, counted, worded or drawn is so before it is in here;
a format only says how each kind of block looks. All texts are safe to show: see `shown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from blinadss.result import Result

Tone = Literal["", "good", "bad", "open", "faint", "strong"]
ICONS: dict[Tone, str] = {"good": "✓", "bad": "✗", "open": "?", "faint": "–", "strong": "•", "": ""}
_JOINERS = "\u200c\u200d"  # Persian, Hindi and emoji are not the same without them, and they move nothing


def shown(text: str) -> str:
    r"""The text as one line that can be shown anywhere: what is not printable becomes its code point in brackets.

    >>> shown("left\u202eright")
    'left[U+202E]right'
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _JOINERS else " " if char in "\t\n\r\xa0" else f"[U+{ord(char):04X}]"
        for char in text
    )


@dataclass(frozen=True, slots=True)
class Phrase(Result):
    """A run of text, with what it means by its tone, and where it leads if it leads anywhere."""

    text: str
    tone: Tone = ""
    url: str = ""


Prose = tuple[Phrase, ...]  # one paragraph


@dataclass(frozen=True, slots=True)
class Badge(Result):
    """An answer in a word, with an icon, so that it is told apart in grey as well."""

    word: str
    tone: Tone
    icon: str


@dataclass(frozen=True, slots=True)
class Cell(Result):
    """A cell of a table: a badge, or paragraphs; it may reach over ``rows`` rows."""

    prose: tuple[Prose, ...] = ()
    badge: Badge | None = None
    rows: int = 1


Row = tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Paragraph(Result):
    """A paragraph of text."""

    prose: Prose
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Points(Result):
    """Points of a list, numbered if their order says something."""

    points: tuple[Prose, ...]
    numbered: bool = False
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Table(Result):
    """A table with a heading for every column; ``widths`` are their shares of the page.

    Where a cell above reaches into a row, the row has nothing.
    """

    caption: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Tick(Result):
    """Something to be ticked when it is done: once, or once at each of ``times``."""

    prose: Prose
    times: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticks(Result):
    """A list to be ticked; ``name`` tells it from every other list of the report."""

    name: str
    ticks: tuple[Tick, ...]
    kind: Literal["ticks"] = "ticks"


@dataclass(frozen=True, slots=True)
class Picture(Result):
    """A picture as SVG, with its title, and in ``description`` all that it shows, for those who do not see it.

    ``width`` and ``height`` are in pixels.
    """

    title: str
    description: str
    svg: str
    width: int
    height: int
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True)
class Section(Result):
    """A part of a report under a heading; ``folded``, it is opened when wanted, where a format can do that."""

    title: str
    blocks: tuple[Block, ...]
    badge: Badge | None = None
    folded: bool = False
    anchor: str = ""
    kind: Literal["section"] = "section"


Block = Paragraph | Points | Table | Ticks | Picture | Section


@dataclass(frozen=True, slots=True)
class Glance(Result):
    """One answer at a glance: whose it is, what it is, what it means, what it rests on, and where more is said."""

    title: str
    badge: Badge
    says: str
    lines: tuple[Prose, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class Report(Result):
    """A whole report: ``alerts`` stand before any answer, and the line ``running`` on every page."""

    title: str
    language: str
    patient: str
    date: str
    alerts: tuple[Section, ...]
    glances: tuple[Glance, ...]
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]
    running: str
    disclaimer: str


def badge(word: str, tone: Tone) -> Badge:
    """A word with the icon of its tone."""
    return Badge(word, tone, ICONS[tone])


def phrase(text: str, tone: Tone = "", url: str = "") -> Phrase:
    """A run of text that is safe to show; it leads nowhere unless to a page of the web."""
    return Phrase(shown(text), tone, shown(url) if url.startswith(("https://", "http://")) else "")


def prose(text: str, tone: Tone = "", url: str = "") -> Prose:
    """One paragraph of one run of text."""
    return (phrase(text, tone, url),)


def cell(*texts: str, tone: Tone = "", rows: int = 1) -> Cell:
    """A cell of a paragraph for each text that says something."""
    return Cell(tuple(prose(text, tone) for text in texts if text), rows=rows)


def paragraph(text: str, tone: Tone = "") -> Paragraph:
    """A paragraph of one run of text."""
    return Paragraph(prose(text, tone))
