"""A checklist on a screen, to be ticked: doses, what is due day by day, what to do when it goes wrong, sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from blinadss.citing import sources
from blinadss.findings import Missing
from blinadss.guidance import Checklist, Entry, ItemAdvice
from blinadss.guidance_words import (
    BASES,
    NO_BAG,
    OPEN_CAUTIONS,
    bag_text,
    cycle_text,
    day_heading,
    day_text,
    due_on,
    entry_text,
    given_whenever,
    instructions,
    marks,
    of_cycle,
    of_day,
    schedule_text,
    seen_text,
    source_text,
    sourced_dose,
    standing,
    subtitle,
    when_given,
    whenever,
    worked,
)
from blinadss.page import Page
from blinadss.toxicity_page import toxicity_lines
from blinadss.truth import Truth

BOX = "[ ]"


def checklist_text(checklist: Checklist, *, on: date | None = None, width: int = 96, colour: bool = False) -> str:
    """The whole checklist as text, ``width`` columns wide; with ``on``, only what is due that day."""
    page = Page(width, colour=colour)
    patient = f" of {checklist.profile.id}" if checklist.profile.id else ""
    page.paragraph(f"Checklist{patient}: {checklist.title}", "", style="strong")
    page.paragraph(subtitle(checklist), "")
    page.headed(*standing(checklist))
    numbers = {item.id: number for number, item in enumerate(checklist.items, 1)}
    if on is not None:
        today, lasting = due_on(checklist, on)
        _heading(page, f"Due on {day_text(on)}")
        _entries(page, today, checklist, numbers)
        if lasting:
            _heading(page, "Begun before, and lasting")
            _entries(page, lasting, checklist, numbers)
    else:
        _doses(page, checklist)
        _bags(page, checklist)
        _calendar(page, checklist, numbers)
        _whenever(page, checklist, numbers)
        _toxicities(page, checklist)
        _missing(page, checklist.missing)
    _items(page, checklist, numbers, on)
    sources(page, checklist.cited())
    page.line("")
    stamp = f"Knowledge {checklist.knowledge.version} ({checklist.knowledge.fingerprint[:19]})"
    page.paragraph(
        f"{stamp}, patient data {checklist.profile.digest[:19]}, as of {checklist.assessed_on}.", "", style="faint"
    )
    return "\n".join(page.lines) + "\n"


def _heading(page: Page, text: str) -> None:
    page.line("")
    page.paragraph(text.upper(), "", style="strong")


def _doses(page: Page, checklist: Checklist) -> None:
    _heading(page, "Dose")
    for planned in checklist.doses:
        dose = planned.dose
        shown = dose.amount or "undetermined"
        page.labelled(shown, "strong" if dose.amount else "open", when_given(planned), indent=17)
        page.paragraph(
            f"{worked(dose)} {source_text(dose.cite, dose.assurance, dose.confirm)}", " " * 17, style="faint"
        )
    for gap in checklist.not_stated:
        page.labelled("NOT STATED", "bad", gap, indent=17)
    if checklist.ordered:
        style = {Truth.TRUE: "good", Truth.FALSE: "bad", Truth.UNKNOWN: "open"}[checklist.ordered.truth]
        page.line("")
        page.headed(f"ORDERED {checklist.ordered.ordered}", style, " ".join(checklist.ordered.says))


def _bags(page: Page, checklist: Checklist) -> None:
    if not checklist.bags:
        return
    _heading(page, "Bags")
    if not any(each.chosen for each in checklist.bags):
        page.paragraph(NO_BAG, "  ")
    for bag in checklist.bags:
        lasts, says = bag_text(bag)
        page.labelled(lasts, "strong", f"{says} {source_text(bag.cite, bag.assurance, bag.confirm)}", indent=17)


def _calendar(page: Page, checklist: Checklist, numbers: dict[str, int]) -> None:
    """Every dated entry, cycle by cycle and day by day."""
    for cycle in checklist.cycles:
        _heading(page, f"Cycle {cycle.number} of {checklist.of_cycles}, {cycle.phase}")
        source = source_text(cycle.cite, cycle.assurance, cycle.confirm)
        page.paragraph(f"{cycle_text(cycle)} {source}", "  ", style="faint")
        for (day, dated), together in groupby(of_cycle(checklist, cycle.number), key=of_day):
            page.line("")
            page.paragraph(day_heading(cycle, day, dated=dated), "  ", style="strong")
            _entries(page, together, checklist, numbers)


def _entries(page: Page, entries: Iterable[Entry], checklist: Checklist, numbers: dict[str, int]) -> None:
    parts = checklist.said()
    for each in entries:
        time = f"{each.start:%H:%M} " if isinstance(each.start, datetime) else ""
        said = parts.get(each.of)
        reference = f" ({numbers[each.of]})" if each.of in numbers else ""
        page.labelled(BOX, "strong", f"{time}{entry_text(each, said)}{reference}{marks(said)}", indent=6)


def _whenever(page: Page, checklist: Checklist, numbers: dict[str, int]) -> None:
    held = whenever(checklist)
    if held:
        _heading(page, "Whenever it happens")
    for line, item in held:
        page.labelled(BOX, "strong", f"{line}: {given_whenever(item)} ({numbers[item.id]})", indent=6)


def _toxicities(page: Page, checklist: Checklist) -> None:
    _heading(page, "When it goes wrong")
    if checklist.graded_by:
        page.paragraph(checklist.graded_by, "  ", style="faint")
    for toxicity in checklist.toxicities:
        toxicity_lines(page, toxicity)


def _items(page: Page, checklist: Checklist, numbers: dict[str, int], on: date | None) -> None:
    """What each line means: the instruction, the doses, why, and the source; the three bases apart."""
    for basis, items in instructions(checklist, on):
        _heading(page, BASES[basis])
        if basis == "caution":
            page.paragraph(OPEN_CAUTIONS, "  ", style="faint")
        for item in items:
            _item(page, item, numbers[item.id])


def _item(page: Page, item: ItemAdvice, number: int) -> None:
    source = source_text(item.cite, item.assurance, item.confirm)
    if item.basis == "caution":
        word, style = ("HOLDS", "bad") if item.truth is Truth.TRUE else ("OPEN", "open")
        says = f"{item.rationale} [{seen_text(item)}] What to do: {item.statement} {source}"
        page.labelled(f"{BOX} {word}", style, says, indent=14)
        return
    held = "" if item.truth is Truth.TRUE else f" Cannot be ruled out: {seen_text(item)}."
    page.labelled(str(number), "strong", f"{item.title}. {item.statement}{held} {source}", indent=6)
    page.paragraph(schedule_text(item), " " * 6, style="faint")
    for dose in item.give:
        page.paragraph(sourced_dose(dose), " " * 6)
        if dose.note:
            page.paragraph(dose.note, " " * 6, style="faint")
    if item.note:
        page.paragraph(item.note, " " * 6, style="faint")


def _missing(page: Page, missing: Iterable[Missing]) -> None:
    missing = list(missing)
    if missing:
        _heading(page, "To find out before a dose can be worked out")
    for each in missing:
        page.labelled("?", "open", f"{each.ask} ({each.fact})", indent=6)
