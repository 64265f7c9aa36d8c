"""Where in a JSON text stands what may not stand there: looked for only when something is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

# a text and whether it is a name, an object's brackets, a number or a word
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"(\s*:)?|[{}]|[-+.\w]+')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both from 1, of the character at ``offset``."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def repeated_name(text: str) -> int:
    """Where an object has a name for the second time; 0 if none has."""
    open_objects: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        match token[0][0]:
            case "{":
                open_objects.append(set())
            case "}":
                open_objects.pop()
            case '"' if token[1]:
                name = json.loads(token[0][: token[0].rindex('"') + 1])
                if name in open_objects[-1]:
                    return token.start()
                open_objects[-1].add(name)
    return 0


def lone_half(text: str) -> int | None:
    """Where half of a character beyond U+FFFF is written by itself; such a text cannot be written out again."""
    waiting: re.Match[str] | None = None  # a first half, whose second must follow at once
    for escape, code in _codes(text):
        second = 0xDC00 <= code < 0xE000
        if waiting is not None and not (second and escape.start() == waiting.end()):
            return waiting.start()
        if waiting is None and second:
            return escape.start()
        waiting = escape if 0xD800 <= code < 0xDC00 else None
    return None if waiting is None else waiting.start()


def _codes(text: str) -> Iterator[tuple[re.Match[str], int]]:
    for escape in _ESCAPE.finditer(text):
        yield escape, int(escape[1], 16) if escape[1] else 0
