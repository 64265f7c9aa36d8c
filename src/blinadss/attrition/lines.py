"""The lines of a funnel before anything is counted: what must hold of a patient, one thing after the other, as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blinadss.attrition.figures import StepKind
from blinadss.engines.clauses import Columns
from blinadss.in_sql import name_of
from blinadss.knowledge import Indication
from blinadss.normal_form import APPLIES
from blinadss.prepared import PreparedPolicy
from blinadss.statements import Assurance, Role, Use

_KINDS: dict[Role, StepKind] = {"requires": "requires", "excludes": "excludes", "contraindicates": "contraindicates"}


@dataclass(frozen=True)
class Line:
    """One thing that must hold; ``holds`` is a boolean expression over the columns of the table, NULL if unknown."""

    id: str
    kind: StepKind
    statement: str
    assurance: Assurance | None
    scope: bool
    holds: str


@dataclass(frozen=True)
class Asked:
    """The lines of one funnel, the exact conclusion from all of them, and whether the indications alone apply.

    ``eligible`` is whether the policy says yes at all. ``of_policy`` marks the funnel of several indications together.
    """

    id: str
    title: str
    criteria: tuple[Line, ...]
    conclusion: Line
    applies: str
    eligible: str
    of_policy: bool = False


def asked_in(prepared: PreparedPolicy, columns: Columns) -> Iterator[Asked]:
    """The funnel of the policy, unless its only indication says the same, and one for each indication.

    Contraindications come first. Where there are several indications, no column holds one of them together with
    the contraindications; its conclusion is then put together from two exact columns.
    """
    policy = prepared.policy
    names = {each.id: name_of(columns.indications[each.id]) for each in policy.indications}
    either = f"({' OR '.join(names.values()) or 'FALSE'})"
    against = [_line(use, columns) for use in policy.contraindications]
    eligible = name_of(columns.eligible)
    if len(names) != 1:
        some = Line(APPLIES, "applies", "At least one indication applies.", None, False, either)
        yield Asked(policy.id, policy.title, (*against, some), _conclusion(eligible), either, eligible, of_policy=True)
    for each in policy.indications:
        exactly = eligible if len(names) == 1 else f"(NOT {name_of(columns.contraindicated)} AND {names[each.id]})"
        yield Asked(each.id, each.title, _lines(against, each, columns), _conclusion(exactly), names[each.id], eligible)


def _lines(against: Iterable[Line], indication: Indication, columns: Columns) -> tuple[Line, ...]:
    """Contraindications and criteria, each once, though an indication may repeat what is a contraindication anyway."""
    lines: dict[tuple[str, str], Line] = {}
    for line in (*against, *(_line(use, columns) for use in indication.uses)):
        lines.setdefault((line.id, line.holds), line)
    return tuple(lines.values())


def _line(use: Use, columns: Columns) -> Line:
    said, name = use.criterion, name_of(columns.criteria[use.criterion.id])
    holds = name if use.role == "requires" else f"(NOT {name})"
    return Line(said.id, _KINDS[use.role], said.statement, said.assurance, use.scope, holds)


def _conclusion(holds: str) -> Line:
    return Line("", "concludes", "All of these together.", None, False, holds)
