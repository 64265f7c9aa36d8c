"""What makes the difference between two answers: the criteria in the way of the sterner one, each claim tried.

In the way are contraindications, and criteria of the nearest indication: of the policy's own, or, between
two editions of one policy, of those by which the other edition answers. The policy is asked
again without them, and it is said whether it then answers as the other does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from blinadss.findings import Eligibility, Finding, IndicationResult, PolicyResult, Verdict
from blinadss.knowledge import Indication, KnowledgeBase, Policy
from blinadss.policy_answers import in_words_of
from blinadss.result import Result
from blinadss.statements import ALWAYS, Assurance
from blinadss.truth import Truth

# The sterner of two answers is the one that stands first here.
_STERN = (
    Verdict.NOT_IN_FORCE,
    Verdict.CONTRAINDICATED,
    Verdict.INELIGIBLE,
    Verdict.UNDETERMINED,
    Verdict.ELIGIBLE,
)


@dataclass(frozen=True, slots=True)
class Answer(Result):
    """What one edition of a policy answers, and the days on which it stood, of those asked about.

    ``name`` is the policy's id, with the edition where several editions of it are compared.
    """

    name: str
    policy: str
    title: str
    edition: str | None
    edition_title: str | None
    edition_assurance: Assurance | None
    on: tuple[date, ...]
    verdict: Verdict
    answer: str
    note: str


@dataclass(frozen=True, slots=True)
class Difference(Result):
    """Two answers that differ, by name, and what makes the difference.

    ``criteria`` stand in the way of the answer ``of``, the sterner one; ``indications`` are those of
    the other edition that it does not have. ``without`` is what it answers without those criteria and with
    those indications, and ``sufficient`` says whether that is the other answer.
    """

    one: str
    other: str
    of: str
    criteria: tuple[Finding, ...]
    indications: tuple[str, ...]
    without: Verdict | None
    sufficient: bool
    sentence: str


@dataclass(frozen=True)
class Stood:
    """One answer with all that it rests on."""

    answer: Answer
    result: PolicyResult

    @property
    def verdict(self) -> Verdict:
        """What it answers."""
        return self.answer.verdict

    @property
    def says(self) -> str:
        """Who answers what."""
        return f"{self.answer.name} answers {said(self.answer.answer)}"

    def in_force(self) -> Iterator[IndicationResult]:
        """The indications that this edition has."""
        return (each for each in self.result.indications if each.applicability != "not_in_force")

    def policy(self, knowledge: KnowledgeBase) -> Policy:
        """The policy as it stood."""
        return knowledge.policies[self.answer.policy].as_of(self.answer.on[0])


@dataclass(frozen=True)
class Way:
    """What would have to be otherwise in a policy: these criteria gone, and perhaps one indication more."""

    criteria: tuple[Finding, ...]
    cost: tuple[int, ...]
    more: Indication | None = None


class Differing:
    """Two answers at a time, and what makes the difference between them.

    ``verdict`` asks a policy of that id again, as it stood on a day, with other knowledge.
    """

    def __init__(self, knowledge: KnowledgeBase, verdict: Callable[[KnowledgeBase, str, date], Verdict]) -> None:
        self.knowledge, self.verdict = knowledge, verdict

    def difference(self, one: Stood, other: Stood) -> Difference:
        """What makes the difference between two answers."""
        stern, mild = sorted((one, other), key=lambda each: _STERN.index(each.verdict))
        names = (one.answer.name, other.answer.name, stern.answer.name)
        if stern.verdict is Verdict.NOT_IN_FORCE:
            sentence = f"{stern.answer.name} is not in force, and {mild.says}."
            return Difference(*names, (), (), None, sufficient=False, sentence=sentence)
        way, without = self._nearest(stern, mild)
        return Difference(
            *names,
            way.criteria,
            (way.more.id,) if way.more else (),
            without,
            sufficient=without is mild.verdict,
            sentence=_sentence(stern, mild, way, without),
        )

    def _nearest(self, stern: Stood, mild: Stood) -> tuple[Way, Verdict]:
        """The nearest way that makes the sterner policy answer as the other, without what it does not need.

        If none does, the nearest of all.
        """
        tried: list[tuple[Way, Verdict]] = []
        for way in sorted(self._ways(stern, mild), key=lambda way: way.cost):
            tried.append((way, self._tried(stern, way)))
            if tried[-1][1] is mild.verdict:
                return self._shortened(stern, way, mild.verdict), mild.verdict
        return tried[0]

    def _ways(self, stern: Stood, mild: Stood) -> Iterator[Way]:
        """What is in the way of each indication that comes into it."""
        whole = mild.verdict is Verdict.ELIGIBLE
        against = _in_the_way(stern.result.contraindications, whole=whole)
        same = mild.answer.policy == stern.answer.policy
        own = {each.id: each for each in stern.in_force()}
        wanted = {each.id for each in _favourable(mild)} if same else set(own)
        if mild.verdict is Verdict.INELIGIBLE or not wanted:
            yield Way(against, ())  # no indication comes into it, or there is none
            return
        asked = _asked_by(mild)
        for each in mild.policy(self.knowledge).indications if same else ():
            if each.id in wanted and each.id not in own:
                settled, *less = _cost(against, set(), asked)
                yield Way(against, (settled + 1, *less), each)
        for use_of in stern.policy(self.knowledge).indications:
            if use_of.id in wanted:
                scope = {use.criterion.id for use in use_of.uses if use.scope}
                found = _each_once((*against, *_against(own[use_of.id], whole=whole)))
                yield Way(found, _cost(found, scope, asked))

    def _tried(self, stern: Stood, way: Way) -> Verdict:
        """What the sterner policy answers without those criteria, and with one indication more."""
        policy = _without(stern.policy(self.knowledge), way)
        return self.verdict(self.knowledge.alone(policy), policy.id, stern.answer.on[0])

    def _shortened(self, stern: Stood, way: Way, verdict: Verdict) -> Way:
        """The same way without what it does not need for that answer."""
        for finding in way.criteria:
            fewer = replace(way, criteria=tuple(each for each in way.criteria if each is not finding))
            if (fewer.criteria or fewer.more) and self._tried(stern, fewer) is verdict:
                way = fewer
        return way


def said(answer: str) -> str:
    """An answer as it is shown."""
    return answer.replace("_", " ").upper()


def in_the_way(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that speak against an answer by themselves."""
    return _in_the_way(findings, whole=False)


