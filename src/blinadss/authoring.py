"""The shapes of the authoring language: which keys an entry has, and how each is read from text.

Every reader notes its problems and goes on, so that a file with five mistakes
gives five messages in one run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import partial
from typing import TypeVar, cast

from blinadss.errors import Mistake, Place, Problems, near, one_of, quoted
from blinadss.expression import Expression, Group, Word
from blinadss.grammar import read_comparison
from blinadss.kinds import day
from blinadss.reading import Entries, Items, Node, Text
from blinadss.statements import ASSURANCES, Assurance, Citation, Criterion, Period, Source

T = TypeVar("T")
_AT_LEAST = re.compile(r"at least ([0-9]+) of")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Entry:
    """A mapping in a criteria file, its keys checked against those that may stand there."""

    def __init__(
        self,
        node: Node,
        problems: Problems,
        what: str,
        *,
        required: Collection[str],
        optional: Collection[str] = (),
    ) -> None:
        self.node, self.problems, self.what, self.place = node, problems, what, node.place
        self._entries: Mapping[str, Node] = node.entries if isinstance(node, Entries) else {}
        if not isinstance(node, Entries):
            problems.add(node.place, f"{what} is a group of `key: value` lines", None)
            return
        allowed = [*required, *optional]
        for key, place in node.keys.items():
            if key not in allowed:
                problems.add(place, f"{what} has no {quoted(key)}", near(key, allowed) or f"it has {one_of(allowed)}")
        for key in required:
            if key not in node.entries:
                named = node.entries.get("id")
                name = f" `{named.value}`" if isinstance(named, Text) else ""
                problems.add(node.place, f"{what}{name} has no `{key}`", _WHY.get(key))

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def get(self, key: str) -> Node | None:
        """The node under a key, if the author wrote one."""
        return self._entries.get(key)

    def text(self, key: str, default: str = "") -> str:
        """The text under a key; an empty one is a problem where the key is written."""
        node = self._entries.get(key)
        if node is None:
            return default
        if not isinstance(node, Text) or node.nothing or not node.value.strip():
            self.problems.add(node.place, f"`{key}` needs some text", None)
            return default
        return " ".join(node.value.split())

    def read(self, key: str, read: Callable[[str], T], default: T) -> T:
        """The text under a key, read by a function that may raise `Mistake`."""
        node = self._entries.get(key)
        if node is None or not (text := self.text(key)):
            return default
        with self.problems.at(node.place, text):
            return read(text)
        return default

    def identifier(self, key: str) -> str:
        """An id: lower-case words joined by hyphens."""
        return self.read(key, _identifier, "")

    def items(self, key: str) -> tuple[Node, ...]:
        """The items of the list under a key."""
        node = self._entries.get(key)
        if node is None or (isinstance(node, Text) and node.nothing):
            return ()
        if not isinstance(node, Items):
            self.problems.add(node.place, f"`{key}` is a list", "start each line with `- `")
            return ()
        return node.items

    def texts(self, key: str) -> Iterable[tuple[str, Place]]:
        """The text or texts under a key that takes one or a list."""
        node = self._entries.get(key)
        nodes = node.items if isinstance(node, Items) else () if node is None else (node,)
        for item in nodes:
            if isinstance(item, Text) and not item.nothing and item.value.strip():
                yield item.value, item.place
            else:
                self.problems.add(item.place, f"`{key}` needs some text", None)

    def choice(self, key: str, choices: Collection[str]) -> str:
        """One word of a few."""

        def chosen(text: str) -> str:
            if text not in choices:
                raise Mistake(f"`{key}` cannot be {quoted(text)}", f"write {one_of(list(choices))}")
            return text

        return self.read(key, chosen, "")

    def assurance(self) -> Assurance:
        """How well the statement was checked; the lowest where it is missing or unreadable."""
        return cast("Assurance", self.choice("assurance", ASSURANCES) or "unverified")

    def period(self, editions: Collection[date]) -> Period:
        """The period between `from` and `until`, both of which must be dates on which an edition begins."""
        edition = partial(edition_day, editions)
        start, until = self.read("from", edition, date.min), self.read("until", edition, date.max)
        if start >= until:
            self.problems.add(self.place, f"{self.what} ends before it begins", "`until` is the first day without it")
        return Period(start, until)

    def citations(self, sources: Mapping[str, Source]) -> tuple[Citation, ...]:
        """The citations under `cite`; each must name a source that is listed."""
        cited = []
        for text, place in self.texts("cite"):
            key, _, section = text.strip().partition(" ")
            if key not in sources:
                hint = near(key, list(sources)) or "list it in sources.yaml first"
                self.problems.add(place, f"there is no source {quoted(key)}", hint)
                continue
            if not section.strip():
                self.problems.add(place, f"{quoted(key)} is cited without a place in it", f"write `{key} §1.2`")
                continue
            cited.append(Citation(sources[key], section.strip().removeprefix("§")))
        node = self._entries.get("cite")
        if isinstance(node, Items) and not node.items:
            self.problems.add(node.place, "`cite` names no document", _WHY["cite"])
        return tuple(cited)


def edition_day(editions: Collection[date], text: str) -> date:
    """A day on which an edition begins; raises `Mistake` for another, where there are editions."""
    start = day(text)
    if editions and start not in editions:
        dates = [each.isoformat() for each in editions]
        raise Mistake(f"no edition of this policy begins on {quoted(text)}", near(text, dates))
    return start


_WHY = {
    "id": "give it a short name of its own",
    "statement": "write the sentence that a clinician will read",
    "when": "write how it is decided",
    "cite": "every criterion cites the document it comes from",
    "assurance": f"say how well it was checked: {', '.join(ASSURANCES)}",
    "title": "write what it is, in a few words",
    "publisher": "name who published it",
    "jurisdiction": "say where it applies",
    "editions": "list the days on which it changed",
    "from": "write the first day it was in force",
    "kind": "say what kind it is: label, trial, paper, …",
    "severity": "say how grave it is: severe, moderate, mild, informative, not_indicated or contradiction",
    "do": "write what to do about it",
    "study": "name the study",
    "population": "say who was studied",
    "patients": "write how many patients were studied",
    "endpoint": "say what was measured",
    "result": "write what was seen with the treatment",
    "edition": "write which edition was read",
    "url": "write where it can be found",
    "retrieved": "write the day it was read, or `unread`",
    "ask": "write the question that asks for it",
    "effort": "say what finding it out takes",
    "action": "say it in a word: stop, interrupt, continue, …",
    "drug": "name the drug",
    "dose": "write what is given, for example `28 mcg/day`",
    "level": "say which dose it is: starting or full",
    "infusion": "write how long it runs, for example `28 days`",
    "off": "write how long nothing is given then, for example `14 days`, or `none`",
    "schedule": "write when it is due, for example `before cycle 1` or `cycle 1, days 1-9`",
    "fact": "name the fact that says it is there",
    "act": "list what to do, the gravest first",
    "grades": "list the grades, the gravest first",
    "version": "give this knowledge a version",
    "knowledge": "say what this knowledge is about",
    "assess": "list the policies that are answered when nobody names any",
}


CRITERION = ("id", "statement", "when", "cite", "assurance")
MORE = ("rationale", "flaw")


class CriterionReader:
    """Reads the criteria of one policy: each id once, each cited, each with the policy's own prefix."""

    def __init__(self, prefix: str, sources: Mapping[str, Source], problems: Problems) -> None:
        self.prefix, self.sources, self.problems = prefix, sources, problems
        self.criteria: dict[str, Criterion] = {}
        self._places: dict[str, Place] = {}

    def read(self, entry: Entry) -> Criterion | None:
        """The criterion in an entry, or nothing if any part of it was wrong."""
        name, when = entry.identifier("id"), entry.get("when")
        expression = read_expression(when, self.problems) if when else None
        statement, cite, assurance = entry.text("statement"), entry.citations(self.sources), entry.assurance()
        if not name:
            return None
        full = f"{self.prefix}/{name}"
        if full in self._places:
            self.problems.add(
                entry.place,
                f"criterion `{name}` is written twice",
                f"the first is in {self._places[full]}; move it to shared.yaml and refer to it",
            )
            return None
        self._places[full] = entry.place
        if expression is None:
            return None
        rationale, flaw = entry.text("rationale"), entry.text("flaw")
        self.criteria[full] = Criterion(full, statement, expression, cite, assurance, rationale, flaw, entry.place)
        return self.criteria[full]


