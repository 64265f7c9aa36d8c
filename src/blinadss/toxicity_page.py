"""What to do about a toxicity in words: the rows, gravest first, with their doses and sources, and which one is now."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from blinadss.citing import places
from blinadss.findings import Cited
from blinadss.guidance import ActionAdvice, DoseAdvice, ToxicityAdvice
from blinadss.page import Page
from blinadss.treatment import GO_ON
from blinadss.truth import Truth

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
    now = ""
    if row.id == toxicity.action and waiting and row.action in GO_ON:
        now = f" ← NOT YET: {waiting} keeps the infusion stopped"
    elif row.id == toxicity.action:
        now = " ← NOW"
    elif row.id in toxicity.unless and (toxicity.action or marked):
        now = " ← cannot be ruled out"
    page.labelled(
        row.action.upper(), "bad" if row.action == "stop" else "open", f"{row.condition}{now}", indent=_INDENT
    )
    indent = " " * _INDENT
    page.paragraph(f"{row.do} {source_text(row.cite, row.assurance, row.confirm)}", indent)
    for word, doses in (("Give", row.give), ("Restart with", row.restart)):
        for dose in doses:
            page.paragraph(f"{word} {given_text(dose)}. {source_text(dose.cite, dose.assurance, dose.confirm)}", indent)
            if dose.note:
                page.paragraph(dose.note, indent, style="faint")
    if row.note:
        page.paragraph(row.note, indent, style="faint")


def given_text(dose: DoseAdvice) -> str:
    """A dose in words: the amount with its arithmetic, or the rule where the amount is not known."""
    how = f", {dose.how}" if dose.how else ""
    if dose.truth is Truth.UNKNOWN:
        conditions = " and ".join(each.text for each in dose.comparisons)
        return f"{dose.drug} {dose.rule}{how}, if {conditions}"
    worked = f" ({dose.working.partition(';')[0]})" if "m2" in dose.rule and dose.amount else ""
    return f"{dose.drug} {dose.amount or f'{dose.rule} (undetermined)'}{worked}{how}"


def source_text(cite: Iterable[Cited], assurance: str, confirm: str) -> str:
    """A source in brackets, with how well it was checked, and what is to be confirmed."""
    trust = (
        ""
        if assurance == "verified"
        else f"{assurance.upper() if confirm else assurance}{f', {confirm}' if confirm else ''}: "
    )
    return f"[{trust}{places(cite)}]"
