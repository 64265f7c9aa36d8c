"""A treatment and a grading system in words: tables of doses, bags, items, actions and grades, each with its source.

Written as Markdown. The rows are named by their ids, and by the rows of the sheets that they were taken from,
so that each can be held against the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from blinadss import prose
from blinadss.errors import UsageError, near
from blinadss.knowledge import KnowledgeBase
from blinadss.prose import cited
from blinadss.treatment import Action, BagRule, DoseRule, GradingSystem, Item, Range, Row, Scale, Toxicity, Treatment
from blinadss.wording import condition_text

Lines = Iterator[str]


def show(knowledge: KnowledgeBase, name: str) -> str:
    """What is called that, in words, whatever it is; raises `UsageError` with the nearest id if nothing is."""
    toxicities = {each.id: each for treatment in knowledge.treatments.values() for each in treatment.toxicities}
    scales = {each.id: each for system in knowledge.grading.values() for each in system.scales}
    rows = {row.id: row for row in knowledge.rows()}
    treatment = knowledge.treatments.get(name.removesuffix("/treatment"))
    if name in rows:
        lines = row_prose(rows[name])
    elif name in toxicities:
        lines = toxicity_prose(toxicities[name])
    elif name in scales:
        lines = scale_prose(scales[name])
    elif name in knowledge.grading:
        lines = grading_prose(knowledge.grading[name])
    elif treatment and name not in knowledge.policies:
        lines = treatment_prose(treatment)
    else:
        try:
            return prose.show(knowledge, name)
        except UsageError:
            indications = [each.id for policy in knowledge.policies.values() for each in policy.indications]
            elsewhere = [*knowledge.policies, *indications, *knowledge.criteria, *knowledge.evidence]
            if hint := near(name, [*elsewhere, *knowledge.grading, *rows, *toxicities]):
                raise UsageError(f"nothing is called `{name}`", hint) from None
            raise
    return "\n".join(lines) + "\n"


def treatment_prose(treatment: Treatment, level: str = "#") -> Lines:
    """All that one document says of giving the treatment."""
    yield f"{level} Giving the treatment: {treatment.title}"
    if treatment.start > date.min:
        yield from ("", f"Stated from the edition of {treatment.start} on.")
    if treatment.cycles:
        heads = ("for", "phase", "cycles", "infusion", "without", "statement")
        yield from ("", f"{level}# The course", "")
        rows = [
            (_whom(each), each.phase, _range(each.cycles), f"{each.infusion} days", f"{each.off} days", each.statement)
            for each in treatment.cycles
        ]
        yield from _table(heads, rows, treatment.cycles)
    if treatment.doses:
        yield from ("", f"{level}# Doses", "")
        yield from _table(
            ("for", "who", "cycles", "days", "dose"), [_dose_cells(each) for each in treatment.doses], treatment.doses
        )
    if treatment.bags:
        yield from ("", f"{level}# Bags", "")
        yield from _table(
            ("lasts", "rate", "preservative", "who"), [_bag_cells(each) for each in treatment.bags], treatment.bags
        )
    for kind, items in _by_kind(treatment.items):
        yield from ("", f"{level}# {kind.capitalize()}", "")
        yield from _table(("for", "who", "when", "what"), [_item_cells(each) for each in items], items)
    if treatment.graded_by:
        graded = treatment.graded_by
        yield from ("", f"{level}# Toxicities", "", f"{graded.statement} {_trust(graded)}")
    for toxicity in treatment.toxicities:
        yield from ("", *toxicity_prose(toxicity, f"{level}#"))


def toxicity_prose(toxicity: Toxicity, level: str = "#") -> Lines:
    """What to do about one toxicity, gravest first."""
    yield from (f"{level} {toxicity.title}", "", "The first row that holds is the action.", "")
    yield from _table(("if", "action", "what to do"), [_action_cells(each) for each in toxicity.act], toxicity.act)


def grading_prose(system: GradingSystem, level: str = "#") -> Lines:
    """A grading system: every scale, gravest grade first."""
    yield f"{level} {system.title}, version {system.version}"
    for scale in system.scales:
        yield from ("", *scale_prose(scale, f"{level}#"))


def scale_prose(scale: Scale, level: str = "#") -> Lines:
    """One scale, gravest grade first."""
    recorded = f", recorded as `{scale.fact}`" if scale.fact else ""
    yield from (f"{level} {scale.title}", "", f"`{scale.id}`{recorded}")
    yield from ("", scale.note) if scale.note else ()
    yield ""
    rows = [(str(each.grade), _condition(each), each.statement) for each in scale.grades]
    yield from _table(("grade", "if", "statement"), rows, scale.grades)


def row_prose(row: Row, level: str = "#") -> Lines:
    """One row by itself."""
    yield from (f"{level} {row.statement}", "", f"`{row.id}`")
    if row.when is not None:
        yield from ("", f"Holds if {condition_text(row.when)}.")
    if isinstance(row, DoseRule):
        yield from ("", f"{row.drug.capitalize()}: {row.dose}{f', {row.how}' if row.how else ''}.")
    if isinstance(row, Item):
        yield from ("", f"When: {'; '.join(str(each) for each in row.schedule)}.")
    for dose in (*getattr(row, "give", ()), *getattr(row, "restart", ())):
        yield from ("", f"- {_dose(dose)}")
    yield from ("", f"{row.assurance.capitalize()}. {cited(row.cite)}")
    if row.note:
        yield from ("", row.note)


def _table(heads: Iterable[str], cells: Iterable[tuple[str, ...]], rows: Iterable[Row]) -> Lines:
    """A table whose last columns are the id, the rows of the sheets, the assurance and the source of each row."""
    heads = (*heads, "id", "from", "assurance", "source")
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for each, row in zip(cells, rows, strict=True):
        last = (f"`{row.id}`", ", ".join(row.rows), row.assurance, cited(row.cite))
        yield f"| {' | '.join(cell.replace('|', '/') for cell in (*each, *last))} |"


def _dose_cells(rule: DoseRule) -> tuple[str, ...]:
    cycles = _range(rule.cycles) if rule.cycles else ""
    return _whom(rule), _condition(rule), cycles, _range(rule.days) if rule.days else "", str(rule.dose)


def _bag_cells(rule: BagRule) -> tuple[str, ...]:
    hours = f"{rule.lasts.total_seconds() / 3600:.0f} hours"
    return hours, rule.rate, rule.preservative, f"{_condition(rule)}{_noted(rule)}"


def _item_cells(item: Item) -> tuple[str, ...]:
    gives = "".join(f" Give {_dose(each)}." for each in item.give)
    when = "; ".join(str(each) for each in item.schedule)
    return _whom(item), _condition(item), when, f"**{item.title}.** {item.statement}{gives}{_noted(item)}"


def _action_cells(action: Action) -> tuple[str, ...]:
    gives = "".join(f" Give {_dose(each)}." for each in action.give)
    again = "".join(f" Restart with {_dose(each)}." for each in action.restart)
    return _condition(action), action.action, f"{action.statement}{gives}{again}{_noted(action)}"


def _dose(rule: DoseRule) -> str:
    """A dose inside a cell, with what is not the row's own: for whom, and how well it was checked."""
    who = f" ({_condition(rule)})" if rule.when is not None else ""
    how = f", {rule.how}" if rule.how else ""
    trust = "" if rule.assurance == "verified" else f" *{rule.assurance}*"
    return f"{rule.drug} {rule.dose}{how}{who} [{', '.join(rule.rows)}{trust}]"


def _condition(row: Row) -> str:
    return condition_text(row.when) if row.when is not None else ""


def _whom(row: Row) -> str:
    return ", ".join(each.rpartition("/")[2] for each in row.indications)


def _noted(row: Row) -> str:
    return f" *{row.note}*" if row.note else ""


def _trust(row: Row) -> str:
    return f"{row.assurance.capitalize()}. {cited(row.cite)}"


def _range(numbers: Range) -> str:
    first, last = numbers
    return str(first) if first == last else f"{first}-{last}"


def _by_kind(items: Iterable[Item]) -> Iterator[tuple[str, list[Item]]]:
    kinds: dict[str, list[Item]] = {}
    for item in items:
        kinds.setdefault(item.kind, []).append(item)
    yield from kinds.items()
