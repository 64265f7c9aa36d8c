"""A checklist as a report: whether it may be given, doses, bags, what is due day by day to be ticked, what to do if."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby

from blinadss.answer_words import DISCLAIMER
from blinadss.guidance import ActionAdvice, Basis, Checklist, Entry, ItemAdvice, ToxicityAdvice
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
    moment_text,
    now_text,
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
from blinadss.report.blocks import (
    Block,
    Cell,
    Glance,
    Paragraph,
    Phrase,
    Points,
    Prose,
    Report,
    Section,
    Table,
    Tick,
    Ticks,
    badge,
    cell,
    paragraph,
    phrase,
    prose,
    shown,
)
from blinadss.report.found import source_cell, sources
from blinadss.report.frame import running, sources_section
from blinadss.report.lanes import timeline
from blinadss.truth import Truth

_ORDERED = {
    Truth.TRUE: badge("agrees", "good"),
    Truth.FALSE: badge("does not agree", "bad"),
    Truth.UNKNOWN: badge("cannot be said", "open"),
}


def checklist_report(checklist: Checklist, *, on: date | None = None) -> Report:
    """The report of a checklist; with ``on``, only of what is due that day."""
    return _View(checklist, on).report()


class _View:
    def __init__(self, checklist: Checklist, on: date | None) -> None:
        self.checklist, self.on = checklist, on
        self.numbers = {item.id: number for number, item in enumerate(checklist.items, 1)}
        self.said = checklist.said()

    def report(self) -> Report:
        checklist, stamp = self.checklist, self.checklist.knowledge
        patient, fingerprint = shown(checklist.profile.id or "an unnamed patient"), stamp.fingerprint[:19]
        start = f"from {moment_text(checklist.start)}" if self.on is None else f"due on {day_text(self.on)}"
        body = self.whole() if self.on is None else self.due(self.on)
        return Report(
            title="Checklist",
            language="en",
            patient=patient,
            date=start,
            alerts=(),
            glances=(self.glance(),),
            sections=(*body, *self.instructions(), sources_section(checklist.cited())),
            facts=(
                ("Patient", patient),
                ("Indication", checklist.indication),
                ("Edition", checklist.edition),
                ("Start", moment_text(checklist.start)),
                ("Facts as of", str(checklist.assessed_on)),
                ("Knowledge", shown(f"{stamp.version}, {fingerprint}")),
                ("Patient data", checklist.profile.digest[:19]),
                ("Answered", f"by {' and '.join(checklist.engines)}"),
            ),
            running=running(patient, f"{checklist.indication} {start}", f"knowledge {fingerprint}"),
            disclaimer=DISCLAIMER,
        )

    def glance(self) -> Glance:
        checklist = self.checklist
        word, style, says = standing(checklist, "its assessment says why")
        lines = [prose(subtitle(checklist))]
        for planned in checklist.doses:
            dose = planned.dose.amount or f"undetermined, by the rule {planned.dose.rule}"
            lines.append((phrase(f"{dose}: ", "strong"), phrase(when_given(planned))))
        lines += [(phrase("NOT STATED ", "bad"), phrase(gap)) for gap in checklist.not_stated]
        lines += [(phrase("To find out: ", "strong"), phrase(each.ask)) for each in checklist.missing]
        unread = len(self.unread())
        if unread:
            lines.append(prose(f"{unread} lines below were not read in their source, and say what to confirm.", "open"))
        return Glance(shown(checklist.title), badge(word.lower(), style), says, tuple(lines), "doses")

    def unread(self) -> set[str]:
        """What is listed that nobody has read in its source."""
        unread = set(self.checklist.unconfirmed())
        if self.on is None:
            return unread
        return unread & {item.id for _, items in instructions(self.checklist, self.on) for item in items}

    def whole(self) -> Iterator[Section]:
        yield self.doses()
        if self.checklist.bags:
            yield self.bags()
        for cycle in self.checklist.cycles:
            days = groupby(of_cycle(self.checklist, cycle.number), key=of_day)
            source = source_text(cycle.cite, cycle.assurance, cycle.confirm)
            lead: tuple[Block, ...] = (
                paragraph(f"{cycle_text(cycle)} {source}", "faint"),
                timeline(self.checklist, cycle),
            )
            listed = (
                Section(
                    day_heading(cycle, day, dated=dated),
                    (self.ticks(f"cycle-{cycle.number}-{day}{'' if dated else '-before'}", together),),
                )
                for (day, dated), together in days
            )
            title = f"Cycle {cycle.number} of {self.checklist.of_cycles}, {cycle.phase}"
            yield Section(title, (*lead, *listed), anchor=f"cycle-{cycle.number}")
        held = whenever(self.checklist)
        if held:
            ticks = tuple(
                Tick((phrase(f"{line}: ", "strong"), phrase(f"{given_whenever(item)} ({self.numbers[item.id]})")))
                for line, item in held
            )
            yield Section("Whenever it happens", (Ticks("whenever", ticks),), anchor="whenever")
        yield self.toxicities()

    def due(self, on: date) -> Iterator[Section]:
        today, lasting = due_on(self.checklist, on)
        yield Section(f"Due on {day_text(on)}", (self.ticks("due", today),), anchor="due")
        if lasting:
            yield Section("Begun before, and lasting", (self.ticks("lasting", lasting, timed=False),), anchor="lasting")

    def doses(self) -> Section:
        """The doses with their arithmetic; what no source states; an order held against the rule."""
        rows = tuple(
            (
                Cell((prose(planned.dose.amount or "undetermined", "strong" if planned.dose.amount else "open"),)),
                cell(when_given(planned)),
                cell(worked(planned.dose), planned.dose.note),
                source_cell(planned.dose.cite, planned.dose.assurance, planned.dose.confirm),
            )
            for planned in self.checklist.doses
        )
        blocks: list[Block] = []
        if rows:
            columns = ("Dose", "When", "How it is worked out", "Source")
            blocks.append(Table("Doses", columns, (18, 22, 38, 22), rows))
        blocks += (Paragraph((phrase("NOT STATED ", "bad"), phrase(gap))) for gap in self.checklist.not_stated)
        ordered = self.checklist.ordered
        if ordered:
            says = tuple(paragraph(each) for each in ordered.says)
            blocks.append(Section(f"Ordered: {shown(ordered.ordered)}", says, _ORDERED[ordered.truth]))
        return Section("Dose", tuple(blocks), anchor="doses")

    def bags(self) -> Section:
        rows = []
        for bag in self.checklist.bags:
            lasts, says = bag_text(bag)
            rows.append(
                (cell(lasts, tone="strong"), cell(says, bag.note), source_cell(bag.cite, bag.assurance, bag.confirm))
            )
        lead = () if any(each.chosen for each in self.checklist.bags) else (paragraph(NO_BAG),)
        table = Table("Bags", ("Lasts", "Rate, and whether it may be chosen", "Source"), (14, 56, 30), tuple(rows))
        return Section("Bags", (*lead, table), anchor="bags")

    def ticks(self, name: str, entries: Iterable[Entry], *, timed: bool = True) -> Ticks:
        """Entries to be ticked; what is due at several times of one day is one line with a box for each.

        Those that began on another day have no time on this one.
        """
        lines: dict[Prose, list[str]] = {}
        for each in entries:
            said = self.said.get(each.of)
            number = f" ({self.numbers[each.of]})" if each.of in self.numbers else ""
            line = (phrase(entry_text(each, said)), phrase(f"{number}{marks(said)}", "faint"))
            time = f"{each.start:%H:%M}" if timed and isinstance(each.start, datetime) else ""
            lines.setdefault(line, []).append(time)
        return Ticks(name, tuple(Tick(line, tuple(time for time in times if time)) for line, times in lines.items()))

    def toxicities(self) -> Section:
        lead = (paragraph(self.checklist.graded_by, "faint"),) if self.checklist.graded_by else ()
        tables = tuple(Section(shown(each.title), (_toxicity(each),)) for each in self.checklist.toxicities)
        return Section("When it goes wrong", (*lead, *tables), anchor="toxicities")

    def instructions(self) -> Iterator[Section]:
        """What each line means: the instruction, the doses, when, and the source; the three bases apart."""
        for basis, items in instructions(self.checklist, self.on):
            if basis == "caution":
                ticks = tuple(map(_caution, items))
                yield Section(BASES[basis], (paragraph(OPEN_CAUTIONS, "faint"), Ticks("cautions", ticks)), anchor=basis)
            else:
                yield self.items(basis, items)

    def items(self, basis: Basis, items: list[ItemAdvice]) -> Section:
        points = tuple((phrase(f"{self.numbers[item.id]} ", "strong"), *_instruction(item)) for item in items)
        return Section(BASES[basis], (Points(points),), anchor=basis)


def _instruction(item: ItemAdvice) -> Iterator[Phrase]:
    """What an item asks, whether it concerns this patient, when it is due, its source, its doses and notes."""
    yield phrase(f"{item.title}. ", "strong")
    yield phrase(f"{item.statement} ")
    if item.truth is not Truth.TRUE:
        yield phrase(f"Cannot be ruled out: {seen_text(item)}. ", "open")
    yield phrase(schedule_text(item), "faint")
    yield from sources(item.cite, item.assurance, item.confirm)
    for dose in item.give:
        yield phrase(f" {sourced_dose(dose)}")
        yield phrase(f" {dose.note}" if dose.note else "", "faint")
    yield phrase(f" {item.note}" if item.note else "", "faint")


def _caution(item: ItemAdvice) -> Tick:
    holds = item.truth is Truth.TRUE
    source = source_text(item.cite, item.assurance, item.confirm)
    return Tick(
        (
            phrase("HOLDS: " if holds else "OPEN: ", "bad" if holds else "open"),
            phrase(f"{item.rationale} [{seen_text(item)}] "),
            phrase("What to do: ", "strong"),
            phrase(f"{item.statement} "),
            phrase(source, "faint"),
        )
    )


def _toxicity(toxicity: ToxicityAdvice) -> Table:
    rows = tuple(
        (
            Cell(badge=badge(row.action, "bad" if row.action == "stop" else "open")),
            Cell(((phrase(row.condition), phrase(now_text(row, toxicity, "", marked=False), "bad")),)),
            Cell(tuple(_action(row))),
            source_cell(row.cite, row.assurance, row.confirm),
        )
        for row in toxicity.rows
    )
    return Table(shown(toxicity.title), ("Action", "If", "What to do", "Source"), (14, 22, 42, 22), rows)


def _action(row: ActionAdvice) -> Iterator[Prose]:
    yield prose(row.do)
    for word, doses in (("Give", row.give), ("Restart with", row.restart)):
        for dose in doses:
            yield (phrase(f"{word} ", "strong"), phrase(sourced_dose(dose)))
            if dose.note:
                yield prose(dose.note, "faint")
    if row.note:
        yield prose(row.note, "faint")
