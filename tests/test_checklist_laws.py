"""Laws of whole checklists, on generated patients: nothing assumed, nothing reversed, everything inside its cycle."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.advising import prepared_treatment
from blinadss.checklist_page import checklist_text
from blinadss.checklist_table import checklist_csv
from blinadss.checklists import checklist
from blinadss.guidance import Checklist, DoseAdvice
from blinadss.prepared import prepared_cautions
from blinadss.testing import patients as generated_patients
from blinadss.testing.choices import drawn
from blinadss.testing.patients import as_profile
from blinadss.testing.values import marks_of
from blinadss.truth import Truth
from strategies import ON

KNOWLEDGE = blinadss.load_knowledge()
INDICATIONS = [each.id for name in ("us-label", "eu-label") for each in KNOWLEDGE.policies[name].as_of(ON).indications]
ROWS = [prepared_treatment(KNOWLEDGE, name, ON)[1] for name in ("us-label", "eu-label", "practice")]
USES = [use for rows in ROWS for use in rows.criteria.uses] + list(prepared_cautions(KNOWLEDGE).criteria.uses)
FACTS = sorted({fact for rows in ROWS for fact in rows.facts} | {fact for use in USES for fact in use.facts})
PATIENTS = drawn(generated_patients.facts, FACTS, ON, marks_of(use.criterion.when for use in USES))
STARTS = st.dates(date(2025, 1, 23), date(2040, 12, 31))


def listed(facts: dict[str, Any], indication: str, start: date = ON) -> Checklist:
    return checklist(as_profile(facts), indication, start=start, on=ON, engines=["reference"])


def doses(made: Checklist) -> dict[str, DoseAdvice]:
    rows = [row for toxicity in made.toxicities for row in toxicity.rows]
    given_ = [dose for item in made.items for dose in item.give]
    given_ += [dose for row in rows for dose in (*row.give, *row.restart)]
    return {dose.id: dose for dose in (*(each.dose for each in made.doses), *given_)}


@settings(max_examples=40)
@given(PATIENTS, st.sampled_from(INDICATIONS), st.data())
def test_one_fact_more_changes_no_dose_and_takes_nothing_certain_away(
    facts: dict[str, Any], indication: str, data: st.DataObject
) -> None:
    """A conflict that a fact brings may leave a dose open; it never gives another."""
    hidden = data.draw(st.sampled_from(sorted(facts))) if facts else None
    less = listed({fact: seen for fact, seen in facts.items() if fact != hidden}, indication)
    more = listed(facts, indication)
    known = doses(more)
    for name, dose in doses(less).items():
        if dose.amount is not None and name in known:
            assert known[name].amount in {dose.amount, None}
    for item in less.items:
        later = more.item(item.id)
        if later is not None and Truth.UNKNOWN not in {item.truth, later.truth}:
            assert later.truth is item.truth
    assert not set(less.not_for_this_patient) & {item.id for item in more.items if item.truth is Truth.TRUE}


@settings(max_examples=40)
@given(PATIENTS, st.sampled_from(INDICATIONS), STARTS)
def test_everything_listed_stands_in_its_cycle_and_can_be_read(
    facts: dict[str, Any], indication: str, start: date
) -> None:
    made = listed(facts, indication, start)
    cycles = {each.number: each for each in made.cycles}
    names = {*(item.id for item in made.items), *(each.dose.id for each in made.doses), *(c.id for c in made.cycles)}
    for entry in made.entries:
        cycle = cycles[entry.cycle]
        assert entry.of in names
        assert cycle.first_day - timedelta(days=60) <= entry.when <= cycle.next_from + timedelta(days=7)
    starts = [entry.start for entry in made.entries if entry.start]
    assert starts == sorted(starts)
    assert checklist_text(made)
    assert checklist_csv(made).count("\n") > len(made.entries)


@settings(max_examples=40)
@given(PATIENTS, st.sampled_from(INDICATIONS))
def test_no_dose_without_the_facts_it_needs_and_none_above_its_cap(facts: dict[str, Any], indication: str) -> None:
    made = listed(facts, indication)
    for dose in doses(made).values():
        assert (dose.amount is None) is bool(dose.missing) or dose.truth is Truth.FALSE
        if dose.amount and ", at most " in dose.rule:
            cap = Decimal(dose.rule.partition(", at most ")[2].split()[0])
            assert Decimal(dose.amount.split()[0]) <= cap
    given_days = {day for each in made.doses for day in range(each.days[0], each.days[1] + 1)}
    assert given_days or made.not_stated
