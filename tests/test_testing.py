"""The testing kit: it reaches what is rare, wastes little, shrinks to what matters, and says what it cannot do."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

import blinadss
from blinadss import engines as engines_module
from blinadss.engines import Conclusions
from blinadss.engines.reference import ReferenceEngine
from blinadss.errors import UsageError
from blinadss.expression import Values, line
from blinadss.findings import Verdict
from blinadss.grammar import read_comparison
from blinadss.knowledge import Policy
from blinadss.prepared import requirement
from blinadss.profile import PatientProfile
from blinadss.testing import criteria, near_threshold, policies, profiles, profiles_for, revealing, values
from blinadss.testing import strategies as kit
from blinadss.testing.aims import Aim
from blinadss.testing.choices import Dice
from blinadss.testing.generated import FEW, comparison, knowledge, knowledge_of
from blinadss.testing.patients import as_profile
from blinadss.truth import Truth
from strategies import ON

KNOWLEDGE = blinadss.load_knowledge()
LABEL = KNOWLEDGE.alone(KNOWLEDGE.policy("us-label"))  # all policies would take minutes
FEW_POLICIES = ("us-label", "eu-label")
INDICATIONS = [each.id for name in FEW_POLICIES for each in KNOWLEDGE.policy(name).indications]
SEARCH = settings(max_examples=10_000, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


def verdict(profile: PatientProfile) -> Verdict:
    return blinadss.assess(profile, policies=["us-label"], engines=("reference",), cautions=False).policies[0].verdict


def eligibility(profile: PatientProfile, indication: str) -> str:
    result = blinadss.assess(
        profile, policies=[indication.rpartition("/")[0]], cautions=False, engines=("reference",)
    ).policies[0]
    return next(each.eligibility.value for each in result.indications if each.id == indication)


@pytest.mark.parametrize("wanted", [each for each in Verdict if each is not Verdict.ELIGIBLE])
def test_profiles_reach_every_verdict_but_the_rarest(wanted: Verdict) -> None:
    assert (
        verdict(find(profiles(knowledge=LABEL), lambda profile: verdict(profile) is wanted, settings=SEARCH)) is wanted
    )


@pytest.mark.parametrize("because", ["missing", "stale", "conflicting", "inconclusive"])
def test_profiles_reach_every_kind_of_not_knowing(because: str) -> None:
    def reached(profile: PatientProfile) -> bool:
        findings = (
            blinadss.assess(profile, policies=["us-label"], engines=("reference",), cautions=False)
            .policies[0]
            .findings()
        )
        return any(each.unknown_because == because for finding in findings for each in finding.comparisons)

    assert reached(find(profiles(knowledge=LABEL), reached, settings=SEARCH))


@pytest.fixture
def thrown_away(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each draw was kept."""
    seen: list[bool] = []
    assume = hypothesis.assume

    def counted(condition: object) -> bool:
        seen.append(bool(condition))
        return assume(condition)

    monkeypatch.setattr(kit, "assume", counted)
    return seen


@pytest.mark.parametrize("answer", ["eligible", "ineligible", "undetermined"])
@pytest.mark.parametrize("indication", INDICATIONS)
def test_profiles_for_an_answer_get_it_and_few_are_thrown_away(
    thrown_away: list[bool], indication: str, answer: Any
) -> None:
    verdicts: Counter[Verdict] = Counter()

    @settings(max_examples=100)  # for each of some twenty answers, all of which are reached in the same way
    @given(profiles_for(indication, answer, knowledge=KNOWLEDGE.alone(KNOWLEDGE.policy(indication.rpartition("/")[0]))))
    def all_get_it(profile: PatientProfile) -> None:
        assert eligibility(profile, indication) == answer
        verdicts[verdict(profile)] += 1

    all_get_it()
    assert len(verdicts) > 1  # the rest of the patient is not always the same
    assert thrown_away.count(False) <= len(thrown_away) * 0.02


ON_ONE_SCALE = [
    fact for fact in FEW if fact not in {"labs.alt", "labs.ast"}
]  # a value and its multiple may need an impossible limit


