"""The files `dosing.yaml`, `monitoring.yaml` and `toxicity.yaml` of one folder become one `Treatment`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar, cast

from blinadss.authoring import Entry, edition_day, read_expression
from blinadss.errors import Problems, near, quoted
from blinadss.events import LEVELS
from blinadss.knowledge import Policy
from blinadss.reading import Node
from blinadss.schedule import read_schedule
from blinadss.statements import Source
from blinadss.treatment import (
    ACTIONS,
    ITEM_KINDS,
    Action,
    BagRule,
    CycleRule,
    Dose,
    DoseRule,
    Item,
    Row,
    Toxicity,
    Treatment,
    read_dose,
)
from blinadss.treatment_text import read_cap, read_days, read_days_off, read_fact, read_home, read_range, read_time

FILES = ("dosing.yaml", "monitoring.yaml", "toxicity.yaml")
PRACTICE = "practice"  # the folder of what no policy asks and hospitals do
CITED = ("id", "cite", "assurance")
MORE = ("when", "for", "from", "until", "rationale", "note", "flaw", "rows", "statement")
T = TypeVar("T")


def read_treatment(
    name: str,
    files: Mapping[str, Node],
    policies: Mapping[str, Policy],
    sources: Mapping[str, Source],
    problems: Problems,
) -> Treatment:
    """What the files of one folder say of giving the treatment; each file is optional."""
    for file, node in files.items():
        if name not in policies and (name, file) != (PRACTICE, "monitoring.yaml"):
            hint = f"only {PRACTICE}/monitoring.yaml stands without one"
            problems.add(replace(node.place, line=1, column=1, text=""), "this folder has no `policy.yaml`", hint)
    return _TreatmentReader(name, policies, sources, problems).read(files)


class RowReader:
    """Reads rows of one folder: each id once, each cited, each with the folder's own prefix."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the rows of a folder may refer to
        self,
        prefix: str,
        indications: Collection[str],
        editions: Collection[date],
        taken: Collection[str],
        sources: Mapping[str, Source],
        problems: Problems,
    ) -> None:
        self.prefix, self.indications, self.editions = prefix, indications, editions
        self.sources, self.problems = sources, problems
        self.ids = set(taken)

    def entry(self, node: Node, what: str, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Entry:
        """A row's lines, its keys checked."""
        return Entry(node, self.problems, what, required=(*CITED, *required), optional=(*MORE, *optional))

    def cited(self, entry: Entry, statement: str = "") -> dict[str, Any]:
        """What every row has."""
        when = entry.get("when")
        return {
            "id": self.named(entry),
            "statement": entry.text("statement", statement),
            "cite": entry.citations(self.sources),
            "assurance": entry.assurance(),
            "when": read_expression(when, self.problems) if when else None,
            "indications": tuple(self.whom(entry)),
            "period": entry.period(self.editions),
            "rationale": entry.text("rationale"),
            "note": entry.text("note"),
            "flaw": entry.text("flaw"),
            "rows": tuple(text for text, _ in entry.texts("rows")),
            "place": entry.place,
        }

    def named(self, entry: Entry) -> str:
        """The full id of a row, which nothing else in the folder may have."""
        written = entry.identifier("id")
        name = f"{self.prefix}/{written}"
        if written and name in self.ids:
            self.problems.add(entry.place, f"something is called `{name}` already", "give one of them another name")
        self.ids.add(name)
        return name

    def whom(self, entry: Entry) -> Iterable[str]:
        """The indications under `for`, by their full ids."""
        for text, place in entry.texts("for"):
            name = text if text in self.indications else f"{self.prefix}/{text}"
            if name not in self.indications:
                self.problems.add(place, f"there is no indication {quoted(text)}", near(name, list(self.indications)))
            yield name

    def several(self, entry: Entry, key: str, read: Callable[[Node], T]) -> tuple[T, ...]:
        """The rows listed under a key."""
        return tuple(read(node) for node in entry.items(key))


class _TreatmentReader(RowReader):
    def __init__(
        self, name: str, policies: Mapping[str, Policy], sources: Mapping[str, Source], problems: Problems
    ) -> None:
        policy = policies.get(name)
        about = [policy] if policy else list(policies.values())
        indications = [each.id for each_policy in about for each in each_policy.indications]
        editions = [edition.start for edition in policy.editions] if policy else []
        criteria = [use.criterion.id for use in policy.uses()] if policy else []
        super().__init__(name, indications, editions, {*indications, *criteria}, sources, problems)
        self.policy = policy
        self.drug = ""

    def read(self, files: Mapping[str, Node]) -> Treatment:
        """The treatment that the files describe together."""
        title = self.policy.title if self.policy else self.prefix
        treatment = Treatment(self.prefix, title)
        for file, node in files.items():
            if file == "dosing.yaml":
                entry = self.head(node, "dosing", ("drug", "cycles", "doses"), ("bags",))
                self.drug = entry.text("drug")
                treatment = replace(
                    treatment,
                    cycles=self.several(entry, "cycles", self.cycle),
                    doses=self.several(entry, "doses", self.dose_of_treatment),
                    bags=self.several(entry, "bags", self.bag),
                )
            elif file == "monitoring.yaml":
                entry = self.head(node, "monitoring", ("items",), ("title",))
                items = self.several(entry, "items", self.item)
                treatment = replace(treatment, items=items, title=entry.text("title", treatment.title))
            else:
                entry = self.head(node, "toxicity", ("toxicities",), ("grades",))
                treatment = replace(
                    treatment,
                    toxicities=self.several(entry, "toxicities", self.toxicity),
                    graded_by=self.graded_by(entry),
                )
            start = entry.read("from", partial(edition_day, self.editions), date.min)
            treatment = replace(treatment, start=max(treatment.start, start))
        return treatment

    def head(self, node: Node, kind: str, required: Sequence[str], optional: Sequence[str]) -> Entry:
        """The lines of a whole file, which names the folder it belongs to."""
        dated = ("from",) if self.policy else ()
        entry = Entry(node, self.problems, "this file", required=(kind, *dated, *required), optional=optional)
        entry.read(kind, partial(read_home, self.prefix), "")
        return entry

    def graded_by(self, entry: Entry) -> Row | None:
        node = entry.get("grades")
        if node is None:
            return None
        said = Entry(
            node,
            self.problems,
            "how grades are given",
            required=("statement", "cite", "assurance"),
            optional=("rows", "note"),
        )
        return Row(
            id=f"{self.prefix}/graded-by",
            statement=said.text("statement"),
            cite=said.citations(self.sources),
            assurance=said.assurance(),
            note=said.text("note"),
            rows=tuple(text for text, _ in said.texts("rows")),
            place=said.place,
        )

    def cycle(self, node: Node) -> CycleRule:
        entry = self.entry(node, "a part of the course", ("statement", "phase", "cycles", "infusion", "off"))
        return CycleRule(
            **self.cited(entry),
            phase=entry.text("phase"),
            cycles=entry.read("cycles", read_range, (1, 1)),
            infusion=entry.read("infusion", read_days, 1),
            off=entry.read("off", read_days_off, 0),
        )

    def dose_of_treatment(self, node: Node) -> DoseRule:
        return self.dose(node, ("statement", "cycles", "days", "level"), drug=self.drug)

    def given(self, node: Node) -> DoseRule:
        """A drug given beside the treatment, or the treatment given again."""
        return self.dose(node, ("drug",), optional=("how", "level", "lasts"))

    def dose(self, node: Node, required: Sequence[str], *, optional: Sequence[str] = (), drug: str = "") -> DoseRule:
        entry = self.entry(node, "a dose", ("dose", *required), ("cap", *optional))
        dose = entry.read("dose", read_dose, Dose(Decimal(0), "mg"))
        cap = entry.read("cap", partial(read_cap, dose), None)
        drug = entry.text("drug", drug)
        dose = replace(dose, cap=cap.amount) if cap else dose
        how = entry.text("how")
        said = f"{drug.capitalize()} {dose}{f', {how}' if how else ''}."
        return DoseRule(
            **self.cited(entry, said),
            drug=drug,
            dose=dose,
            how=how,
            level=cast("Any", entry.choice("level", LEVELS) or None),
            lasts=entry.read("lasts", read_time, None),
            cycles=entry.read("cycles", read_range, None),
            days=entry.read("days", read_range, None),
        )

    def bag(self, node: Node) -> BagRule:
        entry = self.entry(node, "a bag", ("statement", "lasts", "rate", "preservative"))
        return BagRule(
            **self.cited(entry),
            lasts=entry.read("lasts", read_time, timedelta(days=1)),
            rate=entry.text("rate"),
            preservative=cast("Any", entry.choice("preservative", ("free", "contained")) or "contained"),
        )

    def item(self, node: Node) -> Item:
        entry = self.entry(node, "an item", ("title", "kind", "statement", "schedule"), ("give", "watch"))
        lines = []
        for text, place in entry.texts("schedule"):
            with self.problems.at(place, text):
                lines.append(read_schedule(text))
        return Item(
            **self.cited(entry),
            title=entry.text("title"),
            kind=cast("Any", entry.choice("kind", ITEM_KINDS) or "advice"),
            schedule=tuple(lines),
            give=self.several(entry, "give", self.given),
            watch=tuple(text for text, _ in entry.texts("watch")),
        )

    def toxicity(self, node: Node) -> Toxicity:
        entry = Entry(node, self.problems, "a toxicity", required=("id", "title", "fact", "act"))
        name, fact = self.named(entry), entry.read("fact", read_fact, "")
        return Toxicity(name, entry.text("title"), fact, self.several(entry, "act", self.action), entry.place)

    def action(self, node: Node) -> Action:
        entry = self.entry(node, "an action", ("when", "action", "do"), ("give", "restart"))
        return Action(
            **self.cited(entry, entry.text("do")),
            action=cast("Any", entry.choice("action", ACTIONS) or "stop"),
            give=self.several(entry, "give", self.given),
            restart=self.several(entry, "restart", self.given),
        )
