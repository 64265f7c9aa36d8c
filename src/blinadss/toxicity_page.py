"""What to do about a toxicity in words: the rows, gravest first, with their doses and sources, and which one is now."""

from __future__ import annotations

from collections.abc import Collection

from blinadss.guidance import ActionAdvice, ToxicityAdvice
from blinadss.guidance_words import now_text, source_text, sourced_dose
from blinadss.page import Page

_INDENT = 21  # columns, for what stands beside the word of an action


def toxicity_lines(
    page: Page, toxicity: ToxicityAdvice, *, only: Collection[str | None] | None = None, waiting: str = ""
) -> None:
    """One toxicity with all its rows, or only with those named; ``waiting`` is what keeps the infusion stopped."""
    page.line("")
    page.paragraph(toxicity.title, "  ", style="strong")
    for row in toxicity.rows:
        if only is None or row.id in only:
            _action(page, row, toxicity, waiting, marked=only is not None)


def _action(page: Page, row: ActionAdvice, toxicity: ToxicityAdvice, waiting: str, *, marked: bool) -> None:
    now = now_text(row, toxicity, waiting, marked=marked)
    page.labelled(
        row.action.upper(), "bad" if row.action == "stop" else "open", f"{row.condition}{now}", indent=_INDENT
    )
    indent = " " * _INDENT
    page.paragraph(f"{row.do} {source_text(row.cite, row.assurance, row.confirm)}", indent)
    for word, doses in (("Give", row.give), ("Restart with", row.restart)):
        for dose in doses:
            page.paragraph(f"{word} {sourced_dose(dose)}", indent)
            if dose.note:
                page.paragraph(dose.note, indent, style="faint")
    if row.note:
        page.paragraph(row.note, indent, style="faint")
