"""An assessment in words: what a clinician reads on a screen, line by line, with the place it all comes from.

Required criteria are met, not met or unknown; exclusions, contraindications and
cautions are present, absent or unknown. Only the comparisons that settled a
criterion are shown, or, where it is unknown, those that keep it open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from blinadss.answer_words import (
    DISCLAIMER,
    FLAW,
    SEVERITY,
    WORDS,
    answered_by,
    edition_words,
    meaning,
    open_facts,
    rests_on_words,
    risks,
    shown_beside,
    speaks_against,
    speaks_for,
    style,
    supposed_words,
)
from blinadss.citing import ASSURANCE, places, said_of, sources
from blinadss.findings import (
    Assessment,
    CautionFinding,
    Cited,
    Compared,
    Eligibility,
    Finding,
    IndicationResult,
    Missing,
    PolicyResult,
    ShownEvidence,
    ShownTerm,
)
from blinadss.further import Further
from blinadss.further_words import BECAUSE, about_questions, ahead, why_asked, why_not
from blinadss.page import INDENT, Page
from blinadss.truth import Truth


def explain(assessment: Assessment, *, width: int = 96, colour: bool = False) -> str:
    """The whole answer as text, ``width`` columns wide; ``colour`` adds terminal colours."""
    page = Page(width, colour=colour)
    patient = f" of {assessment.profile.id}" if assessment.profile.id else ""
    page.paragraph(f"Assessment{patient} on {assessment.assessed_on}", "", style="strong")
    if assessment.supposed:
        page.paragraph(supposed_words(assessment), "", style="bad")
    _contradictions(page, assessment.cautions)
    for policy in assessment.policies:
        page.line("")
        _policy(page, policy)
    _cautions(page, assessment.cautions)
    sources(page, _all_cited(assessment))
    page.line("")
    knowledge = assessment.knowledge
    stamp = (
        f"Knowledge {knowledge.version} ({knowledge.fingerprint[:19]}), patient data {assessment.profile.digest[:19]}"
    )
    page.paragraph(f"{stamp}; {answered_by(assessment)}.", "", style="faint")
    page.paragraph(DISCLAIMER, "", style="faint")
    return "\n".join(page.lines) + "\n"


def _policy(page: Page, policy: PolicyResult) -> None:
    page.paragraph(f"{policy.policy} · {policy.title}", "", style="strong")
    if policy.edition:
        page.paragraph(edition_words(policy), "")
    if policy.note:
        page.paragraph(policy.note, "")
    _flaw(page, policy.flaw, "")
    page.line("")
    page.headed(policy.answer.replace("_", " ").upper(), style(policy.verdict), meaning(policy))
    if policy.rests_on:
        page.paragraph(f"{rests_on_words(policy)}: {', '.join(policy.rests_on)}", "")
    _beyond(page, policy.further, "")
    _to_find_out(page, policy.missing, policy.further)
    if policy.contraindications:
        page.line("")
        page.line(page.paint("Contraindications", "strong"))
        write_findings(page, policy.contraindications)
    for indication in policy.indications:
        page.line("")
        _indication(page, indication, None if indication.further == policy.further else indication.further)
    if policy.terms and style(policy.verdict) in {"good", "open"}:
        page.line("")
        _terms(page, policy.terms)


def _indication(page: Page, indication: IndicationResult, further: Further | None) -> None:
    named = f"{indication.title} ({indication.id})"
    if indication.applicability == "not_in_force":
        page.headed("NOT IN FORCE", "faint", f"{named}. {indication.note}")
        return
    if indication.applicability == "not_applicable":
        page.headed("NOT APPLICABLE", "faint", named)
        for sentence in ahead(further) if further else ():
            page.paragraph(sentence, "  ")
        write_findings(page, (each for each in indication.findings if speaks_against(each)), brief=True)
        return
    page.headed(indication.eligibility.value.upper(), style(indication.eligibility), named)
    _flaw(page, indication.flaw, "  ")
    _beyond(page, further, "  ")
    unknown = [finding for finding in indication.findings if finding.truth is Truth.UNKNOWN]
    if unknown and indication.eligibility is not Eligibility.UNDETERMINED:
        page.paragraph("What is unknown below makes no difference here.", "  ", style="faint")
    write_findings(page, indication.findings)
    if indication.eligibility is not Eligibility.INELIGIBLE:
        _terms(page, indication.terms)
    if indication.eligibility is Eligibility.ELIGIBLE:
        _evidence(page, indication.evidence)


def _beyond(page: Page, further: Further | None, indent: str) -> None:
    """What the answer could become, and why it is no."""
    for sentence in (*ahead(further), *why_not(further)) if further else ():
        page.paragraph(sentence, indent)


def _to_find_out(page: Page, missing: Sequence[Missing], further: Further | None) -> None:
    """The questions on which the answer depends, which of them to ask first, and which make no difference."""
    if not missing:
        return
    page.line("")
    page.line(page.paint("To find out", "strong"))
    for number, each in enumerate(missing, 1):
        page.labelled(f"{number}.", "open", each.ask, indent=5)
        page.paragraph(f"({why_asked(each)})", " " * 5, style="faint")
    for sentence in about_questions(missing, further) if further else ():
        page.paragraph(sentence, "  ")


def write_findings(page: Page, findings: Iterable[Finding | CautionFinding], *, brief: bool = False) -> None:
    """Each finding with what settled it or keeps it open, and, unless ``brief``, the place it comes from."""
    for finding in findings:
        page.labelled(WORDS[finding.role][finding.truth], speaks_for(finding), finding.statement)
        for compared in finding.comparisons:
            if compared.decisive:
                page.paragraph(_compared(compared), " " * INDENT)
        if isinstance(finding, CautionFinding):
            how = "" if finding.severity == "contradiction" else f" ({SEVERITY[finding.severity]})"
            page.paragraph(f"What to do{how}: {finding.do}", " " * INDENT)
            for result in finding.evidence:
                page.paragraph(f"Known: {said_of(result)}", " " * INDENT)
        _flaw(page, finding.flaw, " " * INDENT)
        if not brief:
            page.paragraph(f"[{places(finding.cite)}] {ASSURANCE[finding.assurance]}", " " * INDENT, style="faint")


def _flaw(page: Page, flaw: str, indent: str) -> None:
    if flaw:
        page.paragraph(f"{FLAW}{flaw}", indent)


def _terms(page: Page, terms: Iterable[ShownTerm]) -> None:
    """What is asked besides, said so that nobody takes the verdict for all there is."""
    terms = tuple(terms)
    if terms:
        page.line(page.paint("  Also asked, and not decided here", "strong"))
    for term in terms:
        page.labelled("-", "open", f"{term.statement} [{places(term.cite)}] {ASSURANCE[term.assurance]}", indent=4)


def _evidence(page: Page, evidence: Iterable[ShownEvidence]) -> None:
    evidence = tuple(evidence)
    if evidence:
        page.line(page.paint("  What was seen in studies", "strong"))
    for result in evidence:
        page.labelled("-", "faint", said_of(result), indent=4)


def _contradictions(page: Page, cautions: Iterable[CautionFinding]) -> None:
    """What the profile says that cannot all be true, before any answer."""
    found = [each for each in cautions if each.severity == "contradiction" and each.truth is Truth.TRUE]
    if found:
        page.line("")
        page.paragraph("The profile contradicts itself. Settle this before relying on any answer.", "", style="bad")
    write_findings(page, found)


def _cautions(page: Page, cautions: Sequence[CautionFinding]) -> None:
    """The risks that are there, whole, and those that cannot be ruled out, each in a line."""
    present, unknown = risks(cautions)
    if not (present or unknown):
        return
    page.line("")
    page.paragraph("Cautions: what does not forbid the treatment, whatever the policy", "", style="strong")
    write_findings(page, present)
    if unknown:
        page.line(page.paint("  Cannot be ruled out", "strong"))
    for each in unknown:
        page.labelled("-", "open", f"{each.statement} ({each.severity}; {', '.join(open_facts(each))})", indent=4)


def _compared(compared: Compared) -> str:
    seen = f" on {compared.observed_on}" if compared.observed_on else ""
    if compared.unknown_because is None:
        return f"{compared.text}: {compared.truth.value}; patient: {compared.value}{seen}"
    value = f" ({compared.value}{seen})" if compared.value else ""
    return f"{compared.text}: {BECAUSE[compared.unknown_because]}{value}"


def _all_cited(assessment: Assessment) -> Iterator[Cited]:
    """Everything cited in what is shown."""
    for policy in assessment.policies:
        for finding in policy.findings():
            yield from finding.cite
        for term in policy.terms:
            yield from term.cite
        for indication in policy.indications:
            for each in shown_beside(indication):
                yield from each.cite
    for caution in assessment.cautions:
        if caution.truth is Truth.TRUE:
            yield from caution.cite
            for result in caution.evidence:
                yield from result.cite
