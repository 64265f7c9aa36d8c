"""The way to an answer: an indication as a tree of its criteria and comparisons, with what decided it lit."""

from __future__ import annotations

from collections.abc import Mapping

from blinadss.answer_words import WORDS, speaks_against
from blinadss.expression import Comparison, Expression
from blinadss.findings import Compared, Eligibility, Finding, IndicationResult
from blinadss.knowledge import KnowledgeBase
from blinadss.report.blocks import Picture, shown
from blinadss.report.found import asked, patient_text
from blinadss.report.tree import Branch, tree_picture
from blinadss.truth import Truth, all_of, any_of, at_least, none_of
from blinadss.wording import compared_prose

_GROUPS = {"all": "all of these", "any": "any of these", "none": "none of these"}
_TRUTH = {
    Eligibility.ELIGIBLE: Truth.TRUE,
    Eligibility.INELIGIBLE: Truth.FALSE,
    Eligibility.UNDETERMINED: Truth.UNKNOWN,
}


def path_picture(knowledge: KnowledgeBase, indication: IndicationResult) -> Picture:
    """The tree of an indication as a picture, described by the criteria that decided."""
    findings = indication.findings
    decided = [each for each in findings if _decides(each, indication)]
    parts = tuple(criterion_branch(knowledge, each, lit=each in decided) for each in findings)
    root = Branch(shown(indication.title), _TRUTH[indication.eligibility], good=True, lit=True, parts=parts)
    said = " ".join(f"{_word(each)}: {each.statement}" for each in decided)
    return tree_picture(
        root,
        name=f"path-{indication.id}",
        title=shown(f"The way to {indication.eligibility.value}: {indication.title}"),
        description=shown(f"{len(findings)} criteria. What decided: {said or 'nothing by itself.'}"),
    )


def _decides(finding: Finding, indication: IndicationResult) -> bool:
    """Whether a criterion settled the answer of its indication, or keeps it open."""
    if indication.eligibility is Eligibility.ELIGIBLE:
        return True
    if indication.eligibility is Eligibility.INELIGIBLE:
        return speaks_against(finding)
    matter = {each.fact for each in indication.missing}
    return any(each.decisive and each.fact in matter for each in finding.comparisons if each.unknown_because)


def _word(finding: Finding) -> str:
    return WORDS[finding.role][finding.truth].capitalize()


def criterion_branch(knowledge: KnowledgeBase, finding: Finding, *, lit: bool) -> Branch:
    """A criterion with its comparisons below it; of a single one the value stands beside the criterion."""
    good, when = finding.role == "requires", knowledge.criteria[finding.criterion].when
    compared = asked(knowledge, finding)
    prefix = "" if good else "Excluded by: "
    text = shown(f"{prefix}{finding.statement}")
    if isinstance(when, Comparison):
        value = f"{compared_prose(when)}; {_value(compared[when])}"
        return Branch(text, finding.truth, good=good, lit=lit, value=shown(value))
    return Branch(text, finding.truth, good=good, lit=lit, parts=(_branch(when, compared, good=good, lit=lit),))


def _branch(part: Expression, compared: Mapping[Comparison, Compared], *, good: bool, lit: bool) -> Branch:
    if isinstance(part, Comparison):
        found = compared[part]
        value = shown(_value(found))
        return Branch(shown(compared_prose(part)), found.truth, good=good, lit=lit and found.decisive, value=value)
    inner = good is not (part.word == "none")
    parts = tuple(_branch(each, compared, good=inner, lit=lit) for each in part.parts)
    truths = [each.truth for each in parts]
    truth = {"all": all_of, "any": any_of, "none": none_of}.get(part.word, lambda t: at_least(part.needed, t))(truths)
    heading = _GROUPS.get(part.word, f"at least {part.needed} of these")
    return Branch(heading, truth, good=good, lit=any(each.lit for each in parts), parts=parts)


def _value(compared: Compared) -> str:
    seen = f" on {compared.observed_on}" if compared.observed_on else ""
    return f"patient: {patient_text(compared)}{seen}"