def _identifier(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise Mistake(f"{quoted(text)} is not an id", "use lower-case words joined by hyphens")
    return text


def read_expression(node: Node, problems: Problems) -> Expression | None:
    """The expression under `when`, or nothing if any part of it was wrong."""
    if isinstance(node, Text):
        if node.nothing or not node.value.strip():
            problems.add(node.place, "a comparison is missing here", "`blinadss facts` lists what can be asked")
            return None
        text = " ".join(node.value.split())
        with problems.at(node.place, text):
            return read_comparison(text)
        return None
    if isinstance(node, Items):
        problems.add(node.place, "a list does not say how its lines are joined", "put it under `all:` or `any:`")
        return None
    return _read_group(node, problems)


def _read_group(node: Entries, problems: Problems) -> Expression | None:
    if len(node.entries) != 1:
        problems.add(node.place, "a group has one heading", "nest the second group as an item of the first")
        return None
    heading, below = next(iter(node.entries.items()))
    counted = _AT_LEAST.fullmatch(heading)
    if heading not in {"all", "any", "none"} and counted is None:
        hint = "write `all`, `any`, `none` or `at least 2 of`; an operator and its value stay on the fact's line"
        problems.add(node.keys[heading], f"{quoted(heading)} is not a group", hint)
        return None
    if not isinstance(below, Items) or not below.items:
        problems.add(below.place, f"`{heading}:` needs a list", "start each line with `- `")
        return None
    parts = [read_expression(item, problems) for item in below.items]
    needed = int(counted[1]) if counted else 0
    if counted and not 1 <= needed <= len(parts):
        hint = f"write a number from 1 to {len(parts)}"
        problems.add(node.keys[heading], f"{quoted(heading)} can never be decided by {len(parts)} lines", hint)
        return None
    if None in parts:
        return None
    return Group(cast("Word", "at least" if counted else heading), cast("tuple[Expression, ...]", tuple(parts)), needed)
