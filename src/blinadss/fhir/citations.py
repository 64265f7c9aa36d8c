"""Documents and the places in them as RelatedArtifacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from blinadss.statements import Citation, Evidence, Source

ArtifactType = Literal["citation", "justification", "composed-of"]
_CITED: ArtifactType = "citation"
_SEEN: ArtifactType = "justification"


def document(source: Source) -> dict[str, Any]:
    """A whole document: its id as the label, and how it is cited."""
    return {"type": _CITED, "label": source.id, "display": source.title, **_found(source, "")}


def documents(cite: Iterable[Citation]) -> list[dict[str, Any]]:
    """Every document cited, once, in the order in which they are."""
    return [document(source) for source in {each.source.id: each.source for each in cite}.values()]


def places(label: str, cite: Iterable[Citation]) -> list[dict[str, Any]]:
    """The places that support what is called ``label``."""
    return [
        {"type": _CITED, "label": label, "display": str(each), **_found(each.source, each.section)} for each in cite
    ]


def results(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """What was seen in studies, each with the places where it was published."""
    return [
        {
            "type": _SEEN,
            "label": each.id,
            "display": f"{each.study}. {each.endpoint}: {each.result} ({each.assurance})",
            **_found(cited.source, cited.section),
        }
        for each in evidence
        for cited in each.cite
    ]


def _found(source: Source, section: str) -> dict[str, str]:
    """How a document is cited, and its address if it has one of its own."""
    place = f" {f'§{section}' if section[:1].isdigit() else section}." if section else ""
    note = f" {source.note}" if source.note else ""
    text = f"{source.title}. {source.publisher}, {source.edition}.{place} Read {source.retrieved}.{note}"
    return {"citation": text, **({"url": source.url} if "://" in source.url else {})}
