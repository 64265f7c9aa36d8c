"""A contrast in words: a table of the answers, and below it what makes the difference between them."""

from __future__ import annotations

from collections.abc import Mapping

from blinadss.citing import ASSURANCE, sources
from blinadss.contrast import Contrast
from blinadss.differing import Answer, Difference, said
from blinadss.explanation import write_findings
from blinadss.findings import Finding, Verdict
from blinadss.page import Page
from blinadss.truth import Truth

_STYLE = {Verdict.ELIGIBLE: "good", Verdict.UNDETERMINED: "open", Verdict.NOT_IN_FORCE: "faint"}
_NARROW = 20  # columns that a title needs beside the rest of its row


def contrast_text(contrast: Contrast, *, width: int = 96, colour: bool = False) -> str:
    """The whole contrast as text, ``width`` columns wide; ``colour`` adds terminal colours."""
    page = Page(width, colour=colour)
    patient = f" for {contrast.profile.id}" if contrast.profile.id else ""
    page.paragraph(f"Policies compared{patient} on {contrast.assessed_on}", "", style="strong")
    if contrast.dates:
        page.paragraph(
            f"The patient is as on {contrast.assessed_on} throughout; only the policies are of other days.", ""
        )
    page.line("")
    _table(page, contrast)
    page.line("")
    page.line(page.paint("What makes the difference", "strong"))
    if not contrast.differences:
        page.paragraph(_nothing(contrast), "")
    for difference in contrast.differences:
        _difference(page, difference, {each.name: each for each in contrast.answers})
    if contrast.differences and contrast.alike:
        page.line("")
    for sentence in contrast.alike:
        page.paragraph(sentence, "")
    sources(page, (each for made in contrast.differences for found in _shown(made)[0] for each in found.cite))
    page.line("")
    names, knowledge = contrast.engines, contrast.knowledge
    engines = f"answered by {names[0]} alone" if len(names) == 1 else f"answered alike by {' and '.join(names)}"
    stamp = f"Knowledge {knowledge.version} ({knowledge.fingerprint[:19]}), patient data {contrast.profile.digest[:19]}"
    page.paragraph(f"{stamp}; {engines}.", "", style="faint")
    page.paragraph("This supports a professional's decision and does not replace it.", "", style="faint")
    return "\n".join(page.lines) + "\n"


def _table(page: Page, contrast: Contrast) -> None:
    """One row an answer: the policy, its edition, the answer; beside it the title, and the days if some are asked."""
    rows = [(each.policy, each.edition or "-", said(each.answer)) for each in contrast.answers]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for answer, row in zip(contrast.answers, rows, strict=True):
        label = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        beside, style, indent = _beside(answer, contrast), _STYLE.get(answer.verdict, "bad"), len(label) + 4
        if page.width - indent >= _NARROW:
            page.labelled(label, style, beside, indent=indent)
        else:
            page.paragraph("  ".join(row), "  ", style=style)
            page.paragraph(beside, " " * 4)


def _beside(answer: Answer, contrast: Contrast) -> str:
    days = f"On {', '.join(map(str, answer.on))}. " if contrast.dates else ""
    if answer.verdict is not Verdict.NOT_IN_FORCE:
        return f"{days}{answer.title}"
    when, _, _ = answer.note.partition(". ")  # what the note says besides is no matter here
    return f"{days}{answer.title}. {when}"


def _difference(page: Page, difference: Difference, answers: Mapping[str, Answer]) -> None:
    page.line("")
    page.paragraph(difference.sentence, "")
    for name in (difference.one, difference.other) if difference.indications else ():
        if name != difference.of and answers[name].edition_assurance:
            checked = ASSURANCE[answers[name].edition_assurance or "unverified"]
            page.labelled("edition", "faint", f"{answers[name].edition_title} ({name}). {checked}")
    shown, besides = _shown(difference)
    write_findings(page, shown)
    if besides:
        page.line(page.paint("  Asked as well, and not known", "strong"))
    for finding in besides:
        page.labelled("-", "open", finding.statement, indent=4)


def _shown(difference: Difference) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The criteria to show in full, and those that are unknown beside others that are settled, to name only."""
    settled = tuple(each for each in difference.criteria if each.truth is not Truth.UNKNOWN)
    return (settled, difference.criteria[len(settled) :]) if settled else (difference.criteria, ())


def _nothing(contrast: Contrast) -> str:
    """That there is no difference, and what all answer."""
    first = contrast.answers[0]
    if len(contrast.answers) == 1:
        return "The same edition stood on all of these days."
    return f"Nothing differs: every answer is {said(first.answer)}."
