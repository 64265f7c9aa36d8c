"""Which of several versions of one resource is the newest, where that can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from blinadss.fhir.unwrapping import Found, Notice


def newest(found: Sequence[Found]) -> tuple[list[Found], list[Notice]]:
    """Every resource once, in its newest version, where it first stands; and what is older, or was deleted.

    Versions are ordered by ``meta.lastUpdated`` if all of them have one, then by a ``versionId`` that is a number,
    then as a history bundle has them, the newest first. Where that settles nothing and they differ, none is used.
    """
    addresses = _addresses(found) if any(each.full_url is None for each in found) else {}
    keys = [_key(each, addresses) for each in found]
    if len(set(keys)) == len(keys) and not any(each.deleted for each in found):
        return list(found), []  # each is there once, as nearly always
    kept: list[Found] = []
    notices: list[Notice] = []
    for versions in _grouped(found, keys):
        if len(versions) == 1 and not versions[0].deleted:
            kept.append(versions[0])
            continue
        latest = _latest(versions)
        if not latest:
            what = f"stands there in {len(versions)} versions, and which is the newest cannot be told"
            notices.append(Notice(versions[0].place, what, tuple(each.item for each in versions)))
            continue
        if latest[0].deleted:
            notices.append(Notice(latest[0].place, "was deleted"))
        else:
            # a copy that does not say where it is, is where the others are
            address = next((each.full_url for each in versions if each.full_url), None)
            kept.append(latest[0]._replace(full_url=latest[0].full_url or address))
        if len(latest) < len(versions):
            used = {each.position for each in latest}
            older = (each for each in versions if each.position not in used and not each.deleted)
            notices.extend(Notice(each.place, "is an older version") for each in older)
    return kept, notices


def _grouped(found: Sequence[Found], keys: Sequence[object]) -> Iterable[list[Found]]:
    """The versions of each resource together: by address, or by type and id where it has none."""
    groups: dict[object, list[Found]] = {}
    for each, key in zip(found, keys, strict=True):
        groups.setdefault(key, []).append(each)
    return groups.values()


def _addresses(found: Iterable[Found]) -> Mapping[object, set[str]]:
    """Where a resource of a type and id is, for those that do not say."""
    addresses: dict[object, set[str]] = {}
    for each in found:
        if each.full_url and each.kind and each.id:
            addresses.setdefault((each.kind, each.id), set()).add(_address(each.full_url))
    return addresses


def _key(found: Found, addresses: Mapping[object, set[str]]) -> object:
    if found.full_url:
        return _address(found.full_url)
    if not found.kind or not found.id:
        return found.position
    known = addresses.get((found.kind, found.id), ())
    return next(iter(known)) if len(known) == 1 else (found.kind, found.id)


def _address(full_url: str) -> str:
    return full_url.partition("/_history/")[0]


def _latest(versions: Sequence[Found]) -> Sequence[Found]:
    """The newest version, with its copies; nothing if it cannot be told."""
    ranks: tuple[Callable[[Found], Any], ...] = (_updated, _number, _in_history(versions))
    for rank in ranks:
        ranked = [rank(each) for each in versions]
        if None not in ranked:
            top = max(ranked)
            versions = [each for each, its in zip(versions, ranked, strict=True) if its == top]
    return versions if all(_same(versions[0], each) for each in versions[1:]) else ()


def _updated(found: Found) -> datetime | None:
    text = _meta(found, "lastUpdated") or found.modified
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _number(found: Found) -> int | None:
    text = _meta(found, "versionId")
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20 else None


def _in_history(versions: Sequence[Found]) -> Callable[[Found], int | None]:
    histories = {each.history for each in versions}
    return (lambda found: -found.position) if len(histories) == 1 and None not in histories else lambda _: None


def _meta(found: Found, name: str) -> object:
    meta = found.item.get("meta") if isinstance(found.item, dict) else None
    return meta.get(name) if isinstance(meta, dict) else None


def _same(one: Found, other: Found) -> bool:
    """Whether two copies say the same; what a server notes about a copy (``meta``) is not part of it."""
    try:
        return bool(_content(one) == _content(other))
    except RecursionError:  # an object that holds itself
        return False


def _content(found: Found) -> object:
    return {**found.item, "meta": None} if isinstance(found.item, dict) else found.deleted
