"""An assessment in words: what a clinician reads on a screen, line by line, with the place it all comes from.

Required criteria are met, not met or unknown; exclusions and contraindications
are present, absent or unknown. Only the comparisons that settled a criterion
are shown, or, where it is unknown, those that keep it open.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from blinadss.errors import printable
from blinadss.findings import (
    Assessment,
    Cited,
    Compared,
    Eligibility,
    Finding,
    IndicationResult,
    Missing,
    PolicyResult,
    Verdict,
)
from blinadss.truth import Truth

# What a finding's truth is called, by the role of its criterion: an absent exclusion is good news, not "not met".
WORDS = {
    "requires": {Truth.TRUE: "met", Truth.FALSE: "not met", Truth.UNKNOWN: "unknown"},
    "excludes": {Truth.TRUE: "present", Truth.FALSE: "absent", Truth.UNKNOWN: "unknown"},
}
WORDS["contraindicates"] = WORDS["excludes"]
_BECAUSE = {
    "missing": "not known",
    "stale": "too old to count",
    "conflicting": "results disagree",
    "inconclusive": "does not settle this",
}
_VERDICT = {
    Verdict.ELIGIBLE: "an indication applies and nothing contraindicates",
    Verdict.INELIGIBLE: "no indication applies",
    Verdict.CONTRAINDICATED: "a contraindication is present",
    Verdict.UNDETERMINED: "it depends on facts that are not known",
    Verdict.NOT_IN_FORCE: "there was no such policy on that day",
}
_ASSURANCE = {
    "verified": "verified",
    "secondary": "secondary: read only in an older edition, another market's text or one second-hand source",
    "unverified": "UNVERIFIED: nobody has read this in its source",
}
_COLOURS = {"good": "32", "bad": "31", "open": "33", "faint": "2", "strong": "1"}
_GOOD = {Verdict.ELIGIBLE, Eligibility.ELIGIBLE}
_OPEN = {Verdict.UNDETERMINED, Eligibility.UNDETERMINED}
_INDENT = 11


def explain(assessment: Assessment, *, width: int = 96, colour: bool = False) -> str:
    """The whole answer as text, ``width`` columns wide; ``colour`` adds terminal colours."""
    page = _Page(width, colour)
    patient = f" of {assessment.profile.id}" if assessment.profile.id else ""
    page.paragraph(f"Assessment{patient} on {assessment.assessed_on}", "", style="strong")
    for policy in assessment.policies:
        page.line("")
        _policy(page, policy)
    _sources(page, assessment)
    page.line("")
    knowledge = assessment.knowledge
    stamp = (
        f"Knowledge {knowledge.version} ({knowledge.fingerprint[:19]}), patient data {assessment.profile.digest[:19]}"
    )
    page.paragraph(f"{stamp}; {_answered_by(assessment)}.", "", style="faint")
    page.paragraph("This supports a professional's decision and does not replace it.", "", style="faint")
    return "\n".join(page.lines) + "\n"


class _Page:
    """Lines of text of a given width, with or without colours."""

    def __init__(self, width: int, colour: bool) -> None:  # noqa: FBT001 - one private caller
        self.width, self.colour = max(40, width), colour
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """One line as it is."""
        self.lines.append(text)

    def paint(self, text: str, style: str) -> str:
        """The text in a colour, where colours are wanted."""
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if self.colour else text

    def paragraph(self, text: str, indent: str, *, style: str = "") -> None:
        """Wrapped text, every line indented."""
        for row in textwrap.wrap(printable(text), self.width - len(indent), break_on_hyphens=False) or [""]:
            self.line(indent + (self.paint(row, style) if style else row))

    def headed(self, word: str, style: str, text: str) -> None:
        """A coloured word and a wrapped sentence after it."""
        rows = textwrap.wrap(printable(f"{word} · {text}"), self.width, subsequent_indent="  ", break_on_hyphens=False)
        self.lines += [rows[0].replace(word, self.paint(word, style), 1), *rows[1:]]

    def labelled(self, label: str, style: str, text: str, *, indent: int = _INDENT) -> None:
        """A word in the margin and a wrapped paragraph beside it."""
        rows = textwrap.wrap(printable(text), self.width - indent, break_on_hyphens=False) or [""]
        margin = f"  {label}".ljust(indent)
        self.line(margin.replace(label, self.paint(label, style), 1) + rows[0])
        for row in rows[1:]:
            self.line(" " * indent + row)


def _policy(page: _Page, policy: PolicyResult) -> None:
    word = policy.verdict.value.replace("_", " ").upper()
    page.paragraph(f"{policy.policy} · {policy.title}", "", style="strong")
    if policy.edition:
        unsure = "" if policy.edition_assurance == "verified" else f" ({policy.edition_assurance})"
        page.paragraph(f"As it stands since {policy.edition}{unsure}: {policy.edition_title}", "")
    if policy.note:
        page.paragraph(policy.note, "")
    page.line("")
    page.headed(word, _style(policy.verdict), _VERDICT[policy.verdict])
    if policy.rests_on:
        count = len(policy.rests_on)
        noun = "statement" if count == 1 else "statements"
        page.paragraph(
            f"Rests on {count} {noun} not verified against the current text: {', '.join(policy.rests_on)}", ""
        )
    if policy.missing:
        page.line("")
        page.line(page.paint("To find out", "strong"))
        for number, missing in enumerate(policy.missing, 1):
            page.labelled(f"{number}.", "open", missing.ask, indent=5)
            page.paragraph(_unknown(missing), " " * 5, style="faint")
    if policy.contraindications:
        page.line("")
        page.line(page.paint("Contraindications", "strong"))
        _findings(page, policy.contraindications)
    for indication in policy.indications:
        page.line("")
        _indication(page, indication)


def _indication(page: _Page, indication: IndicationResult) -> None:
    word = indication.eligibility.value.upper()
    page.headed(word, _style(indication.eligibility), f"{indication.title} ({indication.id})")
    unknown = [finding for finding in indication.findings if finding.truth is Truth.UNKNOWN]
    if unknown and indication.eligibility is not Eligibility.UNDETERMINED:
        page.paragraph("What is unknown below makes no difference here.", "  ", style="faint")
    _findings(page, indication.findings)


def _findings(page: _Page, findings: Iterable[Finding]) -> None:
    for finding in findings:
        good = Truth.TRUE if finding.role == "requires" else Truth.FALSE
        style = "open" if finding.truth is Truth.UNKNOWN else "good" if finding.truth is good else "bad"
        page.labelled(WORDS[finding.role][finding.truth], style, finding.statement)
        for compared in finding.comparisons:
            if compared.decisive:
                page.paragraph(_compared(compared), " " * _INDENT)
        page.paragraph(f"[{_places(finding.cite)}] {_ASSURANCE[finding.assurance]}", " " * _INDENT, style="faint")


def _compared(compared: Compared) -> str:
    seen = f" on {compared.observed_on}" if compared.observed_on else ""
    if compared.unknown_because is None:
        return f"{compared.text}: {compared.truth.value}; patient: {compared.value}{seen}"
    value = f" ({compared.value}{seen})" if compared.value else ""
    return f"{compared.text}: {_BECAUSE[compared.unknown_because]}{value}"


def _unknown(missing: Missing) -> str:
    effort = f"; {missing.effort}" if missing.effort else ""
    return f"({missing.fact}: {_BECAUSE[missing.because]}{effort})"


def _places(cite: Iterable[Cited]) -> str:
    """The citations, the places in one document together."""
    places: dict[str, list[str]] = {}
    for each in cite:
        places.setdefault(each.source, []).append(f"§{each.section}" if each.section[:1].isdigit() else each.section)
    return "; ".join(f"{source} {', '.join(sections)}" for source, sections in places.items())


def _answered_by(assessment: Assessment) -> str:
    names = assessment.engines
    return f"answered by {names[0]} alone" if len(names) == 1 else f"answered alike by {' and '.join(names)}"


def _sources(page: _Page, assessment: Assessment) -> None:
    """Every document cited above, with where to find it."""
    cited = {each.source: each for each in _all_cited(assessment)}
    if not cited:
        return
    page.line("")
    page.line(page.paint("Sources", "strong"))
    for source in sorted(cited.values(), key=lambda each: each.source):
        page.paragraph(f"{source.source}: {source.title}", "  ")
        page.line(f"    {page.paint(printable(source.url), 'faint')}")


def _all_cited(assessment: Assessment) -> Iterator[Cited]:
    for policy in assessment.policies:
        for finding in policy.findings():
            yield from finding.cite


def _style(answer: Verdict | Eligibility) -> str:
    return "good" if answer in _GOOD else "open" if answer in _OPEN else "bad"
