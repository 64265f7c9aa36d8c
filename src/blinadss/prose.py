"""The criteria in words: a policy, an indication, a criterion, a caution or a result, as prose with its sources.

Written as Markdown, which reads as well on a screen as on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from blinadss.answer_words import FLAW, SEVERITY
from blinadss.citing import ASSURANCE, effect_text
from blinadss.errors import UsageError, near
from blinadss.expression import Comparison, Expression, line
from blinadss.knowledge import CautionNotes, Indication, KnowledgeBase, Policy
from blinadss.statements import Citation, Criterion, Evidence, Period, Term, Use
from blinadss.wording import compared_prose

Lines = Iterator[str]
_GROUPS = {"all": "all of these", "any": "any of these", "none": "none of these"}
_HEADINGS: tuple[tuple[str, Callable[[Use], bool]], ...] = (
    ("For whom", lambda use: use.scope),
    ("Required", lambda use: use.role == "requires" and not use.scope),
    ("Excluded by", lambda use: use.role == "excludes"),
)


def show(knowledge: KnowledgeBase, name: str) -> str:
    """What is called that, in words; raises `UsageError` with the nearest id if nothing is."""
    indications = {each.id: each for policy in knowledge.policies.values() for each in policy.indications}
    if name in knowledge.policies:
        lines = policy_prose(knowledge.policies[name], "#")
    elif name in indications:
        lines = indication_prose(indications[name], "#")
    elif name in knowledge.caution_notes:
        lines = caution_prose(knowledge.criteria[name], knowledge.caution_notes[name], "#")
    elif name in knowledge.criteria:
        lines = criterion_prose(knowledge.criteria[name], "#")
    elif name in knowledge.evidence:
        lines = iter([f"# {knowledge.evidence[name].study}", "", *evidence_prose([knowledge.evidence[name]])])
    else:
        known = [*knowledge.policies, *indications, *knowledge.criteria, *knowledge.evidence]
        hint = near(name, known) or "`blinadss policies` lists the policies, `blinadss show POLICY` what is in one"
        raise UsageError(f"nothing is called `{name}`", hint)
    return "\n".join(lines) + "\n"


def policy_prose(policy: Policy, level: str) -> Lines:
    """A whole policy: its editions, what rules the treatment out, every indication."""
    yield from (f"{level} {policy.title}", "", f"`{policy.id}`: {policy.publisher}, {policy.jurisdiction}.")
    yield from _flaw(policy.flaw)
    yield from ("", "| in force from | what it is | assurance | source |", "|---|---|---|---|")
    for edition in policy.editions:
        note = f" {edition.note}" if edition.note else ""
        cells = (edition.id, f"{edition.title}.{note}", edition.assurance, cited(edition.cite))
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    if policy.until < date.max:
        yield from ("", f"Not in force from {policy.until} on.")
    if policy.contraindications:
        yield from ("", f"{level}# Contraindications")
        for use in policy.contraindications:
            yield from ("", *use_prose(use, f"{level}##"))
    for indication in policy.indications:
        yield from ("", *indication_prose(indication, f"{level}#"))
    yield from terms_prose(policy.terms)


def indication_prose(indication: Indication, level: str) -> Lines:
    """One indication: for whom it is, what it requires, what excludes, what was seen in studies."""
    yield from (f"{level} {indication.title}", "", f"`{indication.id}`{_period(indication.period)}")
    yield from _flaw(indication.flaw)
    for heading, belongs in _HEADINGS:
        uses = [use for use in indication.uses if belongs(use)]
        if uses:
            yield from ("", f"{level}# {heading}")
        for use in uses:
            yield from ("", *use_prose(use, f"{level}##"))
    yield from terms_prose(indication.terms)
    if indication.evidence:
        yield from ("", "What was seen in studies:", "", *evidence_prose(indication.evidence))


def use_prose(use: Use, level: str) -> Lines:
    """A criterion as it is used, with the days between which it applies."""
    return criterion_prose(use.criterion, level, _period(use.period))


def criterion_prose(criterion: Criterion, level: str, period: str = "") -> Lines:
    """One criterion: the statement, how it is decided, where it comes from, how well that was checked."""
    yield from (
        f"{level} {criterion.statement}",
        "",
        f"`{criterion.id}`{period}",
        "",
        *expression_prose(criterion.when),
    )
    yield from ("", f"{ASSURANCE[criterion.assurance].capitalize()}. {cited(criterion.cite)}")
    if criterion.rationale:
        yield from ("", f"Why: {criterion.rationale}")
    yield from _flaw(criterion.flaw)


def caution_prose(criterion: Criterion, notes: CautionNotes, level: str) -> Lines:
    """One caution: the criterion, how grave it is, what to do, what is known."""
    yield from criterion_prose(criterion, level)
    yield from ("", f"Severity: {SEVERITY[notes.severity]}.", "", f"What to do: {notes.do}")
    if notes.evidence:
        yield from ("", "What is known:", "", *evidence_prose(notes.evidence))


def expression_prose(expression: Expression, indent: str = "") -> Lines:
    """How a criterion is decided, a list item a line."""
    if isinstance(expression, Comparison):
        yield f"{indent}- {compared_prose(expression)} (`{expression.text or line(expression)}`)"
        return
    yield f"{indent}- {_GROUPS.get(expression.word, f'at least {expression.needed} of these')}:"
    for part in expression.parts:
        yield from expression_prose(part, f"{indent}  ")


def terms_prose(terms: Iterable[Term]) -> Lines:
    """What is asked besides and no profile decides."""
    terms = tuple(terms)
    if terms:
        yield from ("", "Also asked, and not decided from a profile:", "")
    for term in terms:
        yield f"- {term.statement} {_trust(term.assurance)}{cited(term.cite)}{_period(term.period)}"


def evidence_prose(evidence: Iterable[Evidence]) -> Lines:
    """Published results, a list item each."""
    for each in evidence:
        who = f"{each.population}, {each.patients} patients" if each.patients else each.population
        against = f" against {each.comparator}" if each.comparator else ""
        effect = f"; {effect_text(each.effect)}" if each.effect else ""
        note = f" {each.note}" if each.note else ""
        yield (
            f"- {each.study}. {who}. {each.endpoint}: {each.result}{against}"
            f"{effect}.{note} {_trust(each.assurance)}{cited(each.cite)}"
        )


def cited(cite: Iterable[Citation]) -> str:
    """Citations as links, the places in one document together."""
    places: dict[str, list[str]] = {}
    urls: dict[str, str] = {}
    for each in cite:
        section = f"§{each.section}" if each.section[:1].isdigit() else each.section
        places.setdefault(each.source.id, []).append(section)
        urls[each.source.id] = each.source.url
    return "; ".join(f"[{source}]({urls[source]}) {', '.join(sections)}" for source, sections in places.items())


def _trust(assurance: str) -> str:
    return "" if assurance == "verified" else f"*{assurance}* "


def _flaw(flaw: str) -> Lines:
    if flaw:
        yield from ("", f"{FLAW}{flaw}")


def _period(period: Period) -> str:
    since = f" from {period.start}" if period.start > date.min else ""
    until = f" until {period.until}" if period.until < date.max else ""
    return f", in force{since}{until}" if since or until else ""


def _cell(text: str) -> str:
    return text.replace("|", "/")
