"""What a reference refers to, by the rules of R4, among the resources that are there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from blinadss.fhir.entries import Entry

_ON_A_SERVER = re.compile(r"(https?://.+/)([A-Z][A-Za-z]+)").fullmatch  # its base, and a type of resources on it
_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/[^/?#]+").fullmatch
_HISTORY = re.compile(r"/_history/[^/#]*")


class Referent(NamedTuple):
    """What is referred to: ``key`` is the same for all references to it; its entry if it is there, its type if told."""

    key: str | None = None
    entry: Entry | None = None
    kind: str | None = None


class Index:
    """The resources by all that a reference may call them.

    What a reference refers to is not followed further, so circles of references do no harm.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        # by identity of the entries, which the tables below keep
        self._keys: dict[int, str] = {}
        self._bases: dict[int, str | None] = {}
        self._by_key: dict[str, list[Entry]] = {}
        self._entries = entries
        self._by_identifier: dict[tuple[object, str], list[Entry]] = {}
        self._identities: dict[tuple[tuple[object, str], str], Referent] = {}
        self._known: dict[tuple[str | None, str], Referent] = {}
        self.whose: dict[
            int, Referent
        ] = {}  # by identity of an entry, who it says it is about, once that was looked up
        for entry in entries:
            key = self._keys[id(entry)] = self._key_of(entry)
            self._bases[id(entry)] = _base_of(entry)
            self._by_key.setdefault(key, []).append(entry)
            if (identifier := entry.resource.get("identifier")) is not None:
                for each in _identifiers(identifier):
                    self._by_identifier.setdefault(each, []).append(entry)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Entry]]:
        """By type and id; only references that do not say on which server need it."""
        named: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if entry.within is None and entry.id is not None:
                named.setdefault(f"{entry.kind}/{entry.id}", []).append(entry)
        return named

    def resolve(self, reference: object, base: Entry) -> Entry | None:
        """The resource that ``reference`` (a Reference, or its text), which stands in ``base``, refers to.

        `None` if it is not there, or if that cannot be told because several are called so.
        """
        return self.refer(reference, base).entry

    def key(self, reference: object, base: Entry) -> str | None:
        """What is the same for all references to one resource, whether or not it is there; `None` if it names none."""
        return self.refer(reference, base).key

    def key_of(self, entry: Entry) -> str:
        """The key of references to a resource that is there."""
        return self._keys.get(id(entry)) or self._key_of(entry)

    def refer(self, reference: object, base: Entry) -> Referent:
        """All that can be told of what ``reference`` refers to."""
        if type(reference) is dict and type(text := reference.get("reference")) is str:  # as nearly all are
            known = self._known.get((self._bases.get(id(base)), text))
            if known is not None and known.kind is not None:
                return known
        holder = reference if isinstance(reference, dict) else {"reference": reference}
        text, served = holder.get("reference"), self._bases.get(id(base))
        if not isinstance(text, str) or not text.strip():
            referent = self._identified(holder)
        else:
            referent = self._known.get((served, text)) or self._called(served, text, base)
        said = holder.get("type") if referent.kind is None else None
        return referent._replace(kind=said) if isinstance(said, str) else referent

    def _called(self, served: str | None, text: str, base: Entry) -> Referent:
        """What is called so as seen from ``base``, a resource on the server ``served`` if it is on one."""
        plain = _plain(text)
        if plain.startswith("#"):
            return self._inside(plain, base)
        relative = _RELATIVE(plain)
        whole = served + plain if served and relative else plain
        found: Sequence[Entry] = self._by_key.get(whole, ())
        if not found and relative:
            named = self._by_name.get(plain, ())
            # another server may have another of that name, so only one of no known server will do
            found = () if served and any(_base_of(each) for each in named) else named
        if len(found) == 1:
            referent = self._to(found[0])
        else:
            restful = None if relative else _restful(plain)
            referent = Referent(whole, None, relative[1] if relative else restful[2] if restful else None)
        self._known[served, text] = referent
        return referent

    def _inside(self, text: str, base: Entry) -> Referent:
        """What is contained in the resource that the reference stands in, or that resource."""
        holder = base.within or base
        key = self.key_of(holder) + (text if text != "#" else "")
        return self._one_of(self._by_key.get(key, ()), Referent(key))

    def _identified(self, holder: dict[str, object]) -> Referent:
        """What has the identifier, where the reference has nothing else."""
        for identifier in _identifiers(holder.get("identifier")):
            kind = str(holder.get("type") or "")
            if (identifier, kind) not in self._identities:
                having = self._by_identifier.get(identifier, ())
                found = [each for each in having if each.kind == kind or not kind]
                otherwise = Referent(f"identifier {identifier[0] or ''}|{identifier[1]}")
                self._identities[identifier, kind] = self._one_of(found, otherwise)
            return self._identities[identifier, kind]
        return Referent()

    def _one_of(self, found: Sequence[Entry], otherwise: Referent) -> Referent:
        return self._to(found[0]) if len(found) == 1 else otherwise

    def _to(self, entry: Entry) -> Referent:
        return Referent(self.key_of(entry), entry, entry.kind)

    def _key_of(self, entry: Entry) -> str:
        if entry.within is not None:
            return f"{self.key_of(entry.within)}#{entry.id or ''}"
        if entry.full_url is not None:
            return _plain(entry.full_url)
        return f"{entry.kind}/{entry.id}" if entry.id is not None else f"entry {entry.position}"


def _base_of(entry: Entry) -> str | None:
    """The address of the server that a resource is on, if it says that it is on one."""
    url = (entry.within or entry).full_url
    restful = _restful(url.partition("/_history/")[0]) if url else None
    return restful[1] if restful else None


def _restful(url: str) -> re.Match[str] | None:
    """The base of the server and the type, if the address is one of a resource on a server."""
    collection, _, name = url.rpartition("/")
    return _collection(collection) if name and "?" not in name and "#" not in name else None


@lru_cache  # a record is from a few servers
def _collection(url: str) -> re.Match[str] | None:
    return _ON_A_SERVER(url)


def _plain(text: str) -> str:
    """Without a version, and as everybody writes it."""
    text = text.strip()
    if "/_history/" in text:
        text = _HISTORY.sub("", text)
    return text.lower() if text[:1] in "uU" and text[:9].lower() == "urn:uuid:" else text


def _identifiers(identifier: object) -> list[tuple[object, str]]:
    """The system and value of an identifier, or of each of a list of them, that have a value."""
    found: list[tuple[object, str]] = []
    for each in identifier if isinstance(identifier, list) else (identifier,):
        if isinstance(each, dict):
            value, system = each.get("value"), each.get("system")
            if isinstance(value, str) and value and (system is None or isinstance(system, str)):
                found.append((system, value))
    return found
