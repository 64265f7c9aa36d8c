"""Scenarios: made-up patients and what should happen, each a sentence a clinician would say.

- scenario: Remission with MRD exactly at the threshold is eligible
  on: 2026-11-22
  profile: {disease: {course: remission}, mrd: {level: 0.1 %}}
  expect: {us-label: eligible, us-label/mrd-at-least-0-1-percent: met}
  missing: [disease.cd19]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from blinadss.assessment import assess
from blinadss.authoring import Entry
from blinadss.errors import BlinadssError, KnowledgeError, Place, Problems, ProfileError, near, one_of, quoted
from blinadss.explanation import WORDS
from blinadss.facts import FACTS
from blinadss.findings import Assessment, Eligibility, Verdict
from blinadss.intake import load_profile
from blinadss.kinds import day
from blinadss.knowledge import KnowledgeBase
from blinadss.profile import PatientProfile
from blinadss.reading import Entries, Items, Node, Text, place_of, read_file, to_plain

_VERDICTS = [verdict.value for verdict in Verdict]
_ELIGIBILITIES = [eligibility.value for eligibility in Eligibility]
_FINDINGS = sorted({word for words in WORDS.values() for word in words.values()})


@dataclass(frozen=True)
class Scenario:
    """One made-up patient on one day, and what should come of it.

    ``expect`` maps the id of a policy, an indication or a criterion to the word expected of it.
    """

    sentence: str
    on: date
    profile: PatientProfile
    expect: Mapping[str, str]
    missing: frozenset[str] | None
    edition: Mapping[str, str]
    policies: tuple[str, ...]
    place: Place


def load_scenarios(folder: str | Path, knowledge: KnowledgeBase) -> tuple[Scenario, ...]:
    """Every scenario in a file, or in all files below a folder; raises `KnowledgeError` with every problem."""
    path = Path(folder)
    if not path.exists():
        raise KnowledgeError(
            f"{folder}: there is no such file or folder of scenarios", "name the folder that holds them"
        )
    problems = Problems()
    scenarios: list[Scenario] = []
    for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
        try:
            node = read_file(file, KnowledgeError)
        except BlinadssError as error:
            problems.extend(error.problems)
            continue
        if not isinstance(node, Items):
            problems.add(node.place, "a file of scenarios is a list", "start each one with `- scenario:`")
            continue
        scenarios += (each for item in node.items if (each := _read(item, knowledge, problems)))
    problems.raise_any()
    return tuple(scenarios)


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
        wrong = [str(each) for each in differences(scenario, answer(scenario, knowledge))]
    except ProfileError as error:
        wrong = [problem.problem for problem in error.problems]
    return tuple(f"{scenario.place}: {scenario.sentence}: {each}" for each in wrong)


def answer(scenario: Scenario, knowledge: KnowledgeBase, engines: Sequence[str] | None = None) -> Assessment:
    """The scenario's patient assessed on its day, under the policies that it expects something of."""
    return assess(scenario.profile, on=scenario.on, policies=scenario.policies, knowledge=knowledge, engines=engines)


def differences(scenario: Scenario, assessment: Assessment) -> Iterator[Difference]:
    """What came out differently, lazily: breaking criteria on purpose asks only whether there is anything."""
    answers = _answers(assessment)
    for name, word in scenario.expect.items():
        if word not in answers.get(name, ()):
            got = " and ".join(sorted(answers.get(name, {"not asked on that day"})))
            yield Difference(f"`{name}`", word, got)
    for policy, edition in scenario.edition.items():
        got = str(assessment.policy(policy).edition)
        if got != edition:
            yield Difference(f"the edition of `{policy}`", edition, got)
    if scenario.missing is not None:
        missing = {each.fact for result in assessment.policies for each in result.missing}
        if missing != scenario.missing:
            yield Difference("missing", _listed(scenario.missing), _listed(missing))


def _listed(facts: Iterable[str]) -> str:
    return ", ".join(sorted(facts)) or "nothing"


