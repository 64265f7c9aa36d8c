"""Cautions in a report: the risks that are there, at a glance and with what to do; those that cannot be ruled out."""

from __future__ import annotations

from collections.abc import Sequence

from blinadss.answer_words import open_facts
from blinadss.findings import CautionFinding
from blinadss.knowledge import KnowledgeBase
from blinadss.report.blocks import Badge, Block, Glance, Points, Prose, Section, badge, paragraph, phrase, prose
from blinadss.report.found import by_severity, cautions_table

_TITLE, _ANCHOR = "Cautions", "cautions"
_LEAD = "What does not forbid the treatment, whatever the policy."
Risks = Sequence[CautionFinding]
_NAMED = {"severe", "not_indicated"}  # named at a glance


def cautions_glance(present: Risks, unknown: Risks) -> Glance | None:
    """How many risks are there, and which of them are grave."""
    if not present and not unknown:
        return None
    lines: list[Prose] = [
        (phrase(f"{each.severity.replace('_', ' ')}: ", "bad"), phrase(each.statement))
        for each in by_severity(present)
        if each.severity in _NAMED
    ]
    if unknown:
        lines.append(prose(f"{len(unknown)} cannot be ruled out.", "open"))
    return Glance(f"{_TITLE}, whatever the policy", _badge(present), "risks that do not forbid", tuple(lines), _ANCHOR)


def cautions_section(knowledge: KnowledgeBase, present: Risks, unknown: Risks) -> Section | None:
    """The risks that are there with what to do, and in a line each those that cannot be ruled out."""
    blocks: list[Block] = []
    if present:
        blocks.append(cautions_table(knowledge, "Risks that are there", present))
    if unknown:
        blocks.append(
            Section("Cannot be ruled out", (Points(tuple(map(_not_ruled_out, by_severity(unknown)))),), folded=True)
        )
    return Section(_TITLE, (paragraph(_LEAD, "faint"), *blocks), _badge(present), anchor=_ANCHOR) if blocks else None


def _badge(present: Risks) -> Badge:
    return Badge(f"{len(present)} present", "strong", "!") if present else badge("none known", "faint")


def _not_ruled_out(caution: CautionFinding) -> Prose:
    """A caution in a line: how grave it is, what it is, and the facts that would settle it."""
    trust = () if caution.assurance == "verified" else (phrase(f" {caution.assurance}", "open"),)
    asked = phrase(f" ({', '.join(open_facts(caution))})", "faint")
    return phrase(f"{caution.severity}: ", "strong"), phrase(caution.statement), asked, *trust
