"""How the treatment is given: laws over the rows that ship, on every engine, and what their fingerprint depends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.advising import Guide, PreparedRows, first_match, prepared_grading, prepared_treatment
from blinadss.answers import Patient
from blinadss.dosing import amount_of
from blinadss.engines import Engine, Panel, maker_of, makers_here
from blinadss.guidance import CONFIRM
from blinadss.row_words import CANNOT_SAY, NO_ROW, words
from blinadss.testing import patients as generated_patients
from blinadss.testing.choices import drawn
from blinadss.testing.patients import as_profile
from blinadss.testing.values import marks_of
from blinadss.treatment import Action, DoseRule, Row
from blinadss.truth import Truth
from strategies import ON
from test_laws import plain_meaning

KNOWLEDGE = blinadss.load_knowledge()
LABELS = ("us-label", "eu-label")
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
ROW = Action(id="", statement="", cite=(), assurance="verified", action="stop")


def prepared(name: str) -> PreparedRows:
    return (
        prepared_grading(KNOWLEDGE, name) if name in KNOWLEDGE.grading else prepared_treatment(KNOWLEDGE, name, ON)
    )[1]


@lru_cache(maxsize=16)
def answering(engine: str, name: str) -> Engine:
    return maker_of(engine)(prepared(name).criteria.policy)


def observations(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """What is known of a patient of the facts that some rows ask for, much of it at a threshold."""
    criteria = prepared(name).criteria
    marks = marks_of(use.criterion.when for use in criteria.uses)
    return drawn(generated_patients.facts, sorted({*criteria.facts, *prepared(name).facts}), ON, marks)


def seen(name: str, facts: dict[str, Any]) -> Patient:
    return Patient(as_profile(facts), ON, KNOWLEDGE, prepared(name).facts)


def guide(name: str, facts: dict[str, Any]) -> Guide:
    patient = seen(name, facts)
    return Guide(prepared(name), answering("reference", name).conclude(patient.values), patient)


@pytest.mark.parametrize("name", ["us-label", "eu-label", "practice", "astct-2019", "ctcae-v5"])
@settings(max_examples=80)
@given(data=st.data())
def test_every_engine_gives_the_plain_meaning_of_every_row(engine: str, name: str, data: Any) -> None:
    """Engines agree on every condition of every row that ships, with the truth tables and so with each other."""
    values = seen(name, data.draw(observations(name))).values
    concluded = answering(engine, name).conclude(values)
    for use in prepared(name).criteria.uses:
        assert concluded.criteria[use.criterion.id] is plain_meaning(use.criterion.when, values)


@pytest.mark.parametrize("name", LABELS)
@settings(max_examples=80)
@given(data=st.data())
def test_a_missing_fact_never_makes_an_action_weaker_than_the_rows_allow(name: str, data: Any) -> None:
    """Whatever turns out, the action is the one named, further down the table never, or one of those kept open."""
    facts = data.draw(observations(name))
    hidden = data.draw(st.sets(st.sampled_from(sorted(facts)))) if facts else set()
    before = guide(name, {fact: each for fact, each in facts.items() if fact not in hidden})
    after = guide(name, facts)
    for toxicity in prepared_treatment(KNOWLEDGE, name, ON)[0].toxicities:
        one, other = before.toxicity(toxicity), after.toxicity(toxicity)
        assert set(other.unless) <= set(one.unless)
        assert other.action in {one.action, *one.unless}
        place = {row.id: number for number, row in enumerate(toxicity.act)}
        if one.action is not None:
            assert other.action is not None
            assert place[other.action] <= place[one.action]


@pytest.mark.parametrize("name", LABELS)
@settings(max_examples=60)
@given(data=st.data())
def test_an_action_is_the_first_row_that_holds_and_the_open_ones_above_it_are_named(name: str, data: Any) -> None:
    facts = data.draw(observations(name))
    values, found = seen(name, facts).values, guide(name, facts)
    for toxicity in prepared_treatment(KNOWLEDGE, name, ON)[0].toxicities:
        truths = {row.id: plain_meaning(row.when, values) for row in toxicity.act if row.when}
        advice = found.toxicity(toxicity)
        certain = [each for each, truth in truths.items() if truth is T]
        assert advice.action == (certain[0] if certain else None)
        above = list(truths)[: list(truths).index(certain[0])] if certain else list(truths)
        assert list(advice.unless) == [each for each in above if truths[each] is U]
        assert bool(advice.missing) == bool(advice.unless)


@pytest.mark.parametrize(
    ("truths", "found"),
    [
        ([T, T], ("a", ())),
        ([F, T], ("b", ())),
        ([U, T], ("b", ("a",))),
        ([U, F, U, T, U], ("d", ("a", "c"))),
        ([F, F], (None, ())),
        ([F, U], (None, ("b",))),
        ([], (None, ())),
    ],
)
def test_the_first_row_that_holds_counts(truths: Sequence[Truth], found: tuple[str | None, tuple[str, ...]]) -> None:
    rows = [replace(ROW, id=name) for name, _ in zip("abcde", truths, strict=False)]
    assert first_match(rows, truths) == found


@settings(max_examples=40)
@given(st.data())
def test_every_dose_that_is_for_the_patient_is_worked_out_or_asked_for(data: Any) -> None:
    """An amount, or a question, or the dose is for others; an amount only where the rule certainly holds."""
    for name in LABELS:
        found = guide(name, data.draw(observations(name)))
        for rule in prepared_treatment(KNOWLEDGE, name, ON)[0].rows():
            if isinstance(rule, DoseRule):
                advice = found.dose(rule)
                amount = amount_of(rule.dose, found.patient.sights) if advice.truth is T else None
                assert advice.amount == (amount.shown if amount else None)
                assert bool(advice.missing) == (advice.amount is None and advice.truth is not F)
                assert advice.confirm == (CONFIRM if rule.assurance == "unverified" else "")


@given(observations("us-label"))
def test_words_say_of_a_toxicity_what_the_table_says(facts: dict[str, Any]) -> None:
    (toxicity, *_) = prepared_treatment(KNOWLEDGE, "us-label", ON)[0].toxicities
    (word,) = words(KNOWLEDGE, "us-label", [toxicity.id], as_profile(facts), ON, ("reference",))[toxicity.id]
    advice = guide("us-label", facts).toxicity(toxicity)
    if advice.action is None:
        assert word == (CANNOT_SAY if advice.unless else NO_ROW)
    else:
        assert word.split(",")[0] == advice.action.removeprefix("us-label/")
        assert (", unless " in word) == bool(advice.unless)


def test_all_engines_answer_all_rows_together() -> None:
    asked = [prepared(name).criteria.policy for name in (*KNOWLEDGE.treatments, *KNOWLEDGE.grading)]
    concluded = Panel(asked, makers_here(), KNOWLEDGE.fingerprint).conclude({})
    assert {truth for each in concluded for truth in each.criteria.values()} == {U}


def every_row() -> Iterable[Row]:
    return KNOWLEDGE.rows()


def test_every_row_cites_a_place_and_names_the_sheet_it_comes_from() -> None:
    rows = list(every_row())
    assert len(rows) > 300
    assert [row.id for row in rows if not (row.cite and row.rows)] == []
    assert all(cited.section and cited.source.id in KNOWLEDGE.sources for row in rows for cited in row.cite)
    assert len({row.id for row in rows}) == len(rows)


def test_every_toxicity_that_is_watched_for_has_its_actions() -> None:
    tables = {name: {each.id.rpartition("/")[2] for each in KNOWLEDGE.treatments[name].toxicities} for name in LABELS}
    for name, treatment in KNOWLEDGE.treatments.items():
        known = tables.get(name, set().union(*tables.values()))
        assert {word for item in treatment.items for word in item.watch} <= known


def test_every_indication_of_a_label_has_its_cycles_and_doses() -> None:
    for name in LABELS:
        treatment = prepared_treatment(KNOWLEDGE, name, ON)[0]
        for indication in KNOWLEDGE.policies[name].as_of(ON).indications:
            assert any(each.concerns(indication.id) for each in treatment.cycles)
            assert any(each.concerns(indication.id) for each in treatment.doses)
