"""Scenarios: made-up patients and what should happen, each a sentence a clinician would say.

- scenario: Remission with MRD exactly at the threshold is eligible
  on: 2026-11-22
  profile: {disease: {course: remission}, mrd: {level: 0.1 %}}
  expect: {us-label: eligible, us-label/mrd-at-least-0-1-percent: met}
  missing: [disease.cd19]

How files of them are read is in `scenario_files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from blinadss.answer_words import WORDS
from blinadss.assessment import assess
from blinadss.errors import Place, ProfileError
from blinadss.findings import Assessment
from blinadss.knowledge import CAUTIONS, KnowledgeBase
from blinadss.profile import PatientProfile
from blinadss.row_words import words

NOT_ASKED = "not asked"  # of a criterion that no edition in force on the day asks


@dataclass(frozen=True)
class Scenario:
    """One made-up patient on one day, and what should come of it.

    ``expect`` maps the id of a policy, an indication, a criterion or a caution to the word
    expected of it; ``about`` names the policies these belong to, the cautions among them.
    ``rows`` does the same for rows, toxicities and scales, under the treatment or grading system that they stand in.
    """

    sentence: str
    on: date
    profile: PatientProfile
    expect: Mapping[str, str]
    missing: frozenset[str] | None
    edition: Mapping[str, str]
    about: tuple[str, ...]
    place: Place
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that must be assessed; the cautions are none of them."""
        return tuple(each for each in self.about if each != CAUTIONS)


@dataclass(frozen=True)
class Difference:
    """What came out differently: of what, what was expected, and what it is."""

    about: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.about} is {self.got}, expected {self.expected}"


def run(scenario: Scenario, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """What came out differently from what the scenario expects, each as a line with its place; nothing if all held."""
    try:
        wrong = [str(each) for each in outcome(scenario, knowledge)]
    except ProfileError as error:
        wrong = [problem.problem for problem in error.problems]
    return tuple(f"{scenario.place}: {scenario.sentence}: {each}" for each in wrong)


def answer(scenario: Scenario, knowledge: KnowledgeBase, engines: Sequence[str] | None = None) -> Assessment:
    """The scenario's patient assessed on its day, under the policies that it expects something of."""
    return assess(
        scenario.profile,
        on=scenario.on,
        policies=scenario.policies,
        knowledge=knowledge,
        engines=engines,
        cautions=CAUTIONS in scenario.about,
        further=False,
    )


def outcome(scenario: Scenario, knowledge: KnowledgeBase, engines: Sequence[str] | None = None) -> Iterator[Difference]:
    """What came out differently, lazily: breaking criteria on purpose asks only whether there is anything."""
    for home, expect in scenario.rows.items():
        yield from _unexpected(expect, words(knowledge, home, expect, scenario.profile, scenario.on, engines))
    if scenario.about:
        yield from differences(scenario, answer(scenario, knowledge, engines))


def differences(scenario: Scenario, assessment: Assessment) -> Iterator[Difference]:
    """What came out differently of what a scenario expects of an assessment."""
    yield from _unexpected(scenario.expect, _answers(assessment))
    for policy, edition in scenario.edition.items():
        got = str(assessment.policy(policy).edition)
        if got != edition:
            yield Difference(f"the edition of `{policy}`", edition, got)
    if scenario.missing is not None:
        missing = {each.fact for result in assessment.policies for each in result.missing}
        if missing != scenario.missing:
            yield Difference("missing", _listed(scenario.missing), _listed(missing))


def _unexpected(expect: Mapping[str, str], answers: Mapping[str, set[str]]) -> Iterator[Difference]:
    """What is not among the words that were said of it."""
    for name, word in expect.items():
        if word not in answers.get(name, {NOT_ASKED}):
            got = " and ".join(sorted(answers.get(name, {NOT_ASKED}) - {"applicable"}))
            yield Difference(f"`{name}`", word, got)


def _listed(facts: Iterable[str]) -> str:
    return ", ".join(sorted(facts)) or "nothing"


def _answers(assessment: Assessment) -> dict[str, set[str]]:
    """Every word the assessment says of a policy, an indication or a criterion."""
    answers: dict[str, set[str]] = {}
    for policy in assessment.policies:
        answers[policy.policy] = {policy.verdict.value}
        for indication in policy.indications:
            applicability = indication.applicability
            answers[indication.id] = (
                {applicability}
                if applicability == "not_in_force"
                else {
                    indication.eligibility.value,
                    applicability,
                }
            )
        for finding in policy.findings():
            answers.setdefault(finding.criterion, set()).add(WORDS[finding.role][finding.truth])
    answers |= {caution.criterion: {WORDS[caution.role][caution.truth]} for caution in assessment.cautions}
    return answers
