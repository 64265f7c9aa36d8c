"""Cautions in a report: the risks that are there, at a glance and with what to do; those that cannot be ruled out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from blinadss.findings import CautionFinding
from blinadss.knowledge import SEVERITIES, KnowledgeBase
from blinadss.report.blocks import Badge, Block, Glance, Points, Prose, Section, badge, paragraph, phrase, prose
from blinadss.report.found import cautions_table
from blinadss.truth import Truth

_TITLE, _ANCHOR = "Cautions", "cautions"
_LEAD = "What does not forbid the treatment, whatever the policy."
_QUIET = {"informative", "not_indicated", "contradiction"}  # not listed where they are unknown
_NAMED = {"severe", "not_indicated"}  # named at a glance


def risks(cautions: Iterable[CautionFinding], truth: Truth) -> list[CautionFinding]:
    """The cautions that are there, or that cannot be ruled out, the gravest first; contradictions stand elsewhere."""
    found = (each for each in cautions if each.truth is truth and each.severity != "contradiction")
    listed = (each for each in found if truth is Truth.TRUE or each.severity not in _QUIET)
    return sorted(listed, key=lambda each: SEVERITIES.index(each.severity))


def cautions_glance(cautions: Sequence[CautionFinding]) -> Glance | None:
    """How many risks are there, and which of them are grave."""
    present, unknown = risks(cautions, Truth.TRUE), risks(cautions, Truth.UNKNOWN)
    if not present and not unknown:
        return None
    lines: list[Prose] = [
        (phrase(f"{each.severity.replace('_', ' ')}: ", "bad"), phrase(each.statement))
        for each in present
        if each.severity in _NAMED
    ]
    if unknown:
        lines.append(prose(f"{len(unknown)} cannot be ruled out.", "open"))
    return Glance(f"{_TITLE}, whatever the policy", _badge(present), "risks that do not forbid", tuple(lines), _ANCHOR)


def cautions_section(knowledge: KnowledgeBase, cautions: Sequence[CautionFinding]) -> Section | None:
    """The risks that are there with what to do, and in a line each those that cannot be ruled out."""
    present, unknown = risks(cautions, Truth.TRUE), risks(cautions, Truth.UNKNOWN)
    blocks: list[Block] = []
    if present:
        blocks.append(cautions_table(knowledge, "Risks that are there", present))
    if unknown:
        blocks.append(Section("Cannot be ruled out", (Points(tuple(map(_not_ruled_out, unknown))),), folded=True))
    return Section(_TITLE, (paragraph(_LEAD, "faint"), *blocks), _badge(present), anchor=_ANCHOR) if blocks else None


def _badge(present: Sequence[CautionFinding]) -> Badge:
    return Badge(f"{len(present)} present", "strong", "!") if present else badge("none known", "faint")


def _not_ruled_out(caution: CautionFinding) -> Prose:
    """A caution in a line: how grave it is, what it is, and the facts that would settle it."""
    facts = dict.fromkeys(each.fact for each in caution.comparisons if each.decisive and each.unknown_because)
    trust = () if caution.assurance == "verified" else (phrase(f" {caution.assurance}", "open"),)
    asked = phrase(f" ({', '.join(facts)})", "faint")
    return phrase(f"{caution.severity}: ", "strong"), phrase(caution.statement), asked, *trust
