"""Which policy or edition answers differently, and what makes the difference: no claim but what holds when tried."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.cli import main
from blinadss.contrast import Contrast, compare
from blinadss.contrast_page import contrast_text
from blinadss.differing import Difference
from blinadss.errors import ProfileError, UsageError
from blinadss.findings import Eligibility, Verdict
from blinadss.grammar import read_comparison as comparison
from blinadss.knowledge import Edition, Indication, KnowledgeBase, Policy
from blinadss.profile import PatientProfile
from blinadss.statements import ALWAYS, Period, Use
from blinadss.testing import policies, profiles
from blinadss.testing.generated import CITE, STARTS, criterion_of, knowledge_of
from blinadss.testing.patients import as_profile
from blinadss.truth import Truth
from blinadss.vocabulary import schema_text
from strategies import ON, patients, policy_of
from test_cli import refused

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
PATIENT = str(ROOT / "docs" / "examples" / "patient.yaml")
ADULT: dict[str, Any] = {
    "id": "adult",
    "patient": {"age": "34 years", "breastfeeding": "absent"},
    "disease": {
        "diagnosis": "b_cell_precursor_all",
        "cd19": "positive",
        "philadelphia": {"value": "positive", "on": "2026-10-01"},
        "course": "remission",
        "remission_number": 1,
        "relapse_number": 0,
        "phase": "maintenance",
    },
    "mrd": {"level": {"value": "0.5 %", "on": "2026-11-16"}, "assay_sensitivity": "0.01 %"},
    "history": {"tki_failures": 2, "alternative_available": "absent", "blinatumomab_hypersensitivity": "absent"},
}
DAYS = (date(2014, 6, 1), date(2015, 6, 1), date(2019, 1, 1), date(2019, 6, 1), date(2026, 11, 22))
LIVES, NEVER = "patient.age >= 1 day", "patient.age > 100 years"


def verdict(contrast: Contrast, name: str) -> Verdict:
    return next(each.verdict for each in contrast.answers if each.name == name)


def as_q(policy: Policy) -> Policy:
    """The same policy by another id, and with ids of its own all through."""

    def uses(old: tuple[Use, ...]) -> tuple[Use, ...]:
        return tuple(replace(use, criterion=replace(use.criterion, id=f"q/{use.criterion.id}")) for use in old)

    return replace(
        policy,
        id="q",
        indications=tuple(replace(each, id=f"q/{each.id}", uses=uses(each.uses)) for each in policy.indications),
        contraindications=uses(policy.contraindications),
    )


def both(first: Policy, second: Policy) -> KnowledgeBase:
    """Knowledge of two policies, ``p`` and ``q``."""
    one, other = knowledge_of(first), as_q(second)
    criteria = dict(one.criteria) | {use.criterion.id: use.criterion for use in other.uses()}
    return replace(one, policies=MappingProxyType({"p": first, "q": other}), criteria=criteria)


def scoped(policy: Policy, marks: Sequence[bool]) -> Policy:
    """The policy, with some of its first requirements saying whom an indication is for."""
    indications = tuple(
        replace(each, uses=(replace(each.uses[0], scope=mark), *each.uses[1:]))
        for each, mark in zip(policy.indications, marks, strict=False)
    )
    return replace(policy, indications=indications)


def tried(profile: PatientProfile, knowledge: KnowledgeBase, contrast: Contrast, each: Difference) -> Verdict:
    """What the sterner policy answers with the claim made true, worked out from the policy as it is written."""
    stern = next(answer for answer in contrast.answers if answer.name == each.of)
    gone = {finding.criterion for finding in each.criteria}
    policy = knowledge.policies[stern.policy]
    start = stern.on[0]

    def left(uses: tuple[Use, ...], day: date) -> tuple[Use, ...]:
        kept = (use for use in uses if use.criterion.id not in gone and use.period.covers(day))
        return tuple(replace(use, period=ALWAYS) for use in kept)

    indications: list[Indication] = [
        replace(kept, uses=left(kept.uses, start)) for kept in policy.indications if kept.period.covers(start)
    ]
    other = next(answer for answer in contrast.answers if answer.name in {each.one, each.other} - {each.of})
    indications += [
        replace(more, uses=left(more.uses, other.on[0]), period=ALWAYS)
        for more in policy.indications
        if more.id in each.indications
    ]
    changed = replace(policy, indications=tuple(indications), contraindications=left(policy.contraindications, start))
    assessed = blinadss.assess(
        profile,
        on=contrast.assessed_on,
        policies=[policy.id],
        knowledge=knowledge.alone(changed),
        engines=("reference",),
        cautions=False,
        further=False,
        edition_on=start,
    )
    return assessed.verdict(policy.id)


def lawful(profile: PatientProfile, knowledge: KnowledgeBase, contrast: Contrast) -> None:
    """Everything that a contrast claims of its differences."""
    answers = {each.name: each for each in contrast.answers}
    assert len(answers) == len(contrast.answers)
    assert len(contrast.differences) + len(contrast.alike) == len(contrast.answers) - 1
    for each in contrast.differences:
        one, other, stern = answers[each.one], answers[each.other], answers[each.of]
        assert one.verdict is not other.verdict
        assert stern in {one, other}
        mild = other if stern is one else one
        assert all(finding.criterion.startswith(f"{stern.policy}/") for finding in each.criteria)
        if Verdict.NOT_IN_FORCE in {one.verdict, other.verdict}:
            assert (each.criteria, each.without, each.sufficient) == ((), None, False)
            continue
        without = tried(profile, knowledge, contrast, each)
        assert each.without is without
        assert each.sufficient is (without is mild.verdict)
        assert ("because of" in each.sentence) is each.sufficient
        if "because of one criterion" in each.sentence:
            assert len(each.criteria) == 1
            assert not each.indications
        for finding in each.criteria:  # nothing that speaks for the answer is in its way
            assert finding.truth is not (Truth.TRUE if finding.role == "requires" else Truth.FALSE)
        if each.sufficient and len(each.criteria) > 1:  # and none of them is there for nothing
            for finding in each.criteria:
                fewer = replace(each, criteria=tuple(kept for kept in each.criteria if kept is not finding))
                assert tried(profile, knowledge, contrast, fewer) is not mild.verdict


@given(policies(), policies(), patients(), st.tuples(st.booleans(), st.booleans()))
def test_what_makes_the_difference_between_two_policies_does(p: Policy, q: Policy, facts: Any, marks: Any) -> None:
    """Without the criteria named, the sterner policy answers as it is said to; with one fewer it does not."""
    knowledge, profile = both(scoped(p, marks), scoped(q, marks)), as_profile(facts)
    contrast = compare(profile, on=ON, policies=["p", "q"], knowledge=knowledge, engines=("reference",))
    lawful(profile, knowledge, contrast)
    for each in contrast.differences:
        if Verdict.ELIGIBLE in {verdict(contrast, each.one), verdict(contrast, each.other)}:
            assert each.sufficient  # what keeps somebody from being eligible can always be named


@given(policies(editions=3), patients())
def test_what_makes_the_difference_between_two_editions_does(policy: Policy, facts: Any) -> None:
    """The same of editions, where it is a criterion or an indication that the other edition does not have."""
    knowledge, profile = knowledge_of(policy), as_profile(facts)
    days = (date(1999, 1, 1), *STARTS, ON)
    contrast = compare(profile, on=ON, policies=["p"], dates=days, knowledge=knowledge, engines=("reference",))
    lawful(profile, knowledge, contrast)
    assert [day for each in contrast.answers for day in each.on] == list(days)
    for answer in contrast.answers:
        alone = blinadss.assess(profile, on=ON, knowledge=knowledge, edition_on=answer.on[-1], engines=("reference",))
        assert (answer.verdict, answer.edition) == (alone.verdict("p"), alone.policy("p").edition)
    for each in contrast.differences:
        mild = next(one for one in contrast.answers if one.name in {each.one, each.other} - {each.of})
        if mild.verdict is Verdict.ELIGIBLE and each.without:
            assert each.sufficient
            then = policy.as_of(mild.on[0])
            result = blinadss.assess(profile, on=ON, knowledge=knowledge, edition_on=mild.on[0]).policy("p")
            applies = {found.id for found in result.indications if found.eligibility is Eligibility.ELIGIBLE}
            asked = [use for found in then.indications if found.id in applies for use in found.uses]
            if applies:
                assert not {finding.criterion for finding in each.criteria} & {use.criterion.id for use in asked}


@settings(max_examples=40)
@given(profiles(on=ON))
def test_the_laws_hold_for_shipped_policies(profile: PatientProfile) -> None:
    knowledge = blinadss.load_knowledge()
    asked = ["us-label", "eu-label", "singapore-ace"]
    lawful(profile, knowledge, compare(profile, policies=asked, engines=("reference",)))
    lawful(profile, knowledge, compare(profile, policies=asked[:2], dates=DAYS, engines=("reference",)))


@settings(max_examples=100)
@given(policies(), patients())
def test_a_policy_does_not_differ_from_itself(policy: Policy, facts: Any) -> None:
    contrast = compare(as_profile(facts), on=ON, knowledge=both(policy, policy), policies=["p", "q"])
    assert contrast.differences == ()
    assert "different reasons" not in contrast.alike[0]


def remission(**changed: str) -> PatientProfile:
    """The adult in remission, with some facts otherwise."""
    return blinadss.load_profile(ADULT).supposing({f"{key.replace('__', '.')}": each for key, each in changed.items()})


def test_the_one_criterion_is_named_with_its_statement_and_the_patient_s_value() -> None:
    contrast = compare(remission(), on=ON)
    (each,) = contrast.differences
    assert (each.one, each.other, each.of, each.without) == ("us-label", "eu-label", "eu-label", Verdict.ELIGIBLE)
    assert each.sufficient
    assert each.sentence == (
        "eu-label answers INELIGIBLE where us-label answers ELIGIBLE, because of one criterion, which is not met: "
        "The leukaemia is Philadelphia chromosome-negative."
    )
    (finding,) = each.criteria
    assert [(leaf.value, leaf.observed_on) for leaf in finding.comparisons] == [("positive", date(2026, 10, 1))]


def test_a_contraindication_that_only_one_label_has_is_the_difference() -> None:
    profile = remission(disease__philadelphia="negative", patient__breastfeeding="present")
    (each,) = compare(profile, on=ON).differences
    assert [finding.criterion for finding in each.criteria] == ["eu-label/breast-feeding"]
    assert "eu-label answers CONTRAINDICATED where us-label answers ELIGIBLE" in each.sentence
    assert "because of one criterion, which is present: " in each.sentence


def test_what_is_not_known_is_the_difference_where_the_other_policy_does_not_ask() -> None:
    known = {**ADULT, "disease": {**ADULT["disease"], "philadelphia": "negative"}, "patient": {"age": "34 years"}}
    (each,) = compare(blinadss.load_profile(known), on=ON).differences
    assert "eu-label answers UNDETERMINED where us-label answers ELIGIBLE" in each.sentence
    assert "because of one criterion, which is not known: " in each.sentence
    assert [finding.truth for finding in each.criteria] == [Truth.UNKNOWN]


def test_dates_on_which_the_same_edition_stood_are_one_answer() -> None:
    contrast = compare(remission(), on=ON, policies=["us-label"], dates=[*reversed(DAYS), DAYS[0]])
    assert [(each.edition, each.on) for each in contrast.answers] == [
        (None, DAYS[:1]),
        ("2014-12-03", DAYS[1:2]),
        ("2018-03-29", DAYS[2:4]),
        ("2024-06-14", DAYS[4:]),
    ]
    assert contrast.assessed_on == ON  # the patient stays as on that day: nothing is in the future of 2015
    absent, second, _ = contrast.differences
    assert absent.sentence == "us-label on 2014-06-01 is not in force, and us-label of 2014-12-03 answers INELIGIBLE."
    assert second.indications == ("us-label/mrd-positive",)
    assert "because of an indication that us-label of 2014-12-03 does not have: " in second.sentence


def test_policies_and_dates_are_all_asked_the_policy_first() -> None:
    contrast = compare(remission(), on=ON, dates=DAYS[1:3])
    assert [each.name for each in contrast.answers] == [
        "us-label of 2014-12-03",
        "us-label of 2018-03-29",
        "eu-label on 2015-06-01",
        "eu-label of 2018-08-29",
    ]


def test_trials_answer_in_their_own_words() -> None:
    contrast = compare(remission(), on=ON, policies=["us-label", "trials/tower", "trials/subcutaneous"])
    assert "trials/tower answers NOT MET where us-label answers ELIGIBLE" in contrast.differences[0].sentence
    (alike,) = contrast.alike
    assert alike == (
        "us-label answers ELIGIBLE, and trials/subcutaneous answers WOULD HAVE MET, which is the same, "
        "for different reasons."
    )


def test_without_what_is_in_the_way_an_answer_need_not_be_the_other_and_nothing_more_is_claimed() -> None:
    fails, unknown = policy_of([comparison(NEVER)]), policy_of([comparison("marrow.blasts >= 5 %")])
    (each,) = compare(blinadss.load_profile({"patient": {"age": "3 years"}}), on=ON, policies=["p", "q"],
                      knowledge=both(fails, unknown)).differences  # fmt: skip
    assert (each.without, each.sufficient) == (Verdict.ELIGIBLE, False)
    assert "because of" not in each.sentence
    assert each.sentence.endswith("If that were otherwise, p would answer ELIGIBLE.")


def test_an_applicable_indication_is_nearer_than_one_for_others() -> None:
    """In the first one requirement fails, which says whom the indication is for; in the second two others."""
    lines = {
        "for-others": NEVER,
        "fails": "disease.course is relapsed",
        "fails-too": "disease.philadelphia is negative",
    }
    first, second, third = (criterion_of(f"p/{name}", comparison(line)) for name, line in lines.items())
    indications = (
        Indication("p/others", "For others", (Use(first, "requires", scope=True),)),
        Indication("p/own", "For such a patient", (Use(second, "requires"), Use(third, "requires"))),
    )
    stern = replace(policy_of([]), indications=indications)
    mild = policy_of([comparison(LIVES)])
    (each,) = compare(remission(), on=ON, policies=["q", "p"], knowledge=both(stern, mild)).differences
    assert [finding.criterion for finding in each.criteria] == ["p/fails", "p/fails-too"]


def test_between_editions_a_criterion_of_both_makes_no_difference() -> None:
    """Where the first edition asks two things more; that another indication waits for a fact is so in both."""
    begin, change = STARTS[:2]
    more = [criterion_of(f"p/{name}", comparison(NEVER)) for name in ("first", "second")]
    holds, waits = (criterion_of(f"p/{n}", comparison(c)) for n, c in (("a", LIVES), ("b", "marrow.blasts >= 5 %")))
    gone = tuple(Use(each, "requires", Period(until=change)) for each in more)
    policy = replace(
        policy_of([]),
        editions=tuple(Edition(day, "An edition", CITE, "verified") for day in (begin, change)),
        indications=(
            Indication("p/changed", "Changed", (Use(holds, "requires"), *gone)),
            Indication("p/other", "Other", (Use(waits, "requires"),)),
        ),
    )
    patient = blinadss.load_profile({"patient": {"age": "3 years"}})
    (each,) = compare(patient, on=ON, dates=[begin, change], knowledge=knowledge_of(policy)).differences
    assert [finding.criterion for finding in each.criteria] == ["p/first", "p/second"]


def test_of_two_indications_as_near_the_one_is_told_that_asks_what_the_other_policy_does_not() -> None:
    shared, own = "disease.course is relapsed", "disease.philadelphia is negative"
    indications = tuple(
        Indication(f"p/{name}", name, (Use(criterion_of(f"p/{name}-asks", comparison(line)), "requires"),))
        for name, line in (("shared", shared), ("own", own))
    )
    stern = replace(policy_of([]), indications=indications)
    mild = policy_of([comparison("disease.course is remission")])
    (each,) = compare(remission(), on=ON, policies=["q", "p"], knowledge=both(stern, mild)).differences
    assert [finding.criterion for finding in each.criteria] == ["p/own-asks"]


def test_of_nobody_known_nothing_differs() -> None:
    contrast = compare(blinadss.load_profile({}), on=ON)
    assert contrast.differences == ()
    assert "Nothing differs: every answer is UNDETERMINED." in contrast_text(contrast)
    once = compare(blinadss.load_profile({}), on=ON, policies=["us-label"], dates=DAYS[2:4])
    assert "The same edition stood on all of these days." in contrast_text(once)


def test_before_any_edition_nothing_differs() -> None:
    contrast = compare(remission(), on=ON, dates=[date(2010, 1, 1)])
    assert [each.verdict for each in contrast.answers] == [Verdict.NOT_IN_FORCE] * 2
    assert "Nothing differs: every answer is NOT IN FORCE." in contrast_text(contrast)
    assert contrast.alike == ("us-label and eu-label are both not in force.",)
    assert "its first edition begins on 2014-12-03" in contrast_text(contrast, width=200)


def test_results_that_contradict_each_other_stay_open() -> None:
    torn = {**ADULT, "disease": {**ADULT["disease"], "philadelphia": ["positive", "negative"]}}
    contrast = compare(blinadss.load_profile(torn), on=ON)
    (each,) = contrast.differences
    assert "eu-label answers UNDETERMINED" in each.sentence
    assert "results disagree" in contrast_text(contrast)


@pytest.mark.parametrize(
    ("policies", "dates", "problem"),
    [
        (["us-label"], [], "there is nothing to compare: one policy as it stood on one day"),
        (["us-label", "us-label"], [ON, ON], "there is nothing to compare: one policy as it stood on one day"),
        ([], DAYS, "no policy is named"),
        (["us-labl", "eu-label"], [], "there is no policy `us-labl`"),
    ],
)
def test_what_cannot_be_compared_is_refused(policies: list[str], dates: list[date], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        compare(remission(), on=ON, policies=policies, dates=dates)
    (found,) = caught.value.problems
    assert found.problem == problem
    assert found.hint in {
        "did you mean `us-label`?",
        "name two policies, or one policy and two days between which it changed",
    }


def test_a_value_of_the_future_is_refused_whatever_the_dates() -> None:
    with pytest.raises(ProfileError):
        compare(remission(), on=date(2026, 1, 1), dates=DAYS)


def test_editions_of_another_day_are_asked_about_the_same_patient() -> None:
    then = blinadss.assess(remission(), on=ON, policies=["us-label"], edition_on=DAYS[1])
    assert (then.assessed_on, then.policy("us-label").edition) == (ON, "2014-12-03")
    assert then.policy("us-label").further is None
    today = blinadss.assess(remission(), on=ON, policies=["us-label"], edition_on=ON)
    assert today == blinadss.assess(remission(), on=ON, policies=["us-label"])


def test_the_command_prints_text_and_json_as_its_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["compare", PATIENT, "--policies", "us-label", "payers", "--dates", "2019-01-01", "2026-11-22"]
    assert main([*call, "--format", "json"]) == 0
    text = capsys.readouterr().out
    made = json.loads(text)
    jsonschema.validate(made, json.loads(schema_text("contrast")))
    assert made["schema"] == "blinadss/contrast/1"
    assert main([*call, "--format", "json"]) == 0
    assert capsys.readouterr().out == text
    assert main(call) == 0
    assert "What makes the difference" in capsys.readouterr().out
    assert "hint: name two policies" in refused(capsys, "compare", PATIENT, "--policies", "us-label")
    with pytest.raises(SystemExit):
        main([*call[:5], "--dates", "2019-13-01"])
    assert "2019-13-01" in capsys.readouterr().err


@pytest.mark.parametrize("width", [40, 60, 96, 200])
def test_lines_keep_to_the_width_but_for_addresses(width: int) -> None:
    contrast = compare(remission(), on=ON, policies=["us-label", "eu-label", "payers"], dates=DAYS)
    text = contrast_text(contrast, width=width)
    assert not [line for line in text.splitlines() if len(line) > width and " " in line.strip() and "http" not in line]
    assert re.sub(r"\x1b\[[0-9]+m", "", contrast_text(contrast, width=width, colour=True)) == text
    assert "\x1b" not in text


CHILD: dict[str, Any] = {
    "id": "child",
    "patient": {"age": "6 years", "breastfeeding": "absent"},
    "disease": {
        "diagnosis": "b_cell_precursor_all",
        "cd19": "positive",
        "philadelphia": "negative",
        "course": "remission",
        "remission_number": 1,
        "relapse_number": 0,
        "phase": "consolidation",
    },
    "mrd": {"level": {"value": "0.02 %", "on": "2026-11-16"}, "assay_sensitivity": "0.01 %"},
    "history": {"prior_lines": 1, "allogeneic_hsct": "absent", "blinatumomab_hypersensitivity": "absent"},
}
GOLDENS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "compare-adult-labels": (ADULT, {"policies": ["us-label", "eu-label", "ontario-cco"]}),
    "compare-child-editions": (CHILD, {"dates": DAYS}),
}


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_whole_contrasts_are_as_agreed(name: str) -> None:
    patient, asked = GOLDENS[name]
    text = contrast_text(compare(blinadss.load_profile(patient), on=ON, engines=["reference"], **asked))
    shown = re.sub(r"sha256:[0-9a-f]{12}", "sha256:…", text)
    path = GOLDEN / f"{name}.txt"
    assert shown == path.read_text(encoding="utf-8"), f"if this is meant, write it to {path.name}"
