"""The shipped scenarios, the runner, and the promise that every comparison is pinned by one of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import blinadss
from blinadss.breakages import breakages, broken_expressions
from blinadss.expression import Comparison, Group, written
from blinadss.grammar import read_comparison
from blinadss.kinds import Amount
from blinadss.pinned import unnoticed
from blinadss.quantity import Quantity
from blinadss.scenario_files import load_scenarios
from blinadss.scenarios import run

FOLDER = Path(__file__).parents[1] / "scenarios"
KNOWLEDGE = blinadss.load_knowledge()
SHIPPED = load_scenarios(FOLDER, KNOWLEDGE)


def test_sentences_are_not_used_twice() -> None:
    sentences = [scenario.sentence for scenario in SHIPPED]
    assert len(set(sentences)) == len(sentences)


def test_every_edition_is_pinned_on_its_first_day_and_the_day_before() -> None:
    days = {scenario.on.toordinal() for scenario in SHIPPED}
    for policy in KNOWLEDGE.policies.values():
        for edition in policy.editions:
            assert {edition.start.toordinal(), edition.start.toordinal() - 1} <= days


def test_removing_the_scenario_at_a_threshold_leaves_a_breakage_unnoticed() -> None:
    at_threshold = Quantity(Decimal("0.1"), "%")
    fewer = [
        each
        for each in SHIPPED
        if not any(isinstance(seen.value, Amount) and seen.value.quantity == at_threshold
                   for seen in each.profile.given.get("mrd.level", ()))
    ]  # fmt: skip
    label = KNOWLEDGE.alone(KNOWLEDGE.policy("us-label"))  # without its treatment, which asks for no MRD
    _, missed = unnoticed(label, fewer, only=["us-label"])
    assert any("`mrd.level >= 0.1 %` became `mrd.level > 0.1 %`" in str(breakage) for breakage in missed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("marrow.blasts >= 5 %", {"marrow.blasts > 5 %", "marrow.blasts >= 4.95 %", "marrow.blasts >= 5.05 %"}),
        ("disease.cd19 is positive", {"disease.cd19 is not positive"}),
        ("disease.remission_number <= 2", {"disease.remission_number < 2", "disease.remission_number <= 1",
                                           "disease.remission_number <= 3"}),
    ],
)  # fmt: skip
def test_a_comparison_is_broken_in_every_small_way(text: str, expected: set[str]) -> None:
    broken = {str(written(each)) for _, each in broken_expressions(read_comparison(text))}
    assert broken == expected


def test_a_group_is_broken_by_its_word_its_number_and_its_parts() -> None:
    a, b = read_comparison("disease.cd19 is positive"), read_comparison("patient.sex is male")
    broken = [each for _, each in broken_expressions(Group("at least", (a, b), 2))]
    assert Group("at least", (a, b), 1) in broken
    assert Group("any", (a, b)) in [each for _, each in broken_expressions(Group("all", (a, b)))]
    assert Group("all", (b,)) in [each for _, each in broken_expressions(Group("all", (a, b)))]
    codes = Comparison("disease.course", "is", ("relapsed", "refractory"))
    assert Comparison("disease.course", "is", ("relapsed",)) in [each for _, each in broken_expressions(codes)]


def test_breakages_reach_uses_dates_and_editions() -> None:
    described = [str(each) for each in breakages(KNOWLEDGE.policies["us-label"])]
    assert "us-label/consolidation: requires us-label/cd19-positive dropped" in described
    assert "us-label contraindications: contraindicates us-label/hypersensitivity dropped" in described
    assert "us-label: the edition of 2021-03-01 begins on 2021-02-28" in described
    assert "us-label/relapsed-refractory: us-label/philadelphia-negative applies after 2017-07-11 too" in described
    assert len(described) == len(set(described))


HEAD = "- scenario: x\n  on: 2026-01-01\n  profile: {}\n  expect: {us-label: eligible}\n"
BAD = {
    "scenario: x\non: 2026-01-01": "a file of scenarios is a list",
    "- scenario: x\n  on: 2026-01-01\n  profile: {}\n  expect: {}": "a scenario that expects nothing cannot fail",
    "- scenario: x\n  on: 2026-01-01\n  profile: {}\n  expect: {us-lable: eligible}": "nothing is called `us-lable`",
    "- scenario: x\n  on: 2026-01-01\n  profile: {}\n  expect: {us-label: met}": "`us-label` cannot be `met`",
    "- scenario: x\n  on: 2026-01-01\n  profile: {}\n  expect: {us-label: [eligible]}": "one word is needed",
    "- scenario: x\n  on: 2026-01-01\n  profile: p.yaml\n  expect: {us-label: eligible}": "a group of sections",
    "- scenario: x\n  on: 2026-01-01\n  profile: {a: {b: c}}\n  expect: {us-label: eligible}": "unknown field",
    "- scenario: x\n  profile: {}\n  expect: {us-label: eligible}": "a scenario has no `on`",
    f"{HEAD}  missing: [a.b]": "unknown fact `a.b`",
    f"{HEAD}  edition: {{us-label: 1999-01-01}}": ("has no edition `1999-01-01`"),
}


@pytest.mark.parametrize("text", BAD, ids=list(BAD.values()))
def test_a_scenario_that_cannot_be_used_is_an_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(blinadss.KnowledgeError) as error:
        load_scenarios(path, KNOWLEDGE)
    assert BAD[text] in str(error.value)
    assert error.value.problems[0].place is not None


def test_a_fact_after_the_scenario_s_day_is_a_failure_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "late.yaml"
    path.write_text(
        "- scenario: Late\n  on: 2026-01-01\n  profile: {disease: {cd19: {value: positive, on: 2026-02-01}}}\n"
        "  expect: {us-label: undetermined}\n",
        encoding="utf-8",
    )
    (scenario,) = load_scenarios(path, KNOWLEDGE)
    (failure,) = run(scenario, KNOWLEDGE)
    assert failure.startswith(f"{path}:1:3: Late: `disease.cd19` was seen on 2026-02-01")


def test_two_halves_of_the_breakages_are_all_of_them() -> None:
    scenarios = load_scenarios(Path(__file__).parents[1] / "scenarios" / "ontario-cco", KNOWLEDGE)

    def broken(part: tuple[int, int]) -> list[str]:
        said: list[str] = []
        unnoticed(KNOWLEDGE, scenarios, only=["ontario-cco"], listed=said.append, part=part)
        return [each.partition("\n")[0] for each in said]

    halves = [broken((1, 2)), broken((2, 2))]
    assert sorted(halves[0] + halves[1]) == sorted(broken((1, 1)))
    assert all(halves)
