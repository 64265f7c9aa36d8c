"""An assessment as a report: the verdicts at a glance, then why, why not, until when, what is known, and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from blinadss.answer_words import (
    DISCLAIMER,
    FLAW,
    answered_by,
    edition_words,
    meaning,
    rests_on_words,
    risks,
    shown_beside,
    speaks_against,
    style,
    supposed_words,
)
from blinadss.errors import UsageError
from blinadss.findings import (
    Assessment,
    CautionFinding,
    Cited,
    Eligibility,
    Finding,
    IndicationResult,
    Missing,
    PolicyResult,
    ShownEvidence,
    ShownTerm,
)
from blinadss.further import Further
from blinadss.further_words import about_questions, ahead, why_asked, why_not
from blinadss.knowledge import KnowledgeBase
from blinadss.lapses import lapse_text
from blinadss.loading import load_knowledge
from blinadss.profile import PatientProfile
from blinadss.report.blocks import (
    Badge,
    Block,
    Glance,
    Paragraph,
    Points,
    Prose,
    Report,
    Section,
    badge,
    paragraph,
    phrase,
    prose,
    shown,
)
from blinadss.report.found import by_severity, cautions_table, findings_points, findings_table, sources
from blinadss.report.frame import running, sources_section
from blinadss.report.known import known_section
from blinadss.report.paths import path_picture
from blinadss.report.risks import cautions_glance, cautions_section
from blinadss.report.studies import studies_section
from blinadss.truth import Truth

_LIFETIME = 100  # years after which nobody asks what becomes of an answer


def assessment_report(
    assessment: Assessment, profile: PatientProfile, *, knowledge: KnowledgeBase | None = None
) -> Report:
    """The report of an assessment, with the profile and the knowledge that it was made of.

    Raises `UsageError` if it was made of others.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    profile = profile.supposing(assessment.supposed) if assessment.supposed else profile
    if profile.digest != assessment.profile.digest:
        raise UsageError("the assessment is not of this profile", "pass the profile that was assessed")
    if knowledge.fingerprint != assessment.knowledge.fingerprint:
        raise UsageError("the assessment was made with other criteria", "pass `knowledge=`, as to `assess`")
    return _View(assessment, profile, knowledge).report()


class _View:
    def __init__(self, assessment: Assessment, profile: PatientProfile, knowledge: KnowledgeBase) -> None:
        self.assessment, self.profile, self.knowledge = assessment, profile, knowledge
        self.present, self.unknown = risks(assessment.cautions)
        self.evidence: list[ShownEvidence] = []
        self.cited: list[Cited] = []

    def report(self) -> Report:
        assessment = self.assessment
        stamp, patient = assessment.knowledge, shown(assessment.profile.id or "an unnamed patient")
        sections = [
            *map(self.policy, assessment.policies),
            self.cautions(),
            studies_section(self.evidence),
            known_section(assessment, self.profile, self.knowledge),
        ]
        glances = [*map(self.glance, assessment.policies), cautions_glance(self.present, self.unknown)]
        fingerprint = stamp.fingerprint[:19]
        return Report(
            title="Assessment",
            language="en",
            patient=patient,
            date=str(assessment.assessed_on),
            alerts=tuple(self.alerts()),
            glances=tuple(each for each in glances if each),
            sections=(*(each for each in sections if each), sources_section(self.cited)),
            facts=(
                ("Patient", patient),
                ("Assessed on", str(assessment.assessed_on)),
                ("Knowledge", shown(f"{stamp.version}, {fingerprint}")),
                ("Patient data", assessment.profile.digest[:19]),
                ("Answered", answered_by(assessment).removeprefix("answered ")),
            ),
            running=running(patient, f"assessed on {assessment.assessed_on}", f"knowledge {fingerprint}"),
            disclaimer=DISCLAIMER,
        )

    def alerts(self) -> Iterator[Section]:
        """What has to be read before any answer."""
        if self.assessment.supposed:
            yield Section("Not this patient", (paragraph(supposed_words(self.assessment)),), badge("SUPPOSED", "bad"))
        found = [each for each in self.assessment.cautions if each.severity == "contradiction"]
        there = [each for each in found if each.truth is Truth.TRUE]
        if there:
            self.cite(there)
            says = "Settle this before relying on any answer."
            table = cautions_table(self.knowledge, "What cannot all be true", there)
            yield Section("The profile contradicts itself", (paragraph(says), table), badge("CONTRADICTION", "bad"))

    def glance(self, policy: PolicyResult) -> Glance:
        """One verdict with what is most needed of what is said below it."""
        lines = [*_under(policy), *_at_a_glance(policy)]
        if policy.edition:
            rests = rests_on_words(policy) if policy.rests_on else "Every statement that it rests on is verified"
            lines.append(prose(f"{rests}.", "open" if policy.rests_on else "faint"))
        return Glance(shown(policy.title), _badge(policy), meaning(policy), tuple(lines), _anchor(policy.policy))

    def policy(self, policy: PolicyResult) -> Section:
        self.cite(policy.contraindications, policy.terms)
        blocks: list[Block] = [paragraph(edition_words(policy), "faint")] if policy.edition else []
        blocks += _said(policy.note, flaw=policy.flaw)
        if policy.rests_on:
            blocks.append(paragraph(f"{rests_on_words(policy)}: {', '.join(policy.rests_on)}.", "open"))
        blocks += self.beyond(policy.further)
        blocks += _to_find_out(policy.missing, policy.further)
        if policy.contraindications:
            table = findings_table(self.knowledge, "Contraindications", policy.contraindications)
            blocks.append(Section("Contraindications", (table,)))
        for indication in policy.indications:
            blocks.append(
                self.indication(indication, None if indication.further == policy.further else indication.further)
            )
        if style(policy.verdict) in {"good", "open"}:
            blocks += _terms(policy.terms)
        title = shown(f"{policy.policy} · {policy.title}")
        return Section(title, tuple(blocks), _badge(policy), anchor=_anchor(policy.policy))

    def indication(self, indication: IndicationResult, further: Further | None) -> Section:
        title, name = shown(indication.title), paragraph(indication.id, "faint")
        if indication.applicability == "not_in_force":
            return Section(title, (name, paragraph(indication.note)), badge("not in force", "faint"), folded=True)
        if indication.applicability == "not_applicable":
            against = _against(indication)
            self.cite(against)
            why = findings_table(self.knowledge, f"Why {indication.id} is not applicable", against)
            until = further and replace(further, forbidden_by=(), otherwise=(), fixed=(), not_searched=())
            return Section(title, (name, *self.beyond(until), why), badge("not applicable", "faint"), folded=True)
        picture = Section("The way to this answer", (path_picture(self.knowledge, indication),), folded=True)
        blocks = [name, *_said(flaw=indication.flaw), *self.beyond(further), *self.findings(indication), picture]
        for each in shown_beside(indication):
            self.cite([each])
            if isinstance(each, ShownEvidence):
                self.evidence.append(each)
        if indication.eligibility is not Eligibility.INELIGIBLE:
            blocks += _terms(indication.terms)
        word = badge(indication.eligibility.value, style(indication.eligibility))
        return Section(title, tuple(blocks), word, folded=indication.eligibility is Eligibility.INELIGIBLE)

    def findings(self, indication: IndicationResult) -> list[Block]:
        """All criteria as a table; of a no, those that make it so, and the others in a line each."""
        findings = indication.findings
        self.cite(findings)
        against = _against(indication) if indication.eligibility is Eligibility.INELIGIBLE else ()
        if not against:
            return [findings_table(self.knowledge, f"Criteria of {indication.id}", findings)]
        table = findings_table(self.knowledge, f"Criteria of {indication.id} that make it so", against)
        others = [each for each in findings if each not in against]
        if not others:
            return [table]
        lead = paragraph("What is known or unknown of them makes no difference here.", "faint")
        points = findings_points(self.knowledge, others)
        return [table, Section("The other criteria", (lead, points), folded=True)]

    def cautions(self) -> Section | None:
        """The risks that are there, whatever the policy, and those that cannot be ruled out."""
        self.cite(self.present)
        for each in by_severity(self.present):
            self.evidence += each.evidence
            self.cite(each.evidence)
        return cautions_section(self.knowledge, self.present, self.unknown)

    def beyond(self, further: Further | None) -> list[Block]:
        """What the answer could become, until when it holds, and why it is no."""
        if further is None:
            return []
        until = further.searched_until
        if until and until.year - self.assessment.assessed_on.year >= _LIFETIME:
            further = replace(further, searched_until=None)
        return _points((*ahead(further), *why_not(further)))

    def cite(self, *groups: Iterable[Finding | CautionFinding | ShownTerm | ShownEvidence]) -> None:
        """Remember what is cited, for the sources at the end."""
        self.cited += (cited for group in groups for each in group for cited in each.cite)


