"""Laws of what is said beyond an answer: every completion, question, reason and way is tried out on the patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.blocks import NormalFormTooLarge
from blinadss.consequences import follows
from blinadss.derived import ORIGINS, origins
from blinadss.expression import Group, comparisons
from blinadss.facts import FACTS
from blinadss.findings import Assessment, IndicationResult, PolicyResult
from blinadss.further import Further
from blinadss.grammar import read_comparison
from blinadss.kinds import Coded
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.links import links_of
from blinadss.lookup import look_up
from blinadss.normal_form import normal_form
from blinadss.profile import PatientProfile
from blinadss.testing import policies, profiles
from blinadss.testing.generated import knowledge_of
from blinadss.testing.patients import as_profile, contradicts_itself
from blinadss.wording import named
from strategies import ON, patients, policy_of

KNOWLEDGE = blinadss.load_knowledge()
LABELS = ("us-label", "eu-label")
# Facts of which one follows from another, with all that they can be: few enough for brute force.
LINKED: Mapping[str, tuple[str, ...]] = {
    "disease.course": ("newly_diagnosed", "remission", "relapsed", "refractory"),
    "disease.remission_number": ("0", "1", "2", "3"),
    "disease.relapse_number": ("0", "1", "2", "3"),
    "history.prior_salvages": ("0", "1", "2", "3"),
    "history.allogeneic_hsct": ("present", "absent"),
    "gvhd.active": ("present", "absent"),
}
OPEN = "undetermined"


def assessed(profile: PatientProfile, knowledge: KnowledgeBase, *policies: str, further: bool = True) -> Assessment:
    return blinadss.assess(
        profile,
        on=profile.assessed_on or ON,
        policies=policies,
        knowledge=knowledge,
        engines=("reference",),
        cautions=False,
        further=further,
    )


def questions(result: PolicyResult) -> list[tuple[str, str, PolicyResult | IndicationResult, Further]]:
    """Each question of a policy: what it is about, its answer, all of the answer, and what is said beyond it."""
    asked: list[Any] = [(result.policy, result.verdict.value, result)]
    asked += [(each.id, each.eligibility.value, each) for each in result.indications]
    return [(about, word, each, each.further) for about, word, each in asked if each.further]


def answer(profile: PatientProfile, knowledge: KnowledgeBase, policy: str, about: str) -> str:
    """The same question asked again."""
    result = assessed(profile, knowledge, policy, further=False).policies[0]
    words = {each.id: each.eligibility.value for each in result.indications}
    return {**words, policy: result.verdict.value}[about]


def with_links(policy: Policy) -> KnowledgeBase:
    return knowledge_of(policy).with_facts({fact: KNOWLEDGE.facts[fact] for fact in LINKED})


def only(profile: PatientProfile, facts: set[str]) -> PatientProfile:
    """The patient of whom nothing but these facts is known, with what they are worked out from."""
    kept = {origin for fact in facts for origin in origins(fact)}
    given_ = {fact: seen for fact, seen in profile.given.items() if fact in kept}
    return PatientProfile(assessed_on=profile.assessed_on).supposing(given_)


@st.composite
def linked_patients(draw: st.DrawFn) -> dict[str, str]:
    return {fact: draw(st.sampled_from(values)) for fact, values in LINKED.items() if draw(st.booleans())}


@settings(max_examples=60)
@given(policies(tuple(LINKED), leaves=4), linked_patients())
def test_answers_are_exact_where_one_fact_follows_from_another(policy: Policy, facts: dict[str, str]) -> None:
    """Open is said just where two completions differ in which no fact that is asked for is in conflict: brute force."""
    knowledge = with_links(policy)
    assume(not conflicting(as_profile(facts), knowledge, ON, FACTS))
    result = assessed(as_profile(facts), knowledge, "p", further=False).policies[0]
    every = {leaf.fact for use in policy.uses() for leaf in comparisons(use.criterion.when)}
    asked = sorted(every - facts.keys())
    possible: dict[str, set[str]] = {}
    for values in product(*(LINKED[fact] for fact in asked)):
        whole = as_profile(facts | dict(zip(asked, values, strict=True)))
        if conflicting(whole, knowledge, ON, every):
            continue
        other = assessed(whole, knowledge, "p", further=False).policies[0]
        for each in other.indications:
            possible.setdefault(each.id, set()).add(each.eligibility.value)
        possible.setdefault("p", set()).add("eligible" if other.verdict.value == "eligible" else "no")
    for each in result.indications:
        exact = possible[each.id] if len(possible[each.id]) == 1 else {OPEN}
        assert each.eligibility.value in exact
    verdict = "no" if result.verdict.value in {"ineligible", "contraindicated"} else result.verdict.value
    assert verdict in (possible["p"] if len(possible["p"]) == 1 else {OPEN})


@pytest.mark.parametrize("policy", sorted(KNOWLEDGE.policies))
def test_the_normal_forms_of_the_shipped_policies_are_small(policy: str) -> None:
    whole = KNOWLEDGE.policies[policy]
    for edition in whole.editions:
        form = normal_form(whole.as_of(edition.start), links_of(KNOWLEDGE))
        sizes = [
            len(block.sums.holds) + len(block.sums.fails)
            for block in (*form.verdict, *sum(form.indications.values(), ()))
        ]
        assert max(sizes) < 500


def knowledge_and_patients() -> st.SearchStrategy[tuple[KnowledgeBase, PatientProfile, tuple[str, ...]]]:
    """Random criteria with random patients, with and without links, and the labels with patients made for them."""
    plain = st.tuples(policies(), patients()).map(lambda both: (knowledge_of(both[0]), as_profile(both[1], ON), ("p",)))
    linked = st.tuples(policies(tuple(LINKED)), linked_patients()).map(
        lambda both: (with_links(both[0]), as_profile(both[1], ON), ("p",))
    )
    shipped = st.tuples(profiles(KNOWLEDGE), st.sampled_from([LABELS, *((each,) for each in KNOWLEDGE.policies)])).map(
        lambda both: (KNOWLEDGE, both[0], both[1])
    )
    return st.one_of(plain, linked, shipped)


EVERY = knowledge_and_patients()
Case = tuple[KnowledgeBase, PatientProfile, tuple[str, ...]]


def cases(case: Case) -> list[tuple[PolicyResult, str, str, Any, Further]]:
    knowledge, profile, names = case
    results = assessed(profile, knowledge, *names).policies
    return [(result, *each) for result in results for each in questions(result)]


@given(EVERY)
def test_a_completion_fed_back_gives_the_answer_that_it_promises(case: Case) -> None:
    knowledge, profile, _ = case
    for result, about, word, _, further in cases(case):
        assert bool(further.completions) <= (word == OPEN)
        for completion in further.completions:
            again = answer(profile.supposing(completion.facts), knowledge, result.policy, about)
            assert again == completion.answer
        if word == OPEN and not further.not_searched:
            no = [each for each in further.completions if each.answer != "eligible"]
            assert len(further.completions) == 2
            assert len(no) == 1


@given(EVERY)
def test_only_a_contradiction_leaves_an_open_answer_without_both_completions(case: Case) -> None:
    knowledge, profile, _ = case
    day = profile.assessed_on or ON
    for _, _, word, _, further in cases(case):
        if word == OPEN and len(further.completions) < 2:
            assert contradicts_itself(profile, knowledge, day) or conflicting(profile, knowledge, day, FACTS)


def asked_in(result: PolicyResult) -> set[str]:
    """The facts that a policy asks for."""
    return {leaf.fact for finding in result.findings() for leaf in finding.comparisons}


def conflicting(profile: PatientProfile, knowledge: KnowledgeBase, day: date, asked: Iterable[str]) -> bool:
    """Whether what a profile says of any of these facts is in conflict with itself."""
    sights = look_up(profile, asked, day, knowledge.fresh_for, follows(knowledge))
    return any(sight.because == "conflicting" for sight in sights.values())


@cache
def grid(fact: str) -> tuple[str, ...]:
    """Many things that a fact can be."""
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        return kind.codes
    return ()


@given(EVERY, st.data())
def test_what_makes_no_difference_makes_none(case: Case, data: st.DataObject) -> None:
    """Whatever a code that is not asked for turns out to be, the answer stays open, and as open as it was."""
    knowledge, profile, _ = case
    for result, about, word, _, further in cases(case):
        coded = [fact for fact in further.no_matter if grid(fact)]
        if word != OPEN or not coded:
            continue
        fact = data.draw(st.sampled_from(coded))
        found = profile.supposing({fact: data.draw(st.sampled_from(grid(fact)))})
        if contradicts_itself(found, knowledge, profile.assessed_on or ON):
            continue
        assert answer(found, knowledge, result.policy, about) == OPEN


@given(EVERY)
def test_facts_that_settle_it_alone_do_and_others_do_not(case: Case) -> None:
    knowledge, profile, _ = case
    for result, about, word, each, _ in cases(case):
        for missing in each.missing if word == OPEN else ():
            agrees = not conflicting(profile, knowledge, profile.assessed_on or ON, asked_in(result))
            if grid(missing.fact) and missing.because == "missing" and agrees:
                possible = [profile.supposing({missing.fact: value}) for value in grid(missing.fact)]
                day = profile.assessed_on or ON
                found = [one for one in possible if not conflicting(one, knowledge, day, asked_in(result))]
                settled = any(answer(one, knowledge, result.policy, about) != OPEN for one in found)
                assert settled == (missing.weight == "alone")


@given(EVERY)
def test_the_facts_that_forbid_it_do_so_by_themselves_and_none_can_be_left_out(case: Case) -> None:
    knowledge, profile, _ = case
    day = profile.assessed_on or ON
    if conflicting(profile, knowledge, day, FACTS):
        return
    for result, about, word, _, further in cases(case):
        if word not in {"ineligible", "contraindicated"}:
            continue
        for reason in further.forbidden_by:
            if set(reason.facts) <= set(profile.given):  # none that follows from others
                if not reason.facts:
                    assert reason.says.startswith("nobody")
                    continue
                alone = answer(only(profile, set(reason.facts)), knowledge, result.policy, about)
                assert alone in {"ineligible", "contraindicated"}
                for fact in reason.facts:
                    rest = set(reason.facts) - {fact}
                    assert answer(only(profile, rest), knowledge, result.policy, about) != word


@given(EVERY)
def test_what_would_be_otherwise_can_change_and_is_no_longer_forbidden(case: Case) -> None:
    """A patient of whom that were so, as far as it can be written down, gets the answer that is said."""
    knowledge, profile, _ = case
    for result, about, word, _, further in cases(case):
        assert not (further.otherwise and word in {"eligible", OPEN})
        for way in further.otherwise:
            assert all(knowledge.facts[fact].changes != "never" for fact in way.facts)
            upwards = [target for fact, target in way.facts.items() if knowledge.facts[fact].changes == "upwards"]
            assert not [target for target in upwards if " were absent" in target]
            values = {fact: written(fact, target) for fact, target in way.facts.items()}
            day = profile.assessed_on or ON
            if None in values.values() or conflicting(profile, knowledge, day, FACTS):
                continue
            changed = profile.supposing(values)
            if not conflicting(changed, knowledge, day, FACTS):
                assert answer(changed, knowledge, result.policy, about) == way.answer
        if further.otherwise:
            assert not further.fixed


def written(fact: str, target: str) -> str | None:
    """A value that is meant by `… were relapsed or refractory`, of a code; of nothing else."""
    kind = FACTS[fact]
    if not isinstance(kind, Coded) or fact in ORIGINS or not target.startswith(f"{named(fact)} were "):
        return None
    words = target.removeprefix(f"{named(fact)} were ").split(" or ")
    return next((code for code in kind.codes if code.replace("_", " ") in words), None)


@given(EVERY)
def test_the_next_question_matters_and_enough_is_among_what_matters(case: Case) -> None:
    for _, _, word, each, further in cases(case):
        asked = [missing.fact for missing in each.missing]
        assert (further.ask_next in asked) == (word == OPEN)
        assert set(further.enough) <= set(asked)
        assert bool(further.enough) == (word == OPEN)
        assert not set(further.no_matter) & set(asked)


def test_more_than_anybody_can_wait_for_is_refused() -> None:
    facts = [fact for fact, kind in FACTS.items() if isinstance(kind, Coded) and "present" in kind.codes][:16]
    many = Group("at least", tuple(read_comparison(f"{fact} is present") for fact in facts), 8)
    with pytest.raises(NormalFormTooLarge, match="in so many ways that no answer could be exact"):
        assessed(PatientProfile(), knowledge_of(policy_of([many])), "p")


def test_a_contradiction_is_never_settled_by_what_it_contradicts() -> None:
    """Nobody without a transplantation has graft-versus-host disease; of somebody who is said to, nothing follows."""
    asked = policy_of([read_comparison("history.allogeneic_hsct is absent"), read_comparison("gvhd.active is absent")])
    knowledge = with_links(asked)
    said = {"history.allogeneic_hsct": "absent", "gvhd.active": "present"}
    assert answer(as_profile(said), knowledge, "p", "p") == OPEN
    assert answer(as_profile({"history.allogeneic_hsct": "absent"}), knowledge, "p", "p") == "eligible"


def test_whoever_is_a_month_old_is_28_days_old() -> None:
    asked = policy_of([read_comparison("patient.age >= 1 month"), read_comparison("patient.age < 28 days")])
    assert answer(PatientProfile(), knowledge_of(asked), "p", "p") == "ineligible"


def asked_by_the_labels() -> list[str]:
    forms = (normal_form(KNOWLEDGE.policies[label].as_of(ON), links_of(KNOWLEDGE)) for label in LABELS)
    return sorted({fact for form in forms for fact in form.facts})


@pytest.mark.parametrize("fact", asked_by_the_labels())
def test_a_patient_of_whom_one_fact_is_known_gets_a_useful_answer(fact: str) -> None:
    values = grid(fact) or {"patient.age": ("40 years", "5 years"), "mrd.level": ("0.3 %",)}.get(fact, ("1",))
    for value in values:
        written_ = f"{value} %" if fact == "mrd.assay_sensitivity" else value
        result = assessed(PatientProfile(assessed_on=ON).supposing({fact: written_}), KNOWLEDGE, *LABELS)
        for policy in result.policies:
            further = policy.further
            assert further
            assert further.completions or further.forbidden_by
            assert not further.not_searched


def test_a_result_below_the_threshold_forbids_by_itself() -> None:
    """An open end counts: "< 0.1 %" is less than 0.1 %."""
    profile = PatientProfile(assessed_on=ON).supposing({"mrd.level": "< 0.1 %"})
    (result,) = assessed(profile, KNOWLEDGE, "us-label").policies
    indication = next(each for each in result.indications if each.id == "us-label/mrd-positive")
    assert indication.further
    assert [each.facts for each in indication.further.forbidden_by] == [("mrd.level",)]


@pytest.mark.parametrize(
    ("lines", "facts", "yes", "no"),
    [
        # exactly a month is no age in completed units, but one in days
        (["patient.age > 1 month"], {"patient.age": "1 month"}, "32 days", "31 days"),
        (["patient.age >= 18 years"], {"patient.birth_date": "2008"}, "216 months", "215 months"),
        (["since history.last_chemotherapy_on >= 16 weeks"], {"history.last_chemotherapy_on": "2026-08"}, "", ""),
        (["since history.last_chemotherapy_on > 3 months"], {"history.last_chemotherapy_on": "2026-08"}, "", ""),
        (["since history.last_chemotherapy_on > 100 days", "since history.last_chemotherapy_on < 4 months"],
         {"history.last_chemotherapy_on": "2026"}, "", ""),
    ],
)  # fmt: skip
def test_of_a_time_that_is_known_in_part_both_ways_are_found(
    lines: list[str], facts: dict[str, str], yes: str, no: str
) -> None:
    """And each is one of the days that the profile leaves."""
    policy = policy_of([Group("all", tuple(read_comparison(line) for line in lines))])
    (result,) = assessed(as_profile(facts, ON), knowledge_of(policy), "p").policies
    assert result.further
    found = {each.answer: each.facts for each in result.further.completions}
    assert set(found) == {"eligible", "ineligible"}
    for answer_, wanted in (("eligible", yes), ("ineligible", no)):
        ((fact, said),) = found[answer_].items()
        if wanted:
            assert (fact, said) == ("patient.age", wanted)
        else:
            assert said.startswith(facts[fact])
            assert said <= ON.isoformat()
