"""YAML and JSON files as text with line numbers; nothing is typed here.

YAML decides only the structure. Every scalar stays the text its author wrote
(`NO` is not false, `1.10` is not 1.1), with its line and column for messages.
Repeated keys, anchors, aliases and tags are refused. JSON is read the same way.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from blinadss.errors import BlinadssError, Place, Problem, quoted

LARGEST = 1_000_000  # bytes; a patient's file or a criteria file is a few kilobytes
MOST_PROBLEMS = 100  # nobody reads more, and a file that is wrong throughout must still be refused at once
DEEPEST = 40  # levels; the authoring language needs about ten
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_ODD_BREAK = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as written; ``nothing`` if the author wrote nothing (or ``null``)."""

    value: str
    place: Place
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; ``keys`` holds where each key stands."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place


Node = Text | Items | Entries


def read_file(path: str | Path, error: type[BlinadssError], content: bytes | None = None) -> Node:
    """The structure of one file (``-`` is standard input); raises ``error`` with every problem in it.

    ``content`` is what stands in it, where that has been read already.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        if content is not None:
            data = content
        elif str(path) == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise error(f"{name}: there is no such file", "check the path") from None
    except IsADirectoryError:
        raise error(f"{name}: this is a folder, not a file", "name a file in it") from None
    except (OSError, ValueError) as problem:
        raise error(f"{name}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    if len(data) > LARGEST:
        raise error(f"{name}: is larger than {LARGEST:,} bytes", "one file holds one patient, or one policy's criteria")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(f"{name}: is not text in UTF-8 (byte {problem.start})", "save it as UTF-8 text") from None
    return read_text(text, name, error)


def read_text(text: str, name: str, error: type[BlinadssError]) -> Node:
    """The structure of YAML or JSON text; ``name`` stands in its messages."""
    if not text.strip():
        raise error(f"{name}: is empty")
    odd = _ODD_BREAK.search(text)
    if odd:
        raise error(f"{name}: has a line break that is none (U+{ord(odd[0]):04X})", "use ordinary line ends")
    if text.lstrip()[:1] in {"{", "["}:  # JSON writes a character beyond U+FFFF as two escapes, YAML as one
        text = _PAIR.sub(lambda pair: json.loads(f'"{pair[0]}"'), text)
    return _checked(_Reader(text, name), error)


def _checked(reader: _Reader, error: type[BlinadssError]) -> Node:
    """The one document a reader has; raises ``error`` with every problem in it."""
    name = reader.name
    try:
        node = reader.document()
    except yaml.MarkedYAMLError as problem:
        if reader.loader is not yaml.SafeLoader and "nesting depth" in str(problem):
            return _checked(_Reader(reader.text, name, yaml.SafeLoader), error)  # which stops where we do
        raise error(reader.syntax_problem(problem)) from None
    except yaml.YAMLError as problem:
        raise error(Problem(f"{name}: has a character that text cannot have ({_reason(problem)})")) from None
    except _TooManyError:
        raise error(reader.problems) from None
    except _TooDeepError as problem:
        raise error(Problem(f"brackets or lists are nested more than {DEEPEST} deep", None, problem.place)) from None
    if reader.problems:
        raise error(reader.problems)
    if isinstance(node, Text) and node.nothing:
        raise error(f"{name}: is empty")
    return node


def to_plain(node: Node) -> Any:  # noqa: ANN401 - what pydantic reads
    """The structure as dicts, lists and text, without places; nothing written becomes `None`."""
    match node:
        case Text():
            return None if node.nothing else node.value
        case Items():
            return [to_plain(item) for item in node.items]
        case Entries():
            return {key: to_plain(value) for key, value in node.entries.items()}


def place_of(node: Node, path: tuple[str | int, ...], *, at_key: bool = False) -> Place:
    """Where the thing at ``path`` stands: its value (or key), or the nearest thing around it that is there."""
    for number, step in enumerate(path, 1):
        match node:
            case Entries() if step in node.entries:
                if at_key and number == len(path):
                    return node.keys[str(step)]
                node = node.entries[str(step)]
            case Items() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            case _:
                break
    return node.place


class _TooManyError(Exception):
    """There are more problems than anybody reads."""


class _TooDeepError(Exception):
    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class _Reader:
    """Builds nodes from YAML events, one document, collecting what is not allowed."""

    def __init__(self, text: str, name: str, loader: type[Any] = _LOADER) -> None:
        self.text, self.name, self.loader, self.lines = text, name, loader, text.splitlines()
        self.problems: list[Problem] = []
        self.events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self.depth = 0

    def document(self) -> Node:
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                node = self.node(event)
                break
        else:
            return Text("", Place(self.name, 1, 1), nothing=True)
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.problems.append(
                    Problem("a second document starts here", "one file, one document", self.place(event.start_mark))
                )
                break
        return node

    def node(self, event: yaml.NodeEvent) -> Node:
        place = self.place(event.start_mark)
        self.refuse_extras(event, place)
        if len(self.problems) >= MOST_PROBLEMS:
            raise _TooManyError
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style in (None, "")
            return Text(event.value, place, nothing=plain and event.value in _NOTHING)
        if isinstance(event, yaml.AliasEvent):
            return Text("", place)
        self.depth += 1
        if self.depth > DEEPEST:
            raise _TooDeepError(place)
        node = self.items(place) if isinstance(event, yaml.SequenceStartEvent) else self.entries(place)
        self.depth -= 1
        return node

    def items(self, place: Place) -> Items:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event))
        return Items(tuple(items), place)

    def entries(self, place: Place) -> Entries:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, value = self.node(event), self.node(next(self.events))
            if not isinstance(key, Text):
                self.problems.append(Problem("a key must be a word", None, key.place))
            elif key.value in entries:
                hint = f"the first is in line {keys[key.value].line}; keep one"
                self.problems.append(Problem(f"{quoted(key.value)} is written twice", hint, key.place))
            else:
                entries[key.value], keys[key.value] = value, key.place
        return Entries(entries, keys, place)

    def refuse_extras(self, event: yaml.NodeEvent, place: Place) -> None:
        if event.anchor is not None:
            what = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
            self.problems.append(Problem(f"{what} ({quoted(event.anchor)}) is not allowed", "write it out", place))
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.problems.append(
                Problem(
                    f"a tag ({quoted(tag)}) is not allowed",
                    "take out the `!`; quote the text if it starts with one",
                    place,
                )
            )

    def place(self, mark: Any) -> Place:  # noqa: ANN401 - the C parser's marks share no base class
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Place(self.name, mark.line + 1, mark.column + 1, line)

    def syntax_problem(self, problem: yaml.MarkedYAMLError) -> Problem:
        mark = problem.problem_mark or problem.context_mark
        what = " ".join(str(part) for part in (problem.context, problem.problem) if part)
        hint = None
        if "mapping values are not allowed" in what:
            hint = "quote the text if a colon belongs to it, or check the indentation"
        elif "block scalar" in what:
            hint = "put the whole comparison on one line after `- ` or `when: `, or quote the text"
        elif "expected key" in what:
            hint = "quote the whole text, or check the indentation"
        elif "cannot start any token" in what:
            hint = "indent with spaces, and quote text that starts with a special character"
        place = self.place(mark) if mark else None
        return Problem(f"this is not readable as YAML: {what}", hint, place)


def _reason(problem: yaml.YAMLError) -> str:
    return str(getattr(problem, "reason", "unreadable"))
