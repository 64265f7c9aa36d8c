"""The figures of a screened cohort as text for a screen, and as Markdown for a page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from blinadss.attrition.figures import Attrition
from blinadss.attrition.tables import Grid, parts_of
from blinadss.page import Page
from blinadss.report.blocks import shown

_GAP = 2  # columns before each number
_WORDS = 30  # columns for the text of a row, at least
_MEANS = re.compile(r"[\\`*_{}\[\]<>|~$#&@]|(?<=www)\.|:(?=//)")  # what Markdown would act on within a line


def attrition_text(attrition: Attrition, *, width: int = 100, colour: bool = False) -> str:
    """All tables below each other, in lines of at most ``width`` columns unless numbers leave no room for a text."""
    page = Page(width, colour=colour)
    for part in parts_of(attrition):
        page.paragraph(shown(part.heading), "", style="strong")
        for said in part.said:
            page.paragraph(shown(said), "")
        for grid in part.grids:
            page.line("")
            page.paragraph(shown(grid.caption), "", style="strong")
            for line in _aligned(grid, page.width):
                page.line(line)
            if grid.note:
                page.paragraph(shown(grid.note), "", style="faint")
        page.line("")
    return "\n".join(page.lines)


def attrition_markdown(attrition: Attrition) -> str:
    """All tables as Markdown (with the tables of GitHub)."""
    blocks: list[str] = []
    for part in parts_of(attrition):
        blocks += [f"## {_marked(part.heading)}", *map(_marked, part.said)]
        for grid in part.grids:
            blocks += [f"### {_marked(grid.caption)}", "\n".join(_piped(grid))]
            blocks += [_marked(grid.note)] if grid.note else []
    return "\n\n".join(blocks) + "\n"


def _aligned(grid: Grid, width: int) -> Iterator[str]:
    """The lines of a table: texts on the left, wrapped, and numbers to the right below their headings."""
    numbers = list(zip(*(row[1:] for row in grid.rows), strict=True))
    headings = [shown(each) for each in grid.headings]
    wide = [
        max(map(len, [*heading.split(), *cells])) + _GAP for heading, cells in zip(headings[1:], numbers, strict=True)
    ]
    longest = max(len(shown(row[0])) for row in (grid.headings, *grid.rows))
    words = min(longest, max(_WORDS, width - sum(wide)))
    headed = [textwrap.wrap(each, size - _GAP) for each, size in zip(headings[1:], wide, strict=True)]
    first = textwrap.wrap(headings[0], words)
    height = max(map(len, [first, *headed]))
    columns = [[""] * (height - len(each)) + each for each in (first, *headed)]
    yield from (_line(cells, words, wide) for cells in zip(*columns, strict=True))
    yield "-" * (words + sum(wide))
    for row in grid.rows:
        begun, *more = textwrap.wrap(shown(row[0]), words, subsequent_indent="  ", break_on_hyphens=False) or [""]
        yield _line([begun, *row[1:]], words, wide)
        yield from more


def _line(cells: Sequence[str], words: int, wide: Sequence[int]) -> str:
    numbers = (cell.rjust(size) for cell, size in zip(cells[1:], wide, strict=True))
    return f"{cells[0]:<{words}}{''.join(numbers)}".rstrip()


def _piped(grid: Grid) -> Iterator[str]:
    """The lines of a table of Markdown."""
    rules = [":---", *(["---:"] * (len(grid.headings) - 1))]
    for row in (
        [_marked(each) for each in grid.headings],
        rules,
        *([_marked(each) for each in row] for row in grid.rows),
    ):
        yield f"| {' | '.join(row)} |"


def _marked(text: str) -> str:
    """The text so that Markdown shows it as it is."""
    return _MEANS.sub(lambda found: f"\\{found[0]}", shown(text))
