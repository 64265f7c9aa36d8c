"""A checklist as a table: one row for everything due, and one for everything that has no date until it happens."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from blinadss.citing import places
from blinadss.guidance import Checklist, CycleDates, DoseAdvice, Entry, ItemAdvice
from blinadss.truth import Truth

COLUMNS = (
    "start", "until", "every", "cycle", "day", "kind", "title", "dose", "instruction", "basis", "concerns_patient",
    "source", "assurance", "confirm", "id",
)  # fmt: skip
Said = ItemAdvice | DoseAdvice | CycleDates | None  # what an entry is an entry of
_CONCERNS = {Truth.TRUE: "yes", Truth.UNKNOWN: "cannot be ruled out", Truth.FALSE: "no"}


def checklist_csv(checklist: Checklist, *, on: date | None = None) -> str:
    """The checklist as CSV text with a header; no row holds who the patient is. With ``on``, that day's rows."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    entries = checklist.entries if on is None else checklist.due(on)
    said = checklist.said()
    table.writerows(_row(said.get(each.of), each) for each in entries)
    if on is None:
        dated = {each.of for each in checklist.entries}
        for item in checklist.items:
            whenever = [line for line in item.schedule if item.id not in dated or "every restart" in line]
            table.writerows(("", "", line, "", "", item.kind, item.title, *_said(item)) for line in whenever)
    return text.getvalue()


def _row(said: Said, entry: Entry) -> tuple[object, ...]:
    until = entry.until.isoformat() if entry.until else ""
    kind = said.kind if isinstance(said, ItemAdvice) else entry.kind
    start = (entry.start.isoformat() if entry.start else "", until, entry.every, entry.cycle, entry.day)
    return (*start, kind, entry.title, *_said(said))


def dose_text(said: Said) -> str:
    """The doses that go with an entry, as amounts where they are known."""
    doses = (said,) if isinstance(said, DoseAdvice) else said.give if isinstance(said, ItemAdvice) else ()
    return "; ".join(_dose(each) for each in doses)


def _dose(dose: DoseAdvice) -> str:
    how = f", {dose.how}" if dose.how else ""
    return f"{dose.drug} {dose.amount or f'{dose.rule} (undetermined)'}{how}"


def _said(said: Said) -> Iterator[str]:
    if said is None:
        yield from ("", "", "label", "yes", "", "", "", "")
        return
    truth = Truth.TRUE if isinstance(said, CycleDates) else said.truth
    basis = said.basis if isinstance(said, ItemAdvice) else "label"
    yield from (dose_text(said), said.statement, basis, _CONCERNS[truth])
    yield from (places(said.cite), said.assurance, said.confirm, said.id)
