"""Findings and cautions as tables: the answer, the criterion, what it asks for, the patient's value, the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from blinadss.answer_words import FLAW, SEVERITY, WORDS, speaks_for
from blinadss.citing import by_document
from blinadss.expression import Comparison, comparisons
from blinadss.findings import CautionFinding, Cited, Compared, Finding
from blinadss.further_words import BECAUSE
from blinadss.knowledge import SEVERITIES, KnowledgeBase, Severity
from blinadss.report.blocks import Badge, Cell, Phrase, Points, Prose, Row, Table, Tone, badge, cell, phrase, prose
from blinadss.statements import Assurance
from blinadss.wording import compared_prose

_COLUMNS = ("Answer", "Criterion", "Asked for", "Patient", "Seen on", "Source")
_GRAVE: dict[Severity, Tone] = {"moderate": "strong", "mild": "strong", "informative": "faint"}
_WIDTHS = (12, 24, 22, 14, 10, 18)


def findings_table(knowledge: KnowledgeBase, caption: str, findings: Iterable[Finding]) -> Table:
    """Findings, each with the comparisons that settled it, or that keep it open."""
    rows = tuple(row for each in findings for row in _finding(knowledge, each))
    return Table(caption, _COLUMNS, _WIDTHS, rows)


def findings_points(knowledge: KnowledgeBase, findings: Iterable[Finding]) -> Points:
    """Findings that decide nothing, in a line each."""
    return Points(tuple(tuple(_in_a_line(knowledge, each)) for each in findings))


def cautions_table(knowledge: KnowledgeBase, caption: str, cautions: Iterable[CautionFinding]) -> Table:
    """Cautions that are there, the gravest first, each with what to do."""
    columns = ("Risk", "What", "Asked for", "Patient", "Seen on", "What to do", "Source")
    rows = tuple(row for each in by_severity(cautions) for row in _caution(knowledge, each))
    return Table(caption, columns, (13, 17, 15, 11, 9, 21, 14), rows)


def by_severity(cautions: Iterable[CautionFinding]) -> list[CautionFinding]:
    """Cautions, the gravest first."""
    return sorted(cautions, key=lambda each: SEVERITIES.index(each.severity))


def source_cell(cite: Iterable[Cited], assurance: Assurance, confirm: str = "", *, rows: int = 1) -> Cell:
    """Where something is written, with links, and how well that was checked."""
    return Cell((*links(cite), prose(*_checked(assurance, confirm))), rows=rows)


def sources(cite: Iterable[Cited], assurance: Assurance, confirm: str = "") -> Prose:
    """Where something is written and how well that was checked, as it goes on in a paragraph."""
    cited = tuple(run for one in links(cite) for run in (*one, phrase(" ")))
    word, tone = _checked(assurance, confirm)
    return (*cited, phrase(f"({word})", tone))


def _checked(assurance: Assurance, confirm: str) -> tuple[str, Tone]:
    word = f"UNVERIFIED{f', {confirm}' if confirm else ''}" if assurance == "unverified" else assurance
    return word, "faint" if assurance == "verified" else "open"


def links(cite: Iterable[Cited]) -> Iterator[Prose]:
    """Each document that is cited, as a link, with the places in it."""
    return (prose(text, url=cited.url) for cited, text in by_document(cite))


def asked(knowledge: KnowledgeBase, finding: Finding | CautionFinding) -> dict[Comparison, Compared]:
    """Every comparison of a finding's criterion with what was found of it."""
    leaves = dict.fromkeys(comparisons(knowledge.criteria[finding.criterion].when))
    return dict(zip(leaves, finding.comparisons, strict=True))


def patient_text(compared: Compared) -> str:
    """The patient's own value, or why it is not known."""
    value = (compared.value or "").replace("_", " ")
    if compared.unknown_because is None:
        return value
    because = BECAUSE[compared.unknown_because]
    return f"{because}: {value}" if value else because


def _finding(knowledge: KnowledgeBase, finding: Finding) -> Iterator[Row]:
    seen = _seen(knowledge, finding)
    answer = Cell(badge=badge(WORDS[finding.role][finding.truth], speaks_for(finding)), rows=len(seen))
    what = Cell((prose(finding.statement), *_flaw(finding)), rows=len(seen))
    source = source_cell(finding.cite, finding.assurance, rows=len(seen))
    yield (answer, what, *seen[0], source)
    for more in seen[1:]:
        yield (None, None, *more, None)


def _caution(knowledge: KnowledgeBase, found: CautionFinding) -> Iterator[Row]:
    seen = _seen(knowledge, found)
    mark = Badge(found.severity.replace("_", " "), _GRAVE.get(found.severity, "bad"), "!")
    answer = Cell(badge=mark, rows=len(seen))
    says = SEVERITY[found.severity].partition(": ")[2]
    what = Cell((prose(found.statement), *([prose(says, "faint")] if says else ()), *_flaw(found)), rows=len(seen))
    source = source_cell(found.cite, found.assurance, rows=len(seen))
    yield (answer, what, *seen[0], cell(found.do, rows=len(seen)), source)
    for more in seen[1:]:
        yield (None, None, *more, None, None)


def _seen(knowledge: KnowledgeBase, finding: Finding | CautionFinding) -> Sequence[tuple[Cell, Cell, Cell]]:
    """What each comparison that decides asks for, the patient's value, and its day."""
    rows = [
        (
            cell(compared_prose(leaf)),
            cell(patient_text(each), tone="open" if each.unknown_because else ""),
            cell(str(each.observed_on or "")),
        )
        for leaf, each in asked(knowledge, finding).items()
        if each.decisive
    ]
    return rows or [(cell(), cell(), cell())]


def _in_a_line(knowledge: KnowledgeBase, finding: Finding) -> Iterator[Phrase]:
    answer = badge(WORDS[finding.role][finding.truth], speaks_for(finding))
    yield phrase(f"{answer.icon} {answer.word}: ", answer.tone)
    seen = [
        f"{compared_prose(leaf)}; patient: {patient_text(each)}{f' on {each.observed_on}' if each.observed_on else ''}"
        for leaf, each in asked(knowledge, finding).items()
        if each.decisive
    ]
    yield phrase(f"{finding.statement} [{'. '.join(seen)}] ")
    yield from sources(finding.cite, finding.assurance)
    for flaw in _flaw(finding):
        yield from (phrase(" "), *flaw)


def _flaw(finding: Finding | CautionFinding) -> Iterator[Prose]:
    if finding.flaw:
        yield (phrase(FLAW, "strong"), phrase(finding.flaw))
