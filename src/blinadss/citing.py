"""Sources and published results in words: how far something was checked, where it is written, what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blinadss.errors import printable
from blinadss.findings import Cited, ShownEffect, ShownEvidence
from blinadss.page import Page
from blinadss.quantity import plain
from blinadss.statements import Assurance, Effect

ASSURANCE: dict[Assurance, str] = {
    "verified": "verified",
    "secondary": "secondary: read only in an older edition, another market's text or one second-hand source",
    "unverified": "UNVERIFIED: nobody has read this in its source",
}


def places(cite: Iterable[Cited]) -> str:
    """The citations, the places in one document together."""
    return "; ".join(text for _, text in by_document(cite))


def by_document(cite: Iterable[Cited]) -> Iterator[tuple[Cited, str]]:
    """Each document that is cited, with its id and the places in it."""
    found: dict[str, list[Cited]] = {}
    for each in cite:
        found.setdefault(each.source, []).append(each)
    for source, cited in found.items():
        sections = (f"§{each.section}" if each.section[:1].isdigit() else each.section for each in cited)
        yield cited[0], f"{source} {', '.join(sections)}"


def sources(page: Page, cite: Iterable[Cited]) -> None:
    """Every document cited above, with where to find it."""
    cited = {each.source: each for each in cite}
    if not cited:
        return
    page.line("")
    page.line(page.paint("Sources", "strong"))
    for source in sorted(cited.values(), key=lambda each: each.source):
        page.paragraph(f"{source.source}: {source.title}", "  ")
        page.line(f"    {page.paint(printable(source.url), 'faint')}")


def said_of(result: ShownEvidence) -> str:
    """A published result as one sentence, with its source and, if it was not read there, how far to trust it."""
    trust = "" if result.assurance == "verified" else f" {ASSURANCE[result.assurance]}"
    said = f"{result.study}. {seen_in(result)} [{places(result.cite)}]{trust}"
    return f"{said} ({result.note})" if result.note else said


def seen_in(result: ShownEvidence) -> str:
    """Who was studied, and what was seen, against what, with which effect."""
    who = f"{result.population}, {result.patients} patients" if result.patients else result.population
    parts = [f"{result.endpoint}: {result.result}"]
    if result.comparator:
        parts.append(f"against {result.comparator}")
    if result.effect:
        parts.append(effect_text(result.effect))
    return f"{who}. {', '.join(parts)}."


def effect_text(effect: ShownEffect | Effect) -> str:
    """A measure of effect with its interval, if it has one."""
    if effect.low is None or effect.high is None or effect.level is None:
        return f"{effect.measure} {plain(effect.value)}"
    low, high, level = plain(effect.low), plain(effect.high), plain(effect.level)
    return f"{effect.measure} {plain(effect.value)} ({level} % CI {low} to {high})"