def _answers(assessment: Assessment) -> dict[str, set[str]]:
    """Every word the assessment says of a policy, an indication or a criterion."""
    answers: dict[str, set[str]] = {}
    for policy in assessment.policies:
        answers[policy.policy] = {policy.verdict.value}
        for indication in policy.indications:
            answers[indication.id] = {indication.eligibility.value}
        for finding in policy.findings():
            answers.setdefault(finding.criterion, set()).add(WORDS[finding.role][finding.truth])
    return answers


def _read(node: Node, knowledge: KnowledgeBase, problems: Problems) -> Scenario | None:
    entry = Entry(
        node,
        problems,
        "a scenario",
        required=("scenario", "on", "profile", "expect"),
        optional=("missing", "edition"),
    )
    on, below = entry.read("on", day, None), entry.get("profile")
    expect = _mapping(entry, "expect", problems)
    policies = []
    for name, (word, place) in expect.items():
        policy, words = _known(name, knowledge)
        if policy is None:
            known = [*knowledge.policies, *_indications(knowledge), *knowledge.criteria]
            problems.add(place, f"nothing is called {quoted(name)}", near(name, known))
        elif word not in words:
            problems.add(place, f"`{name}` cannot be {quoted(word)}", f"write {one_of(words)}")
        else:
            policies.append(policy)
    edition = _editions(entry, knowledge, problems)
    missing = _missing(entry, problems)
    if not expect and "expect" in entry:
        problems.add(entry.place, "a scenario that expects nothing cannot fail", "say what should come out")
    if on is None or below is None:
        return None
    profile = _profile(below, problems)
    if profile is None:
        return None
    expected = {name: word for name, (word, _) in expect.items()}
    asked = tuple(dict.fromkeys([*policies, *edition]))
    return Scenario(entry.text("scenario"), on, profile, expected, missing, edition, asked, entry.place)


def _mapping(entry: Entry, key: str, problems: Problems) -> dict[str, tuple[str, Place]]:
    """The words under a key, with their places; anything else there is a problem."""
    node = entry.get(key)
    if node is not None and not isinstance(node, Entries):
        problems.add(node.place, f"`{key}` is a group of `id: word` lines", None)
    words = {}
    for name, each in node.entries.items() if isinstance(node, Entries) else ():
        if isinstance(each, Text) and not each.nothing:
            words[name] = each.value, each.place
        else:
            problems.add(each.place, f"one word is needed for {quoted(name)}", None)
    return words


def _editions(entry: Entry, knowledge: KnowledgeBase, problems: Problems) -> dict[str, str]:
    editions = {}
    for policy, (text, place) in _mapping(entry, "edition", problems).items():
        starts = [each.id for each in knowledge.policies[policy].editions] if policy in knowledge.policies else []
        if text not in starts:
            problems.add(place, f"{quoted(policy)} has no edition {quoted(text)}", near(text, starts))
        editions[policy] = text
    return editions


def _missing(entry: Entry, problems: Problems) -> frozenset[str] | None:
    if "missing" not in entry:
        return None
    facts = list(entry.texts("missing"))
    for fact, place in facts:
        if fact not in FACTS:
            problems.add(place, f"unknown fact {quoted(fact)}", near(fact, list(FACTS)))
    return frozenset(fact for fact, _ in facts)


def _known(name: str, knowledge: KnowledgeBase) -> tuple[str | None, list[str]]:
    """The policy that something belongs to, and the words that can be said of it."""
    if name in knowledge.policies:
        return name, _VERDICTS
    policy = next((policy for policy in knowledge.policies if name.startswith(f"{policy}/")), None)
    if name in _indications(knowledge):
        return policy, _ELIGIBILITIES
    return (policy, _FINDINGS) if name in knowledge.criteria else (None, [])


def _indications(knowledge: KnowledgeBase) -> list[str]:
    return [indication.id for policy in knowledge.policies.values() for indication in policy.indications]


def _profile(node: Node, problems: Problems) -> PatientProfile | None:
    if not isinstance(node, Entries):
        problems.add(
            node.place, "a profile is a group of sections", "write `{}` for a patient of whom nothing is known"
        )
        return None
    try:
        return load_profile(to_plain(node))
    except ProfileError as error:
        problems.extend(replace(problem, place=place_of(node, problem.path)) for problem in error.problems)
        return None