def _in_the_way(findings: Sequence[Finding], *, whole: bool) -> tuple[Finding, ...]:
    """The findings that speak against an answer; if nothing may be left open, the unknown ones as well."""
    good = {"requires": Truth.TRUE}
    return tuple(
        each
        for each in findings
        if each.truth is not good.get(each.role, Truth.FALSE) and (whole or each.truth is not Truth.UNKNOWN)
    )


def _against(indication: IndicationResult, *, whole: bool) -> tuple[Finding, ...]:
    """What is in the way of one indication."""
    found = _in_the_way(indication.findings, whole=whole)
    if not found and indication.eligibility is Eligibility.INELIGIBLE:  # unknown ones that exclude each other
        return _in_the_way(indication.findings, whole=True)
    return found


def _favourable(mild: Stood) -> tuple[IndicationResult, ...]:
    """The indications by which the milder policy answers as it does: those that apply, else those that may."""
    of = tuple(mild.in_force())
    apply = tuple(each for each in of if each.eligibility is Eligibility.ELIGIBLE)
    return apply or tuple(each for each in of if each.eligibility is Eligibility.UNDETERMINED)


def _asked_by(mild: Stood) -> frozenset[str]:
    """The facts that the milder policy itself asks for where it answers as it does."""
    found = (finding for each in _favourable(mild) for finding in each.findings)
    return frozenset(leaf.fact for finding in found for leaf in finding.comparisons)


def _cost(found: Sequence[Finding], scope: set[str], asked: frozenset[str]) -> tuple[int, ...]:
    """How far an indication is: what speaks against it, for whom it is at all counting twice; then what is unknown.

    Of two that are as far, the nearer is the one against which speaks what the other answer does not ask.
    """
    settled = [each for each in found if each.truth is not Truth.UNKNOWN]
    heavy = sum(each.criterion in scope for each in settled)
    shared = sum(asked.issuperset(leaf.fact for leaf in each.comparisons if leaf.decisive) for each in settled)
    return len(settled) + heavy, len(found) - len(settled), shared, heavy


def _each_once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each criterion once, those that are settled first."""
    once = {each.criterion: each for each in findings}.values()
    return tuple(sorted(once, key=lambda each: each.truth is Truth.UNKNOWN))


def _without(policy: Policy, way: Way) -> Policy:
    """The policy as it stood, without some criteria wherever it uses them, and with one indication more."""
    gone = {each.criterion for each in way.criteria}
    more = (replace(way.more, period=ALWAYS),) if way.more else ()
    indications = []
    for each in (*policy.indications, *more):
        kept = (replace(use, period=ALWAYS) for use in each.uses if use.criterion.id not in gone)
        indications.append(replace(each, uses=tuple(kept)))
    still = tuple(use for use in policy.contraindications if use.criterion.id not in gone)
    return replace(policy, indications=tuple(indications), contraindications=still)


def _sentence(stern: Stood, mild: Stood, way: Way, without: Verdict) -> str:
    """Both answers, and what makes the difference if that could be shown; otherwise what is known of it."""
    name, both = stern.answer.name, f"{stern.says} where {mild.says}"
    reasons = []
    if way.more:
        reasons.append(f"an indication that {name} does not have: {way.more.title.rstrip('.')}")
    if way.criteria:
        reasons.append(_criteria(way.criteria))
    if not reasons:
        return f"{both}; {name} has no indication in force."
    if without is mild.verdict:
        return f"{both}, because of {'; and of '.join(reasons)}."
    answer, still = said(in_words_of(stern.result.kind, without)), "still " if without is stern.verdict else ""
    return f"{both}. In the way: {'; and '.join(reasons)}. If that were otherwise, {name} would {still}answer {answer}."


def _criteria(criteria: Sequence[Finding]) -> str:
    """One criterion in full, or how many they are and of how many nothing is known."""
    unknown = sum(each.truth is Truth.UNKNOWN for each in criteria)
    if len(criteria) == 1:
        (one,) = criteria
        state = "not known" if unknown else "not met" if one.role == "requires" else "present"
        return f"one criterion, which is {state}: {one.statement.rstrip('.')}"
    open_ones = (
        "" if not unknown else ", none of them known" if unknown == len(criteria) else f", {unknown} of them not known"
    )
    return f"{len(criteria)} criteria together{open_ones}"
