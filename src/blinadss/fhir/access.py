"""Elements of a record as they should be: a group, a list of groups, a text; anything else is said to be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from blinadss.errors import Mistake

Element = Mapping[str, Any]
NOTHING: Element = MappingProxyType({})


def group(of: Element, name: str) -> Element:
    """The group under that name, an empty one if there is none; raises `Mistake` if something else stands there."""
    found = of.get(name)
    if found is None:
        return NOTHING
    if not isinstance(found, dict):
        raise Mistake(f"`{name}` is not a group of elements", "it is an object in JSON: {…}")
    return found


def groups(of: Element, name: str) -> Sequence[Element]:
    """The groups in the list under that name; raises `Mistake` if it is not a list of groups."""
    found = of.get(name)
    if found is None:
        return ()
    if isinstance(found, list):
        for item in found:
            if not isinstance(item, dict):
                break
        else:
            return found
    raise Mistake(f"`{name}` is not a list of groups of elements", "it is a list of objects in JSON: [{…}]")


def text(of: Element, name: str) -> str:
    """The text under that name, an empty one if there is none; raises `Mistake` if it is not text."""
    found = of.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Mistake(f"`{name}` is not text", "it stands in quotation marks in JSON")
    return found