@given(policies(ON_ONE_SCALE), st.sampled_from(list(Truth)), st.integers(0, 1000))
def test_aims_are_reached_for_criteria_that_nobody_would_write(policy: Policy, wanted: Truth, seed: int) -> None:
    indication = policy.indications[0]
    try:
        aim = Aim(requirement(indication), wanted, ON)
    except ValueError:
        return
    profile = as_profile(aim.known(Dice(seed)), ON)
    result = blinadss.assess(profile, policies=["p"], knowledge=knowledge_of(policy), engines=("reference",))
    words = {Truth.TRUE: "eligible", Truth.FALSE: "ineligible", Truth.UNKNOWN: "undetermined"}
    assert result.policies[0].indications[0].eligibility.value == words[wanted]


THRESHOLDS = [
    criterion.id
    for criterion in KNOWLEDGE.criteria.values()
    if criterion.id.startswith("us-label/")
    and any(each.threshold is not None for each in kit._compared(criterion.id, KNOWLEDGE))  # noqa: SLF001
]


@pytest.mark.parametrize("criterion", THRESHOLDS)
def test_thresholds_are_met_from_both_sides(criterion: str) -> None:
    seen: set[tuple[str, Truth]] = set()

    @given(near_threshold(criterion, knowledge=LABEL))
    def collect(profile: PatientProfile) -> None:
        for finding in (
            blinadss.assess(profile, policies=["us-label"], engines=("reference",), cautions=False)
            .policies[0]
            .findings()
        ):
            if finding.criterion == criterion:
                seen.update((each.text, each.truth) for each in finding.comparisons)

    collect()
    for each in kit._compared(criterion, KNOWLEDGE):  # noqa: SLF001
        if each.threshold is not None:
            assert {(each.text, Truth.TRUE), (each.text, Truth.FALSE)} <= seen


def test_a_line_of_one_s_own_has_values_at_the_threshold_and_one_step_beside_it() -> None:
    written: set[str] = set()

    @given(near_threshold("mrd.level >= 0.1 %", on=ON))
    def collect(profile: PatientProfile) -> None:
        assert profile.assessed_on == ON
        written.update(each.text for each in profile.given["mrd.level"])

    collect()
    assert written == {"0.1 %", "0.09 %", "0.11 %"}


@given(near_threshold("patient.age >= 18 years", on=ON))
def test_ages_are_met_to_the_day(profile: PatientProfile) -> None:
    (born,) = profile.given["patient.birth_date"]
    assert isinstance(born.value, date)
    assert abs((born.value - date(2008, 11, 22)).days) <= 4000


@given(criteria())
def test_criteria_are_such_as_could_be_written(criterion: Any) -> None:
    from blinadss.expression import comparisons

    for leaf in comparisons(criterion.when):
        assert read_comparison(line(leaf)) == leaf
        assert leaf.fact in FEW


def test_a_failure_shrinks_to_the_facts_that_matter() -> None:
    contraindicated = find(
        profiles(knowledge=LABEL), lambda each: verdict(each) is Verdict.CONTRAINDICATED, settings=SEARCH
    )
    assert contraindicated.given.keys() == {"history.blinatumomab_hypersensitivity"}
    assert len(repr(contraindicated)) < 130
    nothing = find(profiles(knowledge=LABEL), lambda each: verdict(each) is Verdict.UNDETERMINED, settings=SEARCH)
    assert not nothing.given
    eligible = find(profiles_for("us-label/mrd-positive"), lambda _: True, settings=SEARCH)
    assert all(len(seen) == 1 and isinstance(seen[0].dumped(), str) for seen in eligible.given.values())
    for fact in eligible.given:
        rest = as_profile(
            {each: seen[0].dumped() for each, seen in eligible.given.items() if each != fact}, eligible.assessed_on
        )
        assert eligibility(rest, "us-label/mrd-positive") == "undetermined"


def test_of_some_dates_only_the_year_or_the_month_is_known() -> None:
    seen = [values.value(Dice(seed), "history.allogeneic_hsct_on", ON, {}) for seed in range(200)]
    lengths = {len(each) for each in seen if isinstance(each, str)}
    assert lengths == {len("2026"), len("2026-03"), len("2026-03-02"), len(">= 2026-03-02")}
    planned = [values.value(Dice(seed), "plan.start_on", ON, {}) for seed in range(200)]
    whole = [values.value(Dice(seed), "history.allogeneic_hsct_on", ON, {}, whole=True) for seed in range(200)]
    assert {len(each) for each in (*planned, *whole) if isinstance(each, str)} == {len("2026-03-02")}


