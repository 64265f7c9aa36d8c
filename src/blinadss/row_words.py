"""What every row of a treatment or a grading system comes to for one patient, in the words that scenarios expect.

An item or a bag applies, does not apply, or cannot be ruled out; a dose is an
amount; a toxicity is the row that is the action; a scale is a grade.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from blinadss.advising import Guide, PreparedRows, guided, prepared_grading, prepared_treatment
from blinadss.assessment import asked_engines
from blinadss.guidance import DoseAdvice, ToxicityAdvice
from blinadss.knowledge import KnowledgeBase
from blinadss.lookup import refuse_future
from blinadss.profile import PatientProfile
from blinadss.treatment import Action, CycleRule, DoseRule, GradingSystem, Row, Treatment
from blinadss.truth import Truth

APPLIES = {Truth.TRUE: "applies", Truth.FALSE: "does not apply", Truth.UNKNOWN: "cannot be ruled out"}
NO_ROW, CANNOT_SAY, NOT_FOR, UNDETERMINED = "no row applies", "cannot be said", "not for this patient", "undetermined"


def expected_words(knowledge: KnowledgeBase) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For everything that a scenario can expect something of: where it is stated, and the words it can be.

    Without words it can be any text: an amount.
    """
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    three = tuple(APPLIES.values())
    for name, treatment in knowledge.treatments.items():
        for row in treatment.rows():
            words = (*three, row.action) if isinstance(row, Action) else () if isinstance(row, DoseRule) else three
            if not isinstance(row, CycleRule) and row is not treatment.graded_by:
                known[row.id] = name, words
        for toxicity in treatment.toxicities:
            known[toxicity.id] = name, ()
    for name, system in knowledge.grading.items():
        known |= {row.id: (name, three) for row in system.rows()}
        known |= {scale.id: (name, ()) for scale in system.scales}
    return known


def words(  # noqa: PLR0913, PLR0917 - of what, where, of whom, when
    knowledge: KnowledgeBase,
    home: str,
    names: Collection[str],
    profile: PatientProfile,
    on: date,
    engines: Sequence[str] | None = None,
) -> Mapping[str, set[str]]:
    """What those things stated in one place come to for a patient on a day; nothing for what is not stated then."""
    refuse_future(profile, on)
    ready: tuple[Treatment | GradingSystem, PreparedRows] = (
        prepared_grading(knowledge, home) if home in knowledge.grading else prepared_treatment(knowledge, home, on)
    )
    stated, prepared = ready
    guide = guided(knowledge, prepared, profile, on, asked_engines(engines))
    found = {row.id: set(_of_row(guide, row)) for row in stated.rows() if row.id in names}
    if isinstance(stated, Treatment):
        return found | {each.id: {_of_toxicity(guide.toxicity(each))} for each in stated.toxicities if each.id in names}
    return found | {each.id: {str(guide.grade(each, stated))} for each in stated.scales if each.id in names}


def _of_row(guide: Guide, row: Row) -> Iterator[str]:
    truth = guide.truth(row)
    if isinstance(row, DoseRule):
        yield _of_dose(guide.dose(row))
        return
    yield APPLIES[truth]
    if isinstance(row, Action) and truth is Truth.TRUE:
        yield row.action


def _of_dose(dose: DoseAdvice) -> str:
    return NOT_FOR if dose.truth is Truth.FALSE else dose.amount or UNDETERMINED


def _of_toxicity(found: ToxicityAdvice) -> str:
    """The id of the action without its folder, and those that may come before it."""
    unless = " or ".join(_short(each) for each in found.unless)
    if found.action is None:
        return CANNOT_SAY if unless else NO_ROW
    return f"{_short(found.action)}, unless {unless}" if unless else _short(found.action)


def _short(name: str) -> str:
    return name.rpartition("/")[2]
