"""Guidance on giving the treatment, in sentences: doses with their arithmetic, cycles, bags, entries, items.

What rests on a label, on practice and on a caution is named apart, and so is what
cannot be ruled out and what nobody has read in its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from blinadss.answer_words import Style
from blinadss.citing import places
from blinadss.events import day_of
from blinadss.findings import Cited, Eligibility, Verdict
from blinadss.guidance import (
    ActionAdvice,
    BagAdvice,
    Basis,
    Checklist,
    CycleDates,
    DoseAdvice,
    Entry,
    ItemAdvice,
    PlannedDose,
    ToxicityAdvice,
)
from blinadss.regimen import length_text, numbered
from blinadss.treatment import GO_ON
from blinadss.truth import Truth

BASES: dict[Basis, str] = {
    "label": "By the label",
    "practice": "By practice, not by the label",
    "caution": "From the cautions, before the start",
}
NO_BAG = "No bag is chosen, so no bag changes are listed. The treating clinician chooses one of:"
OPEN_CAUTIONS = "OPEN ones cannot be ruled out until the fact in brackets is known."
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # not the computer's language
_ELIGIBILITY: dict[Eligibility, tuple[Style, str]] = {
    Eligibility.INELIGIBLE: (
        "bad",
        "this indication does not apply to the patient; the list is what it asks of others",
    ),
    Eligibility.UNDETERMINED: ("open", "it is not known whether this indication applies"),
}


def standing(checklist: Checklist, see: str = "`blinadss assess` says why") -> tuple[str, Style, str]:
    """Whether the treatment may be given at all, which the list itself never says: a word, its style, what it means."""
    if checklist.verdict is Verdict.CONTRAINDICATED:
        return "CONTRAINDICATED", "bad", f"a contraindication is present; {see}"
    if checklist.eligibility in _ELIGIBILITY:
        style, says = _ELIGIBILITY[checklist.eligibility]
        return checklist.eligibility.value.upper(), style, f"{says}; {see}"
    if checklist.verdict is Verdict.ELIGIBLE:
        return "ELIGIBLE", "good", "this indication applies to the patient, and nothing contraindicates"
    return "UNDETERMINED", "open", f"the indication applies, but a contraindication cannot be ruled out; {see}"


def subtitle(checklist: Checklist) -> str:
    """Under which indication and edition the list is, and from when."""
    return f"{checklist.indication}, edition of {checklist.edition}, from {moment_text(checklist.start)}"


def when_given(planned: PlannedDose) -> str:
    """The cycles and days of a dose, and its level: ``cycle 1, days 1 to 7 (starting dose)``."""
    level = f" ({planned.dose.level} dose)" if planned.dose.level else ""
    return f"{numbered('cycle', planned.cycles)}, {numbered('day', planned.days)}{level}"


def worked(dose: DoseAdvice) -> str:
    """The arithmetic of a dose, or the rule and what has to be found out first."""
    if dose.amount:
        return f"{dose.working[:1].upper()}{dose.working[1:]}."
    asks = " ".join(each.ask for each in dose.missing)
    return f"By the rule {dose.rule}. {asks}"


def given_text(dose: DoseAdvice) -> str:
    """A dose in words: the amount with its arithmetic, or the rule where the amount is not known."""
    how = f", {dose.how}" if dose.how else ""
    if dose.truth is Truth.UNKNOWN:
        conditions = " and ".join(each.text for each in dose.comparisons)
        return f"{dose.drug} {dose.rule}{how}, if {conditions}"
    arithmetic = f" ({dose.working.partition(';')[0]})" if "m2" in dose.rule and dose.amount else ""
    return f"{dose.drug} {dose.amount or f'{dose.rule} (undetermined)'}{arithmetic}{how}"


def sourced_dose(dose: DoseAdvice) -> str:
    """A dose in words, with its source in brackets."""
    return f"{given_text(dose)}. {source_text(dose.cite, dose.assurance, dose.confirm)}"


def source_text(cite: Iterable[Cited], assurance: str, confirm: str) -> str:
    """A source in brackets, with how well it was checked, and what is to be confirmed."""
    return f"[{trust_text(assurance, confirm)}{places(cite)}]"


def trust_text(assurance: str, confirm: str) -> str:
    """How well something was checked, if it was not read in the current text; to be put before its source."""
    if assurance == "verified":
        return ""
    return f"{assurance.upper() if confirm else assurance}{f', {confirm}' if confirm else ''}: "


def bag_text(bag: BagAdvice) -> tuple[str, str]:
    """How long a bag lasts, and its rate, whether it may be chosen, and what is said of it."""
    word = {Truth.TRUE: "chosen" if bag.chosen else "may be chosen", Truth.FALSE: "NOT for this patient",
            Truth.UNKNOWN: "cannot be ruled out" if bag.chosen else "depends on the weight"}[bag.truth]  # fmt: skip
    preservative = "no preservative" if bag.preservative == "free" else "with preservative"
    return length_text(timedelta(hours=bag.hours)), f"{bag.rate}, {preservative}: {word}. {bag.statement}"


def cycle_text(cycle: CycleDates) -> str:
    """When the infusion of a cycle begins and ends, and the days without."""
    off = (cycle.next_from - cycle.last_day).days - 1
    without = f", then {off} days without, until {day_text(cycle.next_from - timedelta(days=1))}" if off else ""
    return f"Infusion from {day_text(cycle.first_day)} to {day_text(cycle.last_day)}{without}."


def entry_text(entry: Entry, said: ItemAdvice | DoseAdvice | CycleDates | None) -> str:
    """What is to be done, with its dose, how often and until when; its time and its number come before and after it."""
    every = f", {entry.every}" if entry.every else ""
    until = f", until {_until(entry)}" if entry.start and entry.until and entry.until != entry.start else ""
    amount = f": {said.amount or f'{said.rule} (undetermined)'}" if isinstance(said, DoseAdvice) else ""
    if isinstance(said, ItemAdvice) and len(said.give) == 1 and said.give[0].amount:  # of alternatives none is chosen
        how = f", {said.give[0].how}" if said.give[0].how else ""
        amount = f": {said.give[0].drug} {said.give[0].amount}{how}"
    return f"{entry.title}{amount}{every}{until}"


def marks(said: ItemAdvice | DoseAdvice | CycleDates | None) -> str:
    """What has to be said beside an entry: that it is practice, and that it may not concern this patient."""
    if not isinstance(said, ItemAdvice):
        return ""
    practice = " · practice" if said.basis == "practice" else ""
    return f"{practice} · cannot be ruled out" if said.truth is Truth.UNKNOWN else practice


def of_day(entry: Entry) -> tuple[date, bool]:
    """Under which day an entry is listed; what is due any time before a day comes under it first."""
    return day_of(entry.when), entry.start is not None


def of_cycle(checklist: Checklist, number: int) -> list[Entry]:
    """The entries of a cycle by day; cautions have their own place."""
    cautions = {item.id for item in checklist.items if item.basis == "caution"}
    entries = (each for each in checklist.entries if each.cycle == number and each.of not in cautions)
    return sorted(entries, key=of_day)


def day_heading(cycle: CycleDates, day: date, *, dated: bool) -> str:
    """What a day of a cycle is headed by."""
    number = (day - cycle.first_day).days + 1
    if not dated:
        return f"Before the start, by {day_text(day)}"
    return f"{day_text(day)}, {f'day {number}' if number > 0 else 'before the start'}"


def whenever(checklist: Checklist) -> list[tuple[str, ItemAdvice]]:
    """What has no date because nobody plans it, restarts and bags that are not chosen: when it is due, and what."""
    dated = {each.of for each in checklist.entries}
    return [
        (line, item)
        for item in checklist.items
        for line in item.schedule
        if "every restart" in line or (item.id not in dated and "every bag change" in line)
    ]


def given_whenever(item: ItemAdvice) -> str:
    """What is to be done whenever it happens, with its doses."""
    give = "; ".join(given_text(each) for each in item.give)
    return f"{item.title}{f' ({give})' if give else ''}"


def due_on(checklist: Checklist, on: date) -> tuple[list[Entry], list[Entry]]:
    """What is due on that day, and what began before and lasts over it."""
    due = checklist.due(on)
    return [each for each in due if day_of(each.when) >= on], [each for each in due if day_of(each.when) < on]


def instructions(checklist: Checklist, on: date | None) -> Iterator[tuple[Basis, list[ItemAdvice]]]:
    """The items that the list refers to, of each basis apart; of the cautions those that hold come first."""
    listed = {each.of for each in (checklist.due(on) if on else checklist.entries)}
    listed |= {item.id for item in checklist.items if not on and any("every" in line for line in item.schedule)}
    for basis in BASES:
        items = [item for item in checklist.items if item.basis == basis and item.id in listed]
        if basis == "caution":
            items.sort(key=lambda item: item.truth is not Truth.TRUE)
        if items:
            yield basis, items


def seen_text(item: ItemAdvice) -> str:
    """What is known of the facts on which it depends whether an item concerns the patient."""
    return ", ".join(f"{each.text}: {each.value or 'not known'}" for each in item.comparisons)


def schedule_text(item: ItemAdvice) -> str:
    """When an item is due, as its author wrote it."""
    when = f"{'; '.join(item.schedule)}. " if item.schedule else ""
    return f"{when[:1].upper()}{when[1:]}"


def now_text(row: ActionAdvice, toxicity: ToxicityAdvice, waiting: str, *, marked: bool) -> str:
    """Whether a row on a toxicity is what to do now, or cannot be ruled out."""
    if row.id == toxicity.action:
        if waiting and row.action in GO_ON:
            return f" ← NOT YET: {waiting} keeps the infusion stopped"
        return " ← NOW"
    return " ← cannot be ruled out" if row.id in toxicity.unless and (toxicity.action or marked) else ""


def day_text(day: date) -> str:
    """A day with its weekday, whatever the language of the computer."""
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"


def moment_text(moment: date | datetime) -> str:
    """A day with its weekday, and the time if there is one."""
    return f"{day_text(moment.date())} {moment:%H:%M}" if isinstance(moment, datetime) else day_text(moment)


def _until(entry: Entry) -> str:
    assert entry.until is not None  # noqa: S101 - asked for only where there is one
    if isinstance(entry.until, datetime) and day_of(entry.when) == entry.until.date():
        return f"{entry.until:%H:%M}"
    return moment_text(entry.until)
