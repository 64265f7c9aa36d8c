"""The laws of the design, each a property over generated criteria and generated patients, on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.completions import Question
from blinadss.derived import ORIGINS
from blinadss.engines import maker_of
from blinadss.expression import Comparison, Expression, Group, comparisons, facts_in
from blinadss.facts import FACTS
from blinadss.findings import Assessment, Eligibility, Verdict
from blinadss.kinds import Coded, Dated, Days
from blinadss.knowledge import Policy
from blinadss.lookup import look_up, values_in
from blinadss.prepared import requirement, verdict_expression
from blinadss.reasons import Reasons
from blinadss.testing import policies
from blinadss.testing.generated import knowledge_of
from blinadss.testing.patients import as_profile
from blinadss.truth import Truth, at_least
from strategies import ON, POOL, expressions, patients

SMALL = ("disease.cd19", "patient.sex", "marrow.blasts", "disease.remission_number", "patient.age")
DAYS = ("patient.birth_date", "history.allogeneic_hsct_on", "history.autologous_hsct_on")
DATED = (*DAYS, "patient.age", "disease.cd19")
SHIPPED = ("disease.diagnosis", "disease.cd19", "disease.philadelphia", "disease.course", "disease.remission_number",
           "disease.phase", "mrd.level", "patient.age", "history.blinatumomab_hypersensitivity")  # fmt: skip


def values_of(facts: Mapping[str, Any], asked: frozenset[str]) -> dict[str, Any]:
    """What an engine would see of a patient."""
    profile = as_profile(facts)
    return values_in(look_up(profile, asked, ON, {}))


def assessed(policy: Policy, facts: Mapping[str, Any], engine: str) -> Assessment:
    profile = as_profile(facts)
    return blinadss.assess(profile, on=ON, policies=["p"], knowledge=knowledge_of(policy), engines=(engine,))


def answers(assessment: Assessment) -> dict[str, str]:
    """Every answer an assessment gives, by what it is about."""
    found = {finding.criterion: finding.truth.value for finding in assessment.policies[0].findings()}
    found |= {each.id: each.eligibility.value for each in assessment.policies[0].indications}
    return found | {"verdict": assessment.policies[0].verdict.value}


@given(policies(), patients(), st.data())
def test_more_knowledge_never_reverses_a_settled_answer(engine: str, policy: Policy, facts: Any, data: Any) -> None:
    """Hiding a fact may open an answer but never change it."""
    hidden = data.draw(st.sets(st.sampled_from(sorted(facts)))) if facts else set()
    before = answers(assessed(policy, {fact: facts[fact] for fact in facts if fact not in hidden}, engine))
    after = answers(assessed(policy, facts, engine))
    nothing_is_reversed(before, after)


def nothing_is_reversed(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    for about, answer in before.items():
        if about == "verdict" and answer == "ineligible":
            assert after[about] in {"ineligible", "contraindicated"}  # either way: no
        else:
            assert answer in {"unknown", "undetermined", after[about]}


@given(policies(DATED), patients(DATED), st.data())
def test_a_date_that_is_known_better_never_reverses_a_settled_answer(
    engine: str, policy: Policy, facts: Any, data: Any
) -> None:
    """Whichever day a month or a year turns out to be, what was settled stays; a contradiction settles nothing."""
    better = {fact: whole_day(data.draw, seen) if fact in DAYS else seen for fact, seen in facts.items()}
    sights = look_up(as_profile(better), frozenset(DATED), ON, {})
    if not any(sight.because == "conflicting" for sight in sights.values()):
        nothing_is_reversed(*(answers(assessed(policy, each, engine)) for each in (facts, better)))


def whole_day(draw: Any, seen: Any) -> Any:
    """What is said of a date, with one day in the place of a month, a year or an open end."""
    if isinstance(seen, list):
        return [whole_day(draw, each) for each in seen]
    if isinstance(seen, dict):
        return {**seen, "value": whole_day(draw, seen["value"])}
    known = Dated(never=True).read(seen)
    return draw(st.dates(known.first, min(known.last, ON))).isoformat() if isinstance(known, Days) else seen


@given(policies(), patients())
def test_nothing_is_assumed_of_a_fact_nobody_gave(engine: str, policy: Policy, facts: Any) -> None:
    """A comparison on a fact that is not in the profile is unknown, because it is missing."""
    for finding in assessed(policy, facts, engine).policies[0].findings():
        for compared in finding.comparisons:
            if compared.fact not in facts:
                assert (compared.truth, compared.unknown_because) == (Truth.UNKNOWN, "missing")


@given(policies(), patients())
def test_eligible_never_rests_on_hope(engine: str, policy: Policy, facts: Any) -> None:
    """Whatever the unknown facts turn out to be, an eligible patient has an indication and no contraindication."""
    assessment = assessed(policy, facts, engine)
    verdict = assessment.verdict("p")
    result = assessment.policies[0]
    if verdict is Verdict.ELIGIBLE:
        assert all(finding.truth is not Truth.TRUE for finding in result.contraindications)
        question = Question(verdict_expression(policy))
        values = values_of(facts, frozenset(POOL))
        assert question.ways(values, ON).if_false is None
    for indication in result.indications:
        excluded = any(each.role == "excludes" and each.truth is Truth.TRUE for each in indication.findings)
        failed = any(each.role == "requires" and each.truth is Truth.FALSE for each in indication.findings)
        if excluded or failed:
            assert indication.eligibility is Eligibility.INELIGIBLE


@given(policies(), patients())
def test_one_true_contraindication_beats_every_requirement(engine: str, policy: Policy, facts: Any) -> None:
    result = assessed(policy, facts, engine).policies[0]
    contraindicated = any(finding.truth is Truth.TRUE for finding in result.contraindications)
    assert (result.verdict is Verdict.CONTRAINDICATED) == contraindicated


@given(policies(), patients(), st.randoms(use_true_random=False))
def test_order_of_criteria_indications_and_facts_never_matters(engine: str, policy: Policy, facts: Any, r: Any) -> None:
    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(r.sample(items, len(items)))

    def mixed(expression: Expression) -> Expression:
        if not isinstance(expression, Group):
            return expression
        return replace(expression, parts=shuffled(tuple(mixed(part) for part in expression.parts)))

    def uses(old: tuple[Any, ...]) -> tuple[Any, ...]:
        return shuffled(
            tuple(replace(use, criterion=replace(use.criterion, when=mixed(use.criterion.when))) for use in old)
        )

    other = replace(
        policy,
        indications=shuffled(tuple(replace(each, uses=uses(each.uses)) for each in policy.indications)),
        contraindications=uses(policy.contraindications),
    )
    reordered = dict(r.sample(list(facts.items()), len(facts)))
    assert answers(assessed(policy, facts, engine)) == answers(assessed(other, reordered, engine))
    assert knowledge_of(policy).fingerprint == knowledge_of(other).fingerprint


@given(policies(), patients())
def test_the_same_question_gets_the_same_answer(engine: str, policy: Policy, facts: Any) -> None:
    first, second = (assessed(policy, facts, engine).model_dump_json() for _ in range(2))
    assert first == second


CLASSES: dict[str, list[str]] = {
    fact: [*kind.codes] if isinstance(kind, Coded) else [] for fact, kind in FACTS.items() if fact in SMALL
} | {
    "marrow.blasts": [
        "0 %",
        "0.5 %",
        "1 %",
        "1.5 %",
        "2 %",
        "3 %",
        "4.9 %",
        "4.95 %",
        "5 %",
        "5.05 %",
        "5.1 %",
        "50 %",
    ],
    "disease.remission_number": ["0", "1", "2", "3", "4"],
    "patient.age": [],
}
OPEN = Truth.UNKNOWN
BIRTHS = [
    *("2026-11-22", "2026-11-21", "2026-11-10", "2026-10-26", "2026-10-25", "2026-10-24", "2026-10-23", "2026-10-22"),
    *("2026-10-21", "2026-10-20", "2025-11-23", "2025-11-22", "2025-11-21", "2008-11-23", "2008-11-22", "2008-11-21"),
    "1950-01-01",
]


def completions(known: Mapping[str, Any], asked: frozenset[str]) -> list[dict[str, Any]]:
    """Every way to fill in the unknown facts, on a grid finer than any threshold drawn: brute force."""
    choices = [
        [{fact: known[fact]}]
        if fact in known
        else [{"patient.birth_date": birth} for birth in BIRTHS]
        if fact == "patient.age"
        else [{fact: value} for value in CLASSES[fact]]
        for fact in sorted(asked)
    ]
    return [{key: value for part in parts for key, value in part.items()} for parts in product(*choices)]


def exact(written: Any) -> bool:
    """Whether the value says all there is to say: it is no bound, and nothing contradicts it."""
    value = written["value"] if isinstance(written, dict) else written
    return isinstance(value, str) and value[:1] not in "<>"


@given(expressions(SMALL, leaves=5), patients(SMALL))
def test_undetermined_means_that_two_completions_differ(expression: Expression, facts: Any) -> None:
    """The exact answer is unknown just when brute force over all completions finds both answers."""
    exact_facts = {fact: value for fact, value in facts.items() if fact != "patient.age" and exact(value)}
    asked = facts_in(expression)
    question, reasons = Question(expression), Reasons(expression)
    values = values_of(exact_facts, asked)
    possible = {reasons.truth(values_of(each, asked)) for each in completions(exact_facts, asked)}
    assert Truth.UNKNOWN not in possible
    expected = possible.pop() if len(possible) == 1 else Truth.UNKNOWN
    assert question.truth(values, ON) is expected
    ways = question.ways(values, ON)
    for wanted, witness in ((Truth.TRUE, ways.if_true), (Truth.FALSE, ways.if_false)):
        if witness is not None:
            assert reasons.truth(witness) is wanted
            kept = {leaf.fact for leaf in comparisons(expression)} & set(exact_facts)
            assert all(witness[key] == value for key, value in values.items() if key.split(" ")[0] in kept)


@given(policies(SMALL, leaves=3), patients(SMALL))
def test_verdicts_and_eligibility_are_exact(engine: str, policy: Policy, facts: Any) -> None:
    """Undetermined is said of an indication or a verdict only where two completions really differ."""
    result = assessed(policy, facts, engine).policies[0]
    for each, indication in zip(result.indications, policy.indications, strict=True):
        exact = {word_of(requirement(indication), facts)}
        assert each.eligibility.value in exact | ({"undetermined"} if in_months_and_days(policy) else set())
    if result.verdict is not Verdict.CONTRAINDICATED:
        exact = {word_of(verdict_expression(policy), facts)}
        assert result.verdict.value in exact | ({"undetermined"} if in_months_and_days(policy) else set())


def word_of(expression: Expression, facts: Mapping[str, Any]) -> str:
    """The exact answer, found by branching over what is unknown: an oracle that shares nothing with the normal form."""
    truth = Question(expression).ways(values_of(facts, frozenset(SMALL)), ON).truth
    return {Truth.TRUE: "eligible", Truth.FALSE: "ineligible", Truth.UNKNOWN: "undetermined"}[truth]


def in_months_and_days(policy: Policy) -> bool:
    """Whether a length of time is asked for in both, which the normal form knows only as far as all days are alike."""
    leaves = [leaf for use in policy.uses() for leaf in comparisons(use.criterion.when)]
    scales = {(leaf.fact, leaf.threshold.scale) for leaf in leaves if leaf.threshold is not None}
    return any((fact, "months") in scales and (fact, "days") in scales for fact, _ in scales)


@given(expressions(), patients())
def test_explanations_are_faithful(expression: Expression, facts: Any) -> None:
    """The cited facts alone give the answer, and without any one of them the rest do not."""
    reasons = Reasons(expression)
    values = values_of(facts, facts_in(expression))
    truth = reasons.truth(values)
    cited = {leaf.fact for leaf in reasons.settling(values)}
    readings = {leaf.reads: leaf.fact for leaf in reasons.comparisons}

    def only(facts_kept: set[str]) -> Truth:
        return reasons.truth({key: value for key, value in values.items() if readings.get(key) in facts_kept})

    if truth is Truth.UNKNOWN:
        assert not cited
        assert list(reasons.open(values))
        return
    assert only(cited) is truth
    for fact in cited:
        assert only(cited - {fact}) is Truth.UNKNOWN


@given(policies(), patients(), st.data())
def test_what_an_assessment_cites_is_what_it_rests_on(engine: str, policy: Policy, facts: Any, data: Any) -> None:
    """The same of everything an assessment says: without a cited fact it opens or changes, without another it stays."""
    findings = [each for each in assessed(policy, facts, engine).policies[0].findings() if each.truth is not OPEN]
    if not findings:
        return
    finding = data.draw(st.sampled_from(findings))
    cited = {compared.fact for compared in finding.comparisons if compared.decisive}
    assert cited

    def truth(known: set[str]) -> Truth:
        again = assessed(policy, {fact: facts[fact] for fact in facts if fact in known}, engine).policies[0]
        return next(each.truth for each in again.findings() if each.criterion == finding.criterion)

    others = sorted(facts.keys() - cited)
    assert truth(cited | data.draw(st.sets(st.sampled_from(others)) if others else st.just(set()))) is finding.truth
    assert truth(cited - {data.draw(st.sampled_from(sorted(cited)))}) is OPEN


@given(policies(), patients())
def test_what_is_missing_is_really_unknown_and_said_only_of_open_answers(
    engine: str, policy: Policy, facts: Any
) -> None:
    result = assessed(policy, facts, engine).policies[0]
    assert bool(result.missing) == (result.verdict is Verdict.UNDETERMINED)
    for indication in result.indications:
        assert bool(indication.missing) == (indication.eligibility is Eligibility.UNDETERMINED)
        for each in indication.missing:
            assert (each.because == "missing") == (each.fact not in facts)


@settings(max_examples=1000)
@given(facts=patients(SHIPPED), hidden=st.sets(st.sampled_from(SHIPPED)))
def test_the_laws_hold_for_the_shipped_label(engine: str, facts: Any, hidden: set[str]) -> None:
    whole = as_profile(facts)
    part = as_profile({fact: value for fact, value in facts.items() if fact not in hidden})
    after = blinadss.assess(whole, on=ON, policies=["us-label"], engines=(engine,), cautions=False).policies[0]
    before = blinadss.assess(part, on=ON, policies=["us-label"], engines=(engine,), cautions=False).policies[0]
    reached = {Verdict.UNDETERMINED, after.verdict}
    assert before.verdict in (reached | {Verdict.INELIGIBLE} if after.verdict is Verdict.CONTRAINDICATED else reached)
    if "history.blinatumomab_hypersensitivity" not in facts:
        assert after.verdict is not Verdict.ELIGIBLE


def plain_meaning(expression: Expression, values: Mapping[str, Any]) -> Truth:
    """The meaning of an expression, straight from the truth tables: an oracle that shares nothing with an engine."""
    if isinstance(expression, Comparison):
        value = values.get(expression.reads)
        if value is None:
            return Truth.UNKNOWN
        if expression.threshold is not None:
            return value.compared(expression.operator, expression.threshold.magnitude)  # type: ignore[no-any-return]
        holds = Truth.TRUE if value in expression.codes else Truth.FALSE
        return holds if expression.operator == "is" else ~holds
    parts = [plain_meaning(part, values) for part in expression.parts]
    needed = {"all": len(parts), "any": 1, "none": 1, "at least": expression.needed}[expression.word]
    counted = at_least(needed, parts)
    return ~counted if expression.word == "none" else counted


@settings(max_examples=1000)
@given(policies(), patients())
def test_every_engine_gives_the_plain_meaning_of_every_criterion(engine: str, policy: Policy, facts: Any) -> None:
    """On criteria; on indications and verdict it never contradicts them, but is exact where they are not."""
    values = values_of(facts, frozenset(POOL))
    concluded = maker_of(engine)(policy).conclude(values)
    for use in policy.uses():
        assert concluded.criteria[use.criterion.id] is plain_meaning(use.criterion.when, values)
    for indication in policy.indications:
        assert plain_meaning(requirement(indication), values) in {concluded.indications[indication.id], OPEN}
    assert plain_meaning(verdict_expression(policy), values) in {concluded.eligible, OPEN}


def test_derived_facts_name_where_they_come_from() -> None:
    for fact, origins in ORIGINS.items():
        assert fact in origins
        assert set(origins) <= set(FACTS)
