"""Grades in words: the grade, the version it is by, the row that makes it, and what could still change it."""

from __future__ import annotations

from collections.abc import Iterable

from blinadss.citing import places, sources
from blinadss.guidance import Grade, GradeFinding
from blinadss.page import Page
from blinadss.truth import Truth


def grades_text(grades: Iterable[Grade], *, width: int = 96, colour: bool = False) -> str:
    """Several grades as text, ``width`` columns wide."""
    page, grades = Page(width, colour=colour), tuple(grades)
    for each in grades:
        _grade(page, each)
        page.line("")
    sources(page, (cited for grade in grades for row in _shown(grade) for cited in row.cite))
    return "\n".join(page.lines).rstrip("\n") + "\n"


def _grade(page: Page, grade: Grade) -> None:
    style = "open" if grade.grade is None else "good" if grade.grade == 0 else "bad"
    page.headed(str(grade).upper(), style, f"{grade.title}, {grade.system} (version {grade.version}; {grade.scale})")
    if grade.at_most == 0:
        page.paragraph("No row of the scale holds.", "  ")
    for row in _shown(grade):
        marked = "" if row.truth is Truth.TRUE else " (cannot be ruled out)"
        trust = "" if row.assurance == "verified" else f"{row.assurance}: "
        page.labelled(f"grade {row.grade}", "", f"{row.statement}{marked} [{trust}{places(row.cite)}]")
        for compared in row.comparisons:
            value = compared.value if compared.value is not None else "not known"
            page.paragraph(f"{compared.text} — {value}", " " * 13, style="faint")
    for each in grade.missing:
        page.labelled("?", "open", f"{each.ask} ({each.fact})")
    if grade.note:
        page.paragraph(grade.note, "  ", style="faint")


def _shown(grade: Grade) -> Iterable[GradeFinding]:
    """The row that makes the grade, and those above it that may hold."""
    return [
        row
        for row in grade.rows
        if (row.truth is Truth.TRUE and row.grade == grade.at_least)
        or (row.truth is Truth.UNKNOWN and row.grade > grade.at_least)
    ]
