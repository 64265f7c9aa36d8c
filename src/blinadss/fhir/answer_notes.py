"""The answer of a policy in paragraphs, for the reader of a resource: verdict, what it rests on, why, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blinadss.answer_words import (
    DISCLAIMER,
    FLAW,
    WORDS,
    edition_words,
    meaning,
    rests_on_words,
    risks,
    speaks_against,
    style,
    supposed_words,
)
from blinadss.citing import ASSURANCE, places
from blinadss.findings import (
    Assessment,
    CautionFinding,
    Compared,
    Eligibility,
    Finding,
    PolicyResult,
    Verdict,
)
from blinadss.further_words import BECAUSE, ahead, why_asked, why_not
from blinadss.truth import Truth

_APART = {"not_applicable", "not_in_force"}  # told apart from an indication that is for such a patient


def answer_notes(policy: PolicyResult, assessment: Assessment) -> Iterator[str]:
    """What must be known before any answer, the verdict, the reasons, the questions, what is also asked, the risks."""
    yield from _before(assessment)
    yield from _verdict(policy)
    for each in policy.indications:
        answer = each.applicability if each.applicability in _APART else each.eligibility.value
        yield f"{answer.replace('_', ' ').upper()}: {each.title} ({each.id}). {each.note}".strip()
    yield from (_found(each) for each in _reasons(policy))
    yield from (f"To find out: {each.ask} ({why_asked(each)})" for each in policy.missing)
    for term in policy.terms if style(policy.verdict) in {"good", "open"} else ():
        source = f"[{places(term.cite)}] {ASSURANCE[term.assurance]}"
        yield f"Also asked, and not decided here: {term.statement} {source}"
    for caution in risks(assessment.cautions)[0]:
        yield f"A risk, whatever the policy. {_found(caution)} What to do: {caution.do}"
    yield DISCLAIMER


def _before(assessment: Assessment) -> Iterator[str]:
    if assessment.supposed:
        yield supposed_words(assessment)
    for caution in assessment.cautions:
        if caution.severity == "contradiction" and caution.truth is Truth.TRUE:
            yield f"The profile contradicts itself. Settle this before relying on any answer. {_found(caution)}"


def _verdict(policy: PolicyResult) -> Iterator[str]:
    """The verdict in words, as of which edition, what is wrong in its source, what it rests on, until when it holds."""
    yield f"{policy.answer.replace('_', ' ').upper()}: {meaning(policy)}. {policy.title} ({policy.policy})."
    if policy.edition:
        yield edition_words(policy)
    if policy.note:
        yield policy.note
    if policy.flaw:
        yield f"{FLAW}{policy.flaw}"
    if policy.rests_on:
        yield f"{rests_on_words(policy)}: {_trusted(policy)}"
    if policy.further:
        yield from (*ahead(policy.further), *why_not(policy.further))


def _trusted(policy: PolicyResult) -> str:
    """What the verdict rests on below verified, each with how far it was checked."""
    assurance = {each.criterion: each.assurance for each in policy.findings()}
    return ", ".join(f"{name} ({assurance[name]})" if name in assurance else name for name in policy.rests_on)


def _reasons(policy: PolicyResult) -> Iterator[Finding]:
    """The findings behind the verdict, each once: all of them for a yes, else those that are in its way."""
    once = {(each.role, each.criterion): each for each in _behind(policy)}
    yield from once.values()


def _behind(policy: PolicyResult) -> Iterator[Finding]:
    if policy.verdict is Verdict.CONTRAINDICATED:
        yield from _against(policy.contraindications)
        return
    eligible = [each for each in policy.indications if each.eligibility is Eligibility.ELIGIBLE]
    if policy.verdict is Verdict.ELIGIBLE:
        yield from policy.contraindications
        for each in eligible:
            yield from each.findings
        return
    if any(each.eligibility is not Eligibility.INELIGIBLE for each in policy.indications):
        yield from _against(policy.contraindications)
    for each in policy.indications:
        if each.eligibility is Eligibility.UNDETERMINED:
            yield from (finding for finding in each.findings if _in_the_way(finding))
        else:
            yield from each.findings if each in eligible else _against(each.findings)


def _against(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that speak against the treatment by themselves, or, where none does, those that are unknown."""
    against = [each for each in findings if speaks_against(each)]
    return against or [each for each in findings if _in_the_way(each)]


def _in_the_way(finding: Finding) -> bool:
    return finding.truth is Truth.UNKNOWN or speaks_against(finding)


def _found(finding: Finding | CautionFinding) -> str:
    """A finding in a paragraph: its answer, the statement, the patient's values, and the source with its assurance."""
    word = WORDS[finding.role][finding.truth]
    said = f"{word[:1].upper()}{word[1:]}: {finding.statement.rstrip('.')} ({finding.criterion})"
    seen = "; ".join(_compared(each) for each in finding.comparisons if each.decisive)
    source = f"[{places(finding.cite)}] {ASSURANCE[finding.assurance]}"
    return f"{'. '.join(part for part in (said, seen, source) if part)}."


def _compared(compared: Compared) -> str:
    seen = f" on {compared.observed_on}" if compared.observed_on else ""
    value = f", patient: {compared.value}{seen}" if compared.value else ""
    answer = BECAUSE[compared.unknown_because] if compared.unknown_because else compared.truth.value
    return f"{compared.text}: {answer}{value}"
