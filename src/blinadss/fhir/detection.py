"""Whether something is FHIR and not a profile of ours: seen from its beginning, without reading it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blinadss.reading import LARGEST

Source = Mapping[str, Any] | list[Any] | bytes | str | Path
LINES = (".ndjson", ".jsonl")  # names of files in which a line is a resource
_NAME = b"resourceType"
_BLANK = b"\xef\xbb\xbf \t\r\n"
# a text, closed or cut off, and whether it is a name; or a bracket
_TOKEN = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(\s*:)?)?|[{}\[\]]', re.DOTALL)


def looks_like_fhir(source: Source) -> bool:
    """Whether ``source`` (what `read_source` takes, or the text of a file) is FHIR rather than a profile.

    It is if its first object has a ``resourceType``, if its name ends in ``.ndjson``, or if it is FHIR in XML, so
    that it is refused as that. A file that cannot be read, and standard input, which can be read once only, are not.
    """
    match source:
        case Mapping():
            return "resourceType" in source
        case list():
            return bool(source) and isinstance(source[0], Mapping) and "resourceType" in source[0]
        case bytes() | bytearray():
            return _is_fhir(source[: LARGEST + 1])
        case str() if is_content(source):
            return _is_fhir(source[: LARGEST + 1].encode(errors="replace"))
        case str() | Path():
            return str(source).lower().endswith(LINES) or _is_fhir(_beginning(source))
    return False


def is_content(text: str) -> bool:
    """Whether a text is what stands in a file, and not the name of one."""
    return "\n" in text or text.lstrip("\ufeff \t")[:1] in {"{", "[", "<"}


def _beginning(path: str | Path) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError):
        return b""


def _is_fhir(data: bytes) -> bool:
    text = data.lstrip(_BLANK)
    if text.startswith(b"<"):
        return b"http://hl7.org/fhir" in text
    first = text.removeprefix(b"[").lstrip()
    if not first.startswith(b"{"):
        return False
    # what goes on after as much as a profile may have is none, wherever it says what it is
    return _names_its_type(first) or (len(data) > LARGEST and b'"resourceType"' in data)


def _names_its_type(text: bytes) -> bool:
    """Whether the object with which the text begins has a type, at its own level."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[2] and depth == 1 and token[1] == _NAME:
            return True
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token[0], 0)
        if depth == 0:
            return False
    return False
