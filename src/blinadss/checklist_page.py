"""A checklist in words, to be ticked: the doses, what is due day by day, what to do when it goes wrong, the sources.

What rests on a label, on practice and on a caution is marked, and so is what
cannot be ruled out and what nobody has read in its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from blinadss.citing import sources
from blinadss.events import day_of
from blinadss.findings import Eligibility, Missing, Verdict
from blinadss.guidance import (
    Checklist,
    CycleDates,
    DoseAdvice,
    Entry,
    ItemAdvice,
)
from blinadss.page import Page
from blinadss.regimen import length_text, numbered
from blinadss.toxicity_page import given_text, source_text, toxicity_lines
from blinadss.truth import Truth

BOX = "[ ]"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # not the computer's language
_ELIGIBILITY = {
    Eligibility.INELIGIBLE: (
        "bad",
        "this indication does not apply to the patient; the list is what it asks of others",
    ),
    Eligibility.UNDETERMINED: ("open", "it is not known whether this indication applies"),
}
_BASES = {
    "label": "By the label",
    "practice": "By practice, not by the label",
    "caution": "From the cautions, before the start",
}


def checklist_text(checklist: Checklist, *, on: date | None = None, width: int = 96, colour: bool = False) -> str:
    """The whole checklist as text, ``width`` columns wide; with ``on``, only what is due that day."""
    page = Page(width, colour=colour)
    patient = f" of {checklist.profile.id}" if checklist.profile.id else ""
    page.paragraph(f"Checklist{patient}: {checklist.title}", "", style="strong")
    page.paragraph(f"{checklist.indication}, edition of {checklist.edition}, from {_moment(checklist.start)}", "")
    _standing(page, checklist)
    numbers = {item.id: number for number, item in enumerate(checklist.items, 1)}
    if on is not None:
        due = checklist.due(on)
        _heading(page, f"Due on {_day(on)}")
        _entries(page, [each for each in due if day_of(each.when) >= on], checklist, numbers)
        lasting = [each for each in due if day_of(each.when) < on]
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


def _standing(page: Page, checklist: Checklist) -> None:
    """Whether the treatment may be given at all, which the list itself never says."""
    see = "`blinadss assess` says why"
    if checklist.verdict is Verdict.CONTRAINDICATED:
        page.headed("CONTRAINDICATED", "bad", f"a contraindication is present; {see}")
    elif checklist.eligibility in _ELIGIBILITY:
        style, says = _ELIGIBILITY[checklist.eligibility]
        page.headed(checklist.eligibility.value.upper(), style, f"{says}; {see}")
    elif checklist.verdict is Verdict.ELIGIBLE:
        page.headed("ELIGIBLE", "good", "this indication applies to the patient, and nothing contraindicates")
    else:
        page.headed(
            "UNDETERMINED", "open", f"the indication applies, but a contraindication cannot be ruled out; {see}"
        )


def _heading(page: Page, text: str) -> None:
    page.line("")
    page.paragraph(text.upper(), "", style="strong")


def _doses(page: Page, checklist: Checklist) -> None:
    _heading(page, "Dose")
    for planned in checklist.doses:
        when = f"{numbered('cycle', planned.cycles)}, {numbered('day', planned.days)}"
        dose = planned.dose
        shown = dose.amount or "undetermined"
        page.labelled(shown, "strong" if dose.amount else "open", f"{when}{_level(dose)}", indent=17)
        page.paragraph(
            f"{_worked(dose)} {source_text(dose.cite, dose.assurance, dose.confirm)}", " " * 17, style="faint"
        )
    for gap in checklist.not_stated:
        page.labelled("NOT STATED", "bad", gap, indent=17)
    if checklist.ordered:
        style = {Truth.TRUE: "good", Truth.FALSE: "bad", Truth.UNKNOWN: "open"}[checklist.ordered.truth]
        page.line("")
        page.headed(f"ORDERED {checklist.ordered.ordered}", style, " ".join(checklist.ordered.says))


def _level(dose: DoseAdvice) -> str:
    return f" ({dose.level} dose)" if dose.level else ""


def _worked(dose: DoseAdvice) -> str:
    if dose.amount:
        return f"{dose.working[:1].upper()}{dose.working[1:]}."
    asks = " ".join(each.ask for each in dose.missing)
    return f"By the rule {dose.rule}. {asks}"


def _bags(page: Page, checklist: Checklist) -> None:
    if not checklist.bags:
        return
    _heading(page, "Bags")
    if not any(each.chosen for each in checklist.bags):
        page.paragraph("No bag is chosen, so no bag changes are listed. The treating clinician chooses one of:", "  ")
    for bag in checklist.bags:
        word = {Truth.TRUE: "chosen" if bag.chosen else "may be chosen", Truth.FALSE: "NOT for this patient",
                Truth.UNKNOWN: "cannot be ruled out" if bag.chosen else "depends on the weight"}[bag.truth]  # fmt: skip
        says = f"{bag.rate}, {'no preservative' if bag.preservative == 'free' else 'with preservative'}: {word}"
        page.labelled(
            length_text(timedelta(hours=bag.hours)),
            "strong",
            f"{says}. {bag.statement} {source_text(bag.cite, bag.assurance, bag.confirm)}",
            indent=17,
        )


def _calendar(page: Page, checklist: Checklist, numbers: dict[str, int]) -> None:
    """Every dated entry, cycle by cycle and day by day."""
    for cycle in checklist.cycles:
        _heading(page, f"Cycle {cycle.number} of {checklist.of_cycles}, {cycle.phase}")
        page.paragraph(_cycle(cycle), "  ", style="faint")
        cautions = {item.id for item in checklist.items if item.basis == "caution"}  # listed once, in their own place
        entries = [each for each in checklist.entries if each.cycle == cycle.number and each.of not in cautions]
        by_day = groupby(sorted(entries, key=_of_day), key=_of_day)
        for (day, dated), together in by_day:
            number = (day - cycle.first_day).days + 1
            page.line("")
            label = f"{_day(day)}, {f'day {number}' if number > 0 else 'before the start'}"
            page.paragraph(label if dated else f"Before the start, by {_day(day)}", "  ", style="strong")
            _entries(page, together, checklist, numbers)


def _of_day(entry: Entry) -> tuple[date, bool]:
    """Under which day an entry is listed; what is due any time before a day comes under it first."""
    return day_of(entry.when), entry.start is not None


def _cycle(cycle: CycleDates) -> str:
    off = (cycle.next_from - cycle.last_day).days - 1
    without = f", then {off} days without, until {_day(cycle.next_from - timedelta(days=1))}" if off else ""
    infusion = f"Infusion from {_day(cycle.first_day)} to {_day(cycle.last_day)}{without}."
    return f"{infusion} {source_text(cycle.cite, cycle.assurance, cycle.confirm)}"


def _entries(page: Page, entries: Iterable[Entry], checklist: Checklist, numbers: dict[str, int]) -> None:
    parts = checklist.said()
    for each in entries:
        time = f"{each.start:%H:%M} " if isinstance(each.start, datetime) else ""
        said = parts.get(each.of)
        item = said if isinstance(said, ItemAdvice) else None
        reference = f" ({numbers[each.of]})" if each.of in numbers else ""
        marked = " · practice" if item and item.basis == "practice" else ""
        marked += " · cannot be ruled out" if item and item.truth is Truth.UNKNOWN else ""
        every = f", {each.every}" if each.every else ""
        until = f", until {_until(each)}" if each.start and each.until and each.until != each.start else ""
        amount = f": {said.amount or f'{said.rule} (undetermined)'}" if isinstance(said, DoseAdvice) else ""
        if item and len(item.give) == 1 and item.give[0].amount:  # of alternatives none is chosen here
            how = f", {item.give[0].how}" if item.give[0].how else ""
            amount = f": {item.give[0].drug} {item.give[0].amount}{how}"
        page.labelled(BOX, "strong", f"{time}{each.title}{amount}{every}{until}{reference}{marked}", indent=6)


def _until(entry: Entry) -> str:
    assert entry.until is not None  # noqa: S101 - asked for only where there is one
    if isinstance(entry.until, datetime) and day_of(entry.when) == entry.until.date():
        return f"{entry.until:%H:%M}"
    return _moment(entry.until)


def _whenever(page: Page, checklist: Checklist, numbers: dict[str, int]) -> None:
    """What has no date because nobody plans it: restarts."""
    dated = {each.of for each in checklist.entries}
    held = [
        (line, item)
        for item in checklist.items
        for line in item.schedule
        if "every restart" in line or (item.id not in dated and "every bag change" in line)
    ]
    if not held:
        return
    _heading(page, "Whenever it happens")
    for line, item in held:
        give = "; ".join(given_text(each) for each in item.give)
        page.labelled(
            BOX, "strong", f"{line}: {item.title}{f' ({give})' if give else ''} ({numbers[item.id]})", indent=6
        )


def _toxicities(page: Page, checklist: Checklist) -> None:
    _heading(page, "When it goes wrong")
    if checklist.graded_by:
        page.paragraph(checklist.graded_by, "  ", style="faint")
    for toxicity in checklist.toxicities:
        toxicity_lines(page, toxicity)


def _items(page: Page, checklist: Checklist, numbers: dict[str, int], on: date | None) -> None:
    """What each line means: the instruction, the doses, why, and the source; the three bases apart."""
    listed = {each.of for each in (checklist.due(on) if on else checklist.entries)}
    listed |= {item.id for item in checklist.items if not on and any("every" in line for line in item.schedule)}
    for basis, title in _BASES.items():
        items = [item for item in checklist.items if item.basis == basis and item.id in listed]
        if items:
            _heading(page, title)
        if items and basis == "caution":
            page.paragraph("OPEN ones cannot be ruled out until the fact in brackets is known.", "  ", style="faint")
            items.sort(key=lambda item: item.truth is not Truth.TRUE)
        for item in items:
            _item(page, item, numbers[item.id])


def _item(page: Page, item: ItemAdvice, number: int) -> None:
    seen = ", ".join(f"{each.text}: {each.value or 'not known'}" for each in item.comparisons)
    source = source_text(item.cite, item.assurance, item.confirm)
    if item.basis == "caution":
        word, style = ("HOLDS", "bad") if item.truth is Truth.TRUE else ("OPEN", "open")
        says = f"{item.rationale} [{seen}] What to do: {item.statement} {source}"
        page.labelled(f"{BOX} {word}", style, says, indent=14)
        return
    held = "" if item.truth is Truth.TRUE else f" Cannot be ruled out: {seen}."
    when = f"{'; '.join(item.schedule)}. " if item.schedule else ""
    page.labelled(str(number), "strong", f"{item.title}. {item.statement}{held} {source}", indent=6)
    page.paragraph(f"{when[:1].upper()}{when[1:]}", " " * 6, style="faint")
    for dose in item.give:
        page.paragraph(f"{given_text(dose)}. {source_text(dose.cite, dose.assurance, dose.confirm)}", " " * 6)
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


def _day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"


def _moment(moment: date | datetime) -> str:
    return f"{_day(moment.date())} {moment:%H:%M}" if isinstance(moment, datetime) else _day(moment)
