"""A report as Markdown (CommonMark with the tables and task lists of GitHub), for wikis and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blinadss.report.blocks import Badge, Block, Cell, Glance, Phrase, Prose, Report, Section, Table, Tick

_MEANS = re.compile(r"[\\`*_{}\[\]<>|~$#&@]|(?<=www)\.|:(?=//)")  # what Markdown, or a host of it, would act on
_BEGINS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)](?:\s|$)))")  # what it acts on at the beginning of a line
_EMPHASIS = {"strong": "**", "bad": "**", "open": "*"}


def to_markdown(report: Report) -> str:
    """The report as Markdown text."""
    return "\n\n".join(part for part in _report(report) if part) + "\n"


def _report(report: Report) -> Iterator[str]:
    yield f"# {_text(report.title)} of {_text(report.patient)} {_text(report.date)}"
    yield "\n".join(f"- {_text(name)}: {_text(value)}" for name, value in report.facts)
    for alert in report.alerts:
        yield from _section(alert, 2)
    yield "## At a glance"
    for glance in report.glances:
        yield from _glance(glance)
    for section in report.sections:
        yield from _section(section, 2)
    yield f"---\n\n{_text(report.disclaimer)}\n\n{_text(report.running)}"


def _glance(glance: Glance) -> Iterator[str]:
    yield f"### {_text(glance.title)}"
    yield f"{_badge(glance.badge)} {_text(glance.says)}"
    yield "\n".join(f"- {_prose(each)}" for each in glance.lines)


def _section(section: Section, level: int) -> Iterator[str]:
    beside = f" ({_badge(section.badge)})" if section.badge else ""
    yield f"{'#' * min(level, 6)} {_text(section.title)}{beside}"
    for block in section.blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block.kind:
        case "paragraph":
            yield _prose(block.prose)
        case "points":
            marker = "1." if block.numbered else "-"
            yield "\n".join(f"{marker} {_prose(each)}" for each in block.points)
        case "table":
            yield _table(block)
        case "ticks":
            yield "\n".join(line for tick in block.ticks for line in _tick(tick))
        case "picture":
            yield f"> **{_text(block.title)}.** {_text(block.description)}"
        case "section":
            yield from _section(block, level + 1)


def _table(table: Table) -> str:
    lines = [_row(table.columns), _row(["---"] * len(table.columns))]
    lines += (_row([_cell(each) if each else "" for each in row]) for row in table.rows)
    return "\n".join(lines)


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    parts = [_badge(cell.badge)] if cell.badge else []
    return "<br>".join([*parts, *(_prose(each) for each in cell.prose)])


def _tick(tick: Tick) -> Iterator[str]:
    if len(tick.times) < 2:
        time = f"{tick.times[0]} " if tick.times else ""
        yield f"- [ ] {time}{_prose(tick.prose)}"
        return
    yield f"- {_prose(tick.prose)}"
    yield from (f"  - [ ] {time}" for time in tick.times)


def _badge(badge: Badge) -> str:
    return f"{badge.icon} **{_text(badge.word)}**"


def _prose(prose: Prose) -> str:
    return "".join(map(_phrase, prose))


def _phrase(phrase: Phrase) -> str:
    text = _text(phrase.text)
    if phrase.url:
        return f"[{text}](<{phrase.url.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}>)"
    mark = _EMPHASIS.get(phrase.tone, "")
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if mark and inner else text


def _text(text: str) -> str:
    """The text so that Markdown shows it as it is."""
    return _BEGINS.sub(lambda found: _begun(found[1], found[2]), _MEANS.sub(lambda found: f"\\{found[0]}", text))


def _begun(space: str, marker: str) -> str:
    return f"{space}{marker}\\" if marker.isdigit() else f"{space}\\{marker}"
