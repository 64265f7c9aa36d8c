"""The words of an assessment: what its answers and findings are called, and what each of them means.

Required criteria are met, not met or unknown; exclusions, contraindications and
cautions are present, absent or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from blinadss.findings import (
    Assessment,
    CautionFinding,
    Eligibility,
    Finding,
    IndicationResult,
    PolicyResult,
    ShownEvidence,
    ShownTerm,
    Verdict,
)
from blinadss.truth import Truth

# What a finding's truth is called, by the role of its criterion: an absent exclusion is good news, not "not met".
WORDS = {
    "requires": {Truth.TRUE: "met", Truth.FALSE: "not met", Truth.UNKNOWN: "unknown"},
    "excludes": {Truth.TRUE: "present", Truth.FALSE: "absent", Truth.UNKNOWN: "unknown"},
}
WORDS["contraindicates"] = WORDS["cautions"] = WORDS["excludes"]
SEVERITY = {
    "severe": "severe",
    "moderate": "moderate",
    "mild": "mild",
    "informative": "informative: a predictor of response, which decides nothing",
    "not_indicated": "NOT INDICATED: no label covers this use",
    "contradiction": "the profile contradicts itself",
}
FLAW = "A flaw of the source, left as it is: "
DISCLAIMER = "This supports a professional's decision and does not replace it."
_VERDICT = {
    Verdict.ELIGIBLE: "an indication applies and nothing contraindicates",
    Verdict.INELIGIBLE: "no indication applies",
    Verdict.CONTRAINDICATED: "a contraindication is present",
    Verdict.UNDETERMINED: "it depends on facts that are not known",
    Verdict.NOT_IN_FORCE: "the policy was not in force on that day",
}
_TRIAL = {
    Verdict.ELIGIBLE: "the patient would have met the criteria listed",
    Verdict.INELIGIBLE: "the patient would not have met the criteria",
    Verdict.CONTRAINDICATED: "the patient would not have met the criteria",
    Verdict.UNDETERMINED: "it depends on facts that are not known",
    Verdict.NOT_IN_FORCE: "the trial had not begun on that day",
}
_QUIET = {"informative", "not_indicated", "contradiction"}  # cautions that are not told where they are unknown
Style = Literal["good", "bad", "open", "faint"]
_STYLES: dict[Verdict | Eligibility, Style] = {
    Verdict.ELIGIBLE: "good",
    Eligibility.ELIGIBLE: "good",
    Verdict.UNDETERMINED: "open",
    Eligibility.UNDETERMINED: "open",
    Verdict.NOT_IN_FORCE: "faint",
}


def style(answer: Verdict | Eligibility) -> Style:
    """Whether an answer is good news, bad news, open, or none at all."""
    return _STYLES.get(answer, "bad")


def speaks_for(finding: Finding | CautionFinding) -> Style:
    """Whether a finding is good news, bad news or open."""
    if finding.truth is Truth.UNKNOWN:
        return "open"
    return "bad" if speaks_against(finding) else "good"


def speaks_against(finding: Finding | CautionFinding) -> bool:
    """Whether a finding speaks against the treatment by itself."""
    return finding.truth is (Truth.FALSE if finding.role == "requires" else Truth.TRUE)


def risks(cautions: Sequence[CautionFinding]) -> tuple[list[CautionFinding], list[CautionFinding]]:
    """The cautions that are there, and those that cannot be ruled out and are worth a thought; no contradictions."""
    present = [each for each in cautions if each.truth is Truth.TRUE and each.severity != "contradiction"]
    unknown = [each for each in cautions if each.truth is Truth.UNKNOWN and each.severity not in _QUIET]
    return present, unknown


def open_facts(caution: CautionFinding) -> list[str]:
    """The facts that keep a caution open."""
    return list(dict.fromkeys(each.fact for each in caution.comparisons if each.decisive and each.unknown_because))


def meaning(policy: PolicyResult) -> str:
    """What the verdict of a policy means, in the words of its kind."""
    return (_TRIAL if policy.kind == "trial" else _VERDICT)[policy.verdict]


def edition_words(policy: PolicyResult) -> str:
    """Which edition of a policy answered, and, where that was not read in its source, how far to trust it."""
    unsure = "" if policy.edition_assurance == "verified" else f" ({policy.edition_assurance})"
    return f"As it stands since {policy.edition}{unsure}: {policy.edition_title}"


def rests_on_words(policy: PolicyResult) -> str:
    """How many of the statements behind a verdict were not checked against the text that is in force."""
    count = len(policy.rests_on)
    return f"Rests on {count} {'statement' if count == 1 else 'statements'} not verified against the current text"


def supposed_words(assessment: Assessment) -> str:
    """That the answer is about a patient who is not there, and what was supposed."""
    said = ", ".join(f"{fact}: {value}" for fact, value in assessment.supposed.items())
    return f"NOT THIS PATIENT, but the same patient if this were so: {said}"


def answered_by(assessment: Assessment) -> str:
    """Which engines answered."""
    names = assessment.engines
    return f"answered by {names[0]} alone" if len(names) == 1 else f"answered alike by {' and '.join(names)}"


def shown_beside(indication: IndicationResult) -> Iterator[ShownTerm | ShownEvidence]:
    """What is shown of an indication beside its findings: terms unless it does not apply, studies only if it does."""
    if indication.eligibility is not Eligibility.INELIGIBLE:
        yield from indication.terms
    if indication.eligibility is Eligibility.ELIGIBLE:
        yield from indication.evidence