def _against(indication: IndicationResult) -> tuple[Finding, ...]:
    """The criteria that make the answer no by themselves."""
    return tuple(each for each in indication.findings if speaks_against(each))


def _badge(policy: PolicyResult) -> Badge:
    return badge(policy.answer.replace("_", " "), style(policy.verdict))


def _anchor(name: str) -> str:
    return f"policy-{name}"


def _under(policy: PolicyResult) -> Iterator[Prose]:
    """The indications that apply, and those of which it is not known."""
    for each in policy.indications:
        if each.eligibility is not Eligibility.INELIGIBLE:
            yield (phrase(f"{each.eligibility.value}: ", style(each.eligibility)), phrase(each.title))


def _at_a_glance(policy: PolicyResult) -> Iterator[Prose]:
    """What is missing, why not, and until when, in a sentence each."""
    if policy.missing:
        first = next(
            (each for each in policy.missing if each.fact == (policy.further or Further()).ask_next), policy.missing[0]
        )
        more = len(policy.missing) - 1
        yield (phrase("Missing: ", "strong"), phrase(f"{first.ask}{f' And {more} more.' if more else ''}"))
    if policy.further and policy.further.forbidden_by:
        yield (phrase("Why not: ", "strong"), phrase(f"{policy.further.forbidden_by[0].says}."))
    if policy.further and policy.further.lapses:
        yield prose(lapse_text(policy.further.lapses[0]))


def _said(note: str = "", *, flaw: str = "") -> Iterator[Paragraph]:
    if note:
        yield paragraph(note)
    if flaw:
        yield paragraph(f"{FLAW}{flaw}")


def _points(sentences: Iterable[str]) -> list[Block]:
    said = tuple(prose(each) for each in sentences)
    return [Points(said)] if said else []


def _to_find_out(missing: Sequence[Missing], further: Further | None) -> list[Block]:
    """The questions on which the answer depends, which of them to ask first, and which make no difference."""
    if not missing:
        return []
    questions = tuple((phrase(f"{each.ask} "), phrase(f"({why_asked(each)})", "faint")) for each in missing)
    about = _points(about_questions(missing, further) if further else ())
    return [Section("To find out", (Points(questions, numbered=True), *about))]


def _terms(terms: Sequence[ShownTerm]) -> list[Block]:
    """What is asked besides, said so that nobody takes the verdict for all there is."""
    if not terms:
        return []
    points = tuple((phrase(f"{each.statement} "), *sources(each.cite, each.assurance)) for each in terms)
    return [Section("Also asked, and not decided here", (Points(points),))]