@given(profiles(knowledge=LABEL))
def test_a_profile_is_shown_as_it_may_be_written(profile: PatientProfile) -> None:
    again = eval(repr(profile), {"PatientProfile": PatientProfile})  # noqa: S307 - our own text
    assert again.given == profile.given
    assert again.assessed_on == profile.assessed_on
    assert str(profile) == repr(profile)


def test_a_profile_s_id_stays_out_of_logs() -> None:
    assert "Müller" not in repr(blinadss.load_profile({"id": "Müller", "disease": {"cd19": "positive"}}))


MISUSES: dict[str, tuple[Any, str]] = {
    "no such indication": (lambda: profiles_for("us-label/mrd"), "there is no indication `us-label/mrd`"),
    "no such answer": (lambda: profiles_for("us-label/mrd-positive", "maybe"), "no indication is `maybe`"),  # type: ignore[arg-type]
    "not in force": (lambda: profiles_for("us-label/mrd-positive", on=date(2015, 1, 1)), "is not in force on 2015"),
    "no such criterion": (lambda: near_threshold("us-label/mrd"), "there is no criterion `us-label/mrd`"),
    "no threshold": (lambda: near_threshold("disease.cd19 is positive"), "has no threshold"),
    "not a line": (lambda: near_threshold("mrd level"), "is not a comparison"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_what_cannot_be_generated_is_refused_when_it_is_asked_for(misuse: str) -> None:
    ask, problem = MISUSES[misuse]
    with pytest.raises(UsageError, match=problem):
        ask()


def test_an_answer_that_nobody_can_get_is_refused() -> None:
    from blinadss.expression import Group
    from strategies import policy_of

    never = Group("all", (read_comparison("disease.cd19 is positive"), read_comparison("disease.cd19 is negative")))
    base = knowledge_of(policy_of(requires=[never]))
    assert find(profiles_for("p/i", "ineligible", knowledge=base), lambda _: True).given
    for answer in ("eligible", "undetermined"):
        with pytest.raises(UsageError, match=f"nobody is {answer} for `p/i`"):
            profiles_for("p/i", answer, knowledge=base)


TestRevealing = revealing(LABEL).TestCase


@pytest.mark.parametrize("seed", range(20))
def test_revealing_facts_reverses_nothing_whatever_the_criteria(seed: int) -> None:
    few = settings(max_examples=10, stateful_step_count=12, database=None, derandomize=True)
    run_state_machine_as_test(revealing(knowledge(Dice(seed))), settings=few)


def test_revealing_facts_finds_an_engine_that_assumes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Assuming(ReferenceEngine):
        def conclude(self, values: Values) -> Conclusions:
            return super().conclude({"disease.cd19": "positive", **values})

    monkeypatch.setitem(engines_module._HERE, "reference", Assuming)  # noqa: SLF001 - one table, which all import
    monkeypatch.delitem(engines_module._HERE, "durable", raising=False)  # noqa: SLF001
    base = LABEL.with_facts({})  # new to every cache
    with pytest.raises(AssertionError, match=r"finding out disease\.cd19 changed"):
        run_state_machine_as_test(revealing(base), settings=SEARCH)


def test_dice_with_one_seed_fall_the_same_way() -> None:
    assert [Dice("a").below(1000) for _ in range(2)] == [Dice("a").below(1000)] * 2
    assert len({Dice(seed).below(10**6) for seed in range(50)}) > 45
    assert {Dice(seed).of("abc") for seed in range(50)} == set("abc")
    assert comparison(Dice(7)) == comparison(Dice(7))


def test_without_hypothesis_the_kit_says_what_to_install() -> None:
    code = "import sys, blinadss; sys.modules['hypothesis'] = None; import blinadss.testing"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 1
    assert "pip install 'blinadss[testing]'" in ran.stderr
