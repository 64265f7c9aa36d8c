"""What every report has around what it says: the line on every page, and the sources at its end."""

from __future__ import annotations

from collections.abc import Iterable

from blinadss.citing import ASSURANCE
from blinadss.findings import Cited
from blinadss.report.blocks import Points, Section, phrase, shown

_LONGEST = 48  # characters of the patient's id on every page


def running(patient: str, when: str, knowledge: str) -> str:
    """The line on every page: who the patient is, the day, and the knowledge."""
    cut = patient if len(patient) <= _LONGEST else f"{patient[: _LONGEST - 1]}…"
    return shown(f"{cut} · {when} · {knowledge}")


def sources_section(cite: Iterable[Cited]) -> Section:
    """Every document cited, with where to find it, and what is meant by how well something was checked."""
    documents = {each.source: each for each in cite}
    points = tuple(
        (phrase(f"{each.source}: ", "strong"), phrase(f"{each.title} "), phrase(each.url, url=each.url))
        for each in sorted(documents.values(), key=lambda each: each.source)
    )
    meant = Points(tuple((phrase(word, "strong"), phrase(f": {means}")) for word, means in _MEANING.items()))
    return Section("Sources", (Points(points), meant) if points else (meant,), folded=True, anchor="sources")


_MEANING = {
    "verified": "somebody has read it in the text that is in force",
    "secondary": ASSURANCE["secondary"].partition(": ")[2],
    "unverified": ASSURANCE["unverified"].partition(": ")[2],
}
