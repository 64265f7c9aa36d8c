"""Documents become the resources in them that may be read, each with a name that may be shown; the rest is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from blinadss.fhir.unwrapping import IMPLICIT, MODIFIED, Notice, id_of, kind_of, may_be_shown, place_of, unwrapped
from blinadss.fhir.versions import newest

__all__ = ["Entry", "Notice", "entries_of"]


@dataclass(slots=True, eq=False)  # not frozen, because that triples the time
class Entry:
    """A resource, and where it came from.

    ``place`` is how reports and messages name it: ``Observation/abc``, or ``Patient (entry 3)`` where the id may be
    an identifier of a person or is none of FHIR. ``position`` counts from 0 over all that was found; in a single
    bundle it is the number of the entry. A contained resource has the position of the one that it is ``within``.
    """

    resource: dict[str, Any]
    kind: str
    id: str | None
    full_url: str | None
    position: int
    place: str
    within: Entry | None = None


# An ordinary bundle, entry and resource: what the first two may have and the last may not.
_PLAIN = frozenset(
    {"resourceType", "id", "meta", "type", "timestamp", "total", "identifier", "link", "entry", "signature"}
)
_JUST_THERE = frozenset({"fullUrl", "resource"})
_FOUND = _JUST_THERE | {"search", "link", "id"}
_UNUSUAL = frozenset({"contained", "implicitRules", "modifierExtension"})
_NO_RECORD = frozenset({"Bundle", "Parameters", "OperationOutcome"})


def entries_of(documents: Iterable[object]) -> tuple[tuple[Entry, ...], tuple[Notice, ...]]:
    """The resources in ``documents`` as they come, and what is left out.

    A document is a bundle of any type, parameters, a resource, or a list of these. Left out, with a notice, is what
    is no resource, was deleted, is a message of the server, is older than another version of the same resource, or
    says that it may mean something else than it seems to. Copies count once.
    """
    documents = list(documents)
    if len(documents) == 1 and (ordinary := _ordinary(documents[0])):
        return ordinary, ()
    found, notices = unwrapped(documents)
    found, outdated = newest(found)
    notices += outdated
    entries: list[Entry] = []
    for each in found:
        reason = _unusable(each.item, each.kind)
        if reason or each.kind is None:
            notices.append(Notice(each.place, reason, (each.item,) if reason in {IMPLICIT, MODIFIED} else ()))
            continue
        entry = Entry(each.item, each.kind, each.id, each.full_url, each.position, each.place)
        entries.append(entry)
        if each.item.get("contained") is not None:
            for read in _contained(entry):
                if isinstance(read, Entry):
                    entries.append(read)
                else:
                    notices.append(read)
    return tuple(entries), tuple(notices)


def _ordinary(bundle: object) -> tuple[Entry, ...] | None:
    """The entries of a bundle in which each resource is just there, as in nearly all; `None` if anything is unusual."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle" or not _PLAIN.issuperset(bundle):
        return None
    listed, urls = bundle.get("entry"), set()
    if not isinstance(listed, list) or bundle.get("type") == "history":
        return None
    entries: list[Entry] = []
    for number, each in enumerate(listed):
        if type(each) is not dict or not (each.keys() == _JUST_THERE or _JUST_THERE < each.keys() <= _FOUND):
            return None
        url, resource = each["fullUrl"], each["resource"]
        if type(resource) is not dict or not _UNUSUAL.isdisjoint(resource):
            return None
        kind, name = kind_of(resource), resource.get("id")
        if kind is None or kind in _NO_RECORD or type(name) is not str or type(url) is not str or ":" not in url:
            return None
        urls.add(url)
        entries.append(Entry(resource, kind, name or None, url, number, place_of(kind, name or None, number)))
    # a version in an address is another form of it
    return None if len(urls) < len(entries) or any("/_history/" in url for url in urls) else tuple(entries)


def _contained(entry: Entry) -> Iterator[Entry | Notice]:
    inside = entry.resource["contained"]
    if not isinstance(inside, list):
        yield Notice(entry.place, "has `contained` resources that are not a list")
        return
    ids = Counter(id_of(each) for each in inside)
    for resource in inside:
        kind, name = kind_of(resource), id_of(resource)
        shown = kind and may_be_shown(kind, name)
        place = f"{entry.place}#{name}" if shown else f"{kind or 'something'} in {entry.place}"
        reason = _unusable(resource, kind)
        if not reason and name is not None and ids[name] > 1:
            reason = "has the id of another contained resource"
        if reason or kind is None:
            yield Notice(place, reason)
        else:
            yield Entry(resource, kind, name, None, entry.position, place, entry)


def _unusable(resource: Any, kind: str | None) -> str:  # noqa: ANN401 - whatever stands there
    """Why a resource may not be read, or nothing."""
    if not isinstance(resource, dict):
        return "is not an object"
    if kind is None:
        return "does not say what it is (resourceType)"
    if kind == "OperationOutcome":
        return "is a message of the server and no record"
    if resource.get("implicitRules"):
        return IMPLICIT
    return MODIFIED if resource.get("modifierExtension") else ""
