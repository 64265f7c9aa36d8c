"""What was seen in studies: the published results beside an answer, each once, and a forest plot of their effects."""

from __future__ import annotations

from collections.abc import Iterable

from blinadss.citing import ASSURANCE, seen_in
from blinadss.findings import ShownEvidence
from blinadss.quantity import plain
from blinadss.report.blocks import Block, Points, Prose, Section, paragraph, phrase, shown
from blinadss.report.forest import Estimate, forest_pictures
from blinadss.report.found import links


def studies_section(evidence: Iterable[ShownEvidence]) -> Section | None:
    """Every result once, however many answers it is shown beside; nothing if there is none."""
    results = tuple({each.id: each for each in evidence}.values())
    if not results:
        return None
    estimates = tuple(_estimate(each) for each in results if each.effect)
    pictures: tuple[Block, ...] = forest_pictures(estimates, name="forest")
    lead = paragraph("Published results. They decide nothing here.", "faint")
    points = Points(tuple(map(_said, results)))
    return Section("What was seen in studies", (lead, *pictures, points), folded=True, anchor="studies")


def _said(result: ShownEvidence) -> Prose:
    """A result in a paragraph: the study, who was studied, what was seen, its source, and how far to trust it."""
    cited = (run for one in links(result.cite) for run in (phrase(" "), *one))
    trust = () if result.assurance == "verified" else (phrase(f" {ASSURANCE[result.assurance]}.", "open"),)
    note = (phrase(f" {result.note}", "faint"),) if result.note else ()
    return phrase(result.study, "strong"), phrase(f". {seen_in(result)}"), *cited, *trust, *note


def _estimate(result: ShownEvidence) -> Estimate:
    effect = result.effect
    assert effect is not None  # noqa: S101 - asked only of those that have one
    interval = (
        f" ({plain(effect.low)} to {plain(effect.high)})" if effect.low is not None and effect.high is not None else ""
    )
    trusted = result.assurance == "verified"
    study = result.study.partition(" (")[0]
    return Estimate(
        label=shown(f"{study}: {result.endpoint}"),
        measure=shown(effect.measure),
        value=effect.value,
        low=effect.low,
        high=effect.high,
        level=effect.level,
        text=f"{plain(effect.value)}{interval}{'' if trusted else f', {result.assurance}'}",
        trusted=trusted,
    )
