"""Documents become the resources that stand in them: bundles of every type and parameters are opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

DEEPEST = 5  # bundles in bundles
PEOPLE = frozenset({"Patient", "Person", "RelatedPerson"})  # their ids may be what somebody calls the person
IMPLICIT = "is written by rules of its own (implicitRules), which may change what it means"
MODIFIED = "has an extension that may change what it means (modifierExtension)"
_KIND = re.compile(r"[A-Z][A-Za-z]{1,39}").fullmatch
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}").fullmatch
_NAMED = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([^/?#]+)(?:/_history/[^/?#]*)?").fullmatch


@dataclass(frozen=True, slots=True)
class Notice:
    """What was not read as it stands, and why; ``what`` goes on from ``place``: ``entry 7`` ``is not an object``.

    ``resources`` are those that may well count, if only it were known what they mean.
    """

    place: str
    what: str
    resources: tuple[Any, ...] = field(default=(), compare=False, repr=False)


class Found(NamedTuple):
    """What stands in one place, still unchecked; its type and id if it has them.

    ``position`` counts from 0 over all that was found; ``history`` is the number of the history bundle it is in.
    ``modified`` is when the server says that it was changed.
    """

    item: Any
    kind: str | None
    id: str | None
    position: int
    full_url: str | None = None
    modified: object = None
    history: int | None = None
    deleted: bool = False

    @property
    def place(self) -> str:
        """How messages name it."""
        return place_of(self.kind, self.id, self.position)


def kind_of(item: object) -> str | None:
    """The type of a resource, if it is an object that has one."""
    kind = item.get("resourceType") if isinstance(item, dict) else None
    return kind if isinstance(kind, str) and _is_kind(kind) else None


@lru_cache
def _is_kind(word: str) -> bool:
    return _KIND(word) is not None


def id_of(item: object) -> str | None:
    """The id of a resource, whether or not it is allowed as one."""
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else None


def place_of(kind: str | None, name: str | None, position: int) -> str:
    """``Observation/abc``; ``Patient (entry 3)`` where the id may not be shown; ``entry 3`` without a type."""
    if kind is None:
        return f"entry {position}"
    return f"{kind}/{name}" if may_be_shown(kind, name) else f"{kind} (entry {position})"


def may_be_shown(kind: str, name: str | None) -> bool:
    """Whether the id is one of FHIR and not that of a person."""
    return name is not None and kind not in PEOPLE and _ID(name) is not None


def unwrapped(documents: Iterable[object]) -> tuple[list[Found], list[Notice]]:
    """All that stands in ``documents``, in order, opening what holds resources; lists one deep."""
    opening = _Opening()
    for document in documents:
        for item in document if isinstance(document, list) else (document,):
            opening.take(item if isinstance(item, dict) or not isinstance(item, Mapping) else dict(item))
    return opening.found, opening.notices


@dataclass
class _Opening:
    found: list[Found] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    count: int = 0
    histories: int = 0
    seen: dict[int, object] = field(default_factory=dict)  # by identity, and kept so that nothing else takes its number

    def take(self, item: Any, depth: int = 0, about: Sequence[Any] = ()) -> None:  # noqa: ANN401 - whatever stands there
        kind, name = kind_of(item), id_of(item)
        if kind not in {"Bundle", "Parameters"}:
            self.found.append(Found(item, kind, name, self.count, *about))
            self.count += 1
        elif id(item) not in self.seen:  # what holds itself, or stands there twice, is opened once
            self.seen[id(item)] = item
            place = place_of(kind, name, self.count)
            if depth > DEEPEST:
                self.notices.append(Notice(place, f"stands more than {DEEPEST} bundles deep"))
            elif item.get("implicitRules"):
                self.notices.append(Notice(place, IMPLICIT))
            elif kind == "Bundle":
                self.open_bundle(item, place, depth)
            else:
                self.open_parameters(item.get("parameter"), place, depth)

    def open_bundle(self, bundle: dict[str, Any], place: str, depth: int) -> None:
        entries, history = bundle.get("entry"), None
        if bundle.get("type") == "history":
            self.histories += 1
            history = self.histories
        if entries is not None and not isinstance(entries, list):
            self.notices.append(Notice(place, "has an `entry` that is not a list"))
            return
        for entry in entries or ():
            if not isinstance(entry, dict):
                self.leave_out("is not an object")
            elif entry.get("modifierExtension"):
                self.leave_out(MODIFIED, entry.get("resource"))
            else:
                self.open_entry(entry, history, depth)

    def open_entry(self, entry: dict[str, Any], history: int | None, depth: int) -> None:
        url, request, response = entry.get("fullUrl"), entry.get("request"), entry.get("response")
        full_url = url if isinstance(url, str) and ":" in url else None
        modified = response.get("lastModified") if isinstance(response, dict) else None
        method = request.get("method") if isinstance(request, dict) else None
        if method == "DELETE":
            gone = request.get("url") if isinstance(request, dict) else None
            named = _NAMED(gone if isinstance(gone, str) else full_url or "")
            kind, name = (named[1], named[2]) if named else (None, None)
            self.found.append(Found(None, kind, name, self.count, full_url, modified, history, True))
            self.count += 1
        elif method == "PATCH":
            self.leave_out("is a change to a record, and not the record")
        elif (resource := entry.get("resource")) is None:
            self.leave_out("holds no resource")
        else:
            self.take(resource, depth + 1, (full_url, modified, history))

    def open_parameters(self, parameters: object, place: str, depth: int) -> None:
        if parameters is not None and not isinstance(parameters, list):
            self.notices.append(Notice(place, "has parameters that are not a list"))
            return
        for each in parameters or ():
            if isinstance(each, dict) and each.get("resource") is not None:
                self.take(each["resource"], depth + 1)

    def leave_out(self, what: str, *resources: object) -> None:
        self.notices.append(Notice(f"entry {self.count}", what, resources))
        self.count += 1
