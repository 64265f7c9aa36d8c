"""The file of a distribution of synthetic patients, read and checked; every mistake is reported at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

from blinadss.authoring import Entry
from blinadss.errors import KnowledgeError, Mistake, Place, Problems, near, quoted
from blinadss.kinds import EARLIEST, Dated, day
from blinadss.quantity import PERCENTAGE, plain
from blinadss.reading import Entries, Items, Node, Text, read_file
from blinadss.synthetic.distribution import (
    Case,
    Condition,
    Contradiction,
    Distribution,
    Draw,
    Quantiles,
    Recorded,
    Shares,
)
from blinadss.synthetic.drawn import Drawn, days_ago, drawn, limit_of, not_negative, number

SHIPPED = Path(__file__).with_name("synthetic.yaml")
_WAYS = ("is", "shares", "quantiles", "of")
_WAYS_HINT = "write `is`, `shares`, `quantiles`, or `of` with or without `quantiles`"
_RANGE = re.compile(r"(?:from ([0-9.]+))?\s*(?:below ([0-9.]+))?")
_ALL = Decimal(1)


def read_distribution(path: str | Path | None = None) -> Distribution:
    """The distribution in a file, or the one that ships; raises `KnowledgeError` with every problem in it."""
    return _shipped() if path is None else _read(Path(path))


@cache
def _shipped() -> Distribution:
    return _read(SHIPPED)


def _read(path: Path) -> Distribution:
    problems = Problems()
    required = ("title", "says", "assessed_on", "draws", "contradictions", "bad_cells")
    entry = Entry(read_file(path, KnowledgeError), problems, "a distribution", required=required)
    reader = _Reader(problems)
    title, says, assessed_on = entry.text("title"), entry.text("says"), entry.read("assessed_on", day, EARLIEST)
    for name, place, below in reader.entries(entry, "draws"):
        with problems.at(place, name):
            reader.known[name] = reader.draw(name, below)
    contradictions = tuple(reader.contradiction(node) for node in entry.items("contradictions"))
    if sum(each.share for each in contradictions) > _ALL:
        problems.add(entry.place, "the contradictions are more than all", "make their shares less")
    bad_cells = []
    for fact, place, text in reader.texts(entry, "bad_cells"):
        column = reader.column(fact, place)
        with problems.at(text.place, text.value):
            if column:
                column.refuse_readable(text.value, assessed_on)
                bad_cells.append((fact, text.value))
    problems.raise_any()
    return Distribution(title, says, assessed_on, reader.known, contradictions, tuple(bad_cells))


class _Reader:
    """Reads draw after draw; what a draw depends on has been read before it."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.known: dict[str, Draw] = {}

    def draw(self, name: str, node: Node) -> Draw:
        """One thing that is drawn."""
        optional = ("unit", "digits", "recorded", "on", "upper_limit", "cases", *_WAYS)
        entry = Entry(node, self.problems, f"`{name}`", required=("note",), optional=optional)
        its = drawn(name, entry.text("unit"), entry.read("digits", _digits, 0))
        cases = self.cases(entry, its)
        most = max((self.most(case.way, its) for case in cases), default=Decimal(0))
        its.refuse_impossible(most)
        on = self.beside(entry, "on", days_ago(name))
        limit = self.beside(entry, "upper_limit", limit_of(its)) if "upper_limit" in entry else ()
        recorded, note = self.recorded(entry, name), entry.text("note")
        return Draw(
            name, its.kind, its.unit, its.digits, cases, recorded, on, limit, self.words(name, its, cases), most, note
        )

    def beside(self, entry: Entry, key: str, its: Drawn) -> tuple[Case, ...]:
        """The cases of what is drawn beside a value: the day on which it was seen, or its upper limit."""
        node = entry.get(key)
        if node is None:
            return ()
        below = Entry(node, self.problems, f"`{key}`", required=(), optional=("cases", *_WAYS))
        return self.cases(below, its)

    def cases(self, entry: Entry, its: Drawn) -> tuple[Case, ...]:
        """The cases that are listed, or the only one."""
        if "cases" not in entry:
            return (Case((), self.way(entry, its)),)
        listed = entry.items("cases")
        if not listed or any(key in entry for key in _WAYS):
            self.problems.add(entry.place, f"{entry.what} has no cases, or more than them", _WAYS_HINT)
        cases: list[Case] = []
        for node in listed:
            below = Entry(node, self.problems, "a case", required=(), optional=("when", *_WAYS))
            if cases and not cases[-1].when:
                self.problems.add(node.place, "this case never applies", "the one before it has no `when`; put it last")
            cases.append(Case(self.when(below), self.way(below, its)))
        return tuple(cases)

    def way(self, entry: Entry, its: Drawn) -> Shares | Quantiles:
        """How a value is drawn in one case."""
        given = [key for key in _WAYS if key in entry]
        if len(given) != 1 and given != ["quantiles", "of"]:
            self.problems.add(entry.place, f"{entry.what} does not say how it is drawn, or says it twice", _WAYS_HINT)
        elif given == ["is"]:
            return Shares(((entry.read("is", its.value, ""), _ALL),))
        elif given == ["shares"]:
            return Shares(self.shares(entry, its))
        elif given == ["of"]:
            return Quantiles(((Decimal(0), _ALL), (_ALL, _ALL)), entry.read("of", self.number_drawn, ""))
        else:
            of = entry.read("of", self.number_drawn, "")
            return Quantiles(self.points(entry, not_negative if of else its.number), of)
        return Shares(())

    def shares(self, entry: Entry, its: Drawn) -> tuple[tuple[str, Decimal], ...]:
        """Each value with its share; together they are all."""
        values: list[tuple[str, Decimal]] = []
        total = Decimal(0)
        for value, place, text in self.texts(entry, "shares"):
            with self.problems.at(text.place, text.value):
                share = _share(text.value)
                total += share
                with self.problems.at(place, value):
                    values.append((its.value(value), share))
        if total != _ALL:
            self.problems.add(entry.place, f"the shares add up to {plain(100 * total)} %", "make it 100 %")
        return tuple(values)

    def points(self, entry: Entry, read: Callable[[str], Decimal]) -> tuple[tuple[Decimal, Decimal], ...]:
        """The quantiles from 0 to 100 %, none less than the one before."""
        points: list[tuple[Decimal, Decimal]] = []
        for share, place, text in self.texts(entry, "quantiles"):
            with self.problems.at(text.place, text.value):
                value = read(text.value)
                with self.problems.at(place, share):
                    points.append((_share(share), value))
        shares = [share for share, _ in points]
        if [*shares[:1], *shares[-1:]] != [0, 1] or any(later <= share for share, later in pairwise(shares)):
            self.problems.add(entry.place, "the quantiles do not go from 0 % up to 100 %", "write both ends")
        elif any(later < value for (_, value), (_, later) in pairwise(points)):
            self.problems.add(entry.place, "a quantile is less than the one before it", "quantiles only go up")
        return tuple(points)

    def number_drawn(self, name: str) -> str:
        """The name of an earlier draw that is a number."""
        asked = self.before(name)
        if asked.words or isinstance(asked.kind, Dated):
            raise Mistake(f"`{name}` is not a number", "name a draw that is one")
        return name

    def before(self, name: str) -> Draw:
        """An earlier draw."""
        if name not in self.known:
            hint = near(name, list(self.known)) or "what a draw depends on stands before it"
            raise Mistake(f"nothing called {quoted(name)} is drawn before", hint)
        return self.known[name]

    def most(self, way: Shares | Quantiles, its: Drawn) -> Decimal:
        """The greatest number that can be drawn."""
        if isinstance(way, Shares):
            return max((Decimal(text) for text, _ in way.values if text and not its.is_word(text)), default=Decimal(0))
        greatest = max((value for _, value in way.points), default=Decimal(0))
        return greatest * self.known[way.of].most if way.of else greatest

    @staticmethod
    def words(name: str, its: Drawn, cases: tuple[Case, ...]) -> tuple[str, ...]:
        """The words that can be drawn; `Mistake` where some cases give words and others numbers, unless it is a day."""
        shares = [case.way for case in cases if isinstance(case.way, Shares)]
        values = dict.fromkeys(text for way in shares for text, _ in way.values if text)
        words = tuple(text for text in values if its.is_word(text))
        if words and (len(words) < len(values) or len(shares) < len(cases)) and not isinstance(its.kind, Dated):
            raise Mistake(f"`{name}` is a word in one case and a number in another", "keep to one of them")
        return words

    def when(self, entry: Entry) -> tuple[Condition, ...]:
        """What must hold, all of it, for a case to apply."""
        conditions = []
        for name, place, text in self.texts(entry, "when"):
            with self.problems.at(place, name):
                asked = self.before(name)
                with self.problems.at(text.place, text.value):
                    conditions.append(_condition(asked, text.value))
        return tuple(conditions)

    def recorded(self, entry: Entry, name: str) -> tuple[Recorded, ...]:
        """How often the value is written down; always, where nothing is said."""
        node = entry.get("recorded")
        if node is not None and "." not in name:
            raise Mistake(f"`{name}` is no fact, so it is not recorded", "leave `recorded` out")
        if not isinstance(node, Items):
            return (Recorded((), entry.read("recorded", _share, _ALL)),)
        below = [Entry(item, self.problems, "a case", required=("share",), optional=("when",)) for item in node.items]
        return tuple(Recorded(self.when(each), each.read("share", _share, _ALL)) for each in below)

    def contradiction(self, node: Node) -> Contradiction:
        """What some patients are said to be although they cannot be."""
        entry = Entry(node, self.problems, "a contradiction", required=("id", "share", "says"))
        values = []
        for fact, place, text in self.texts(entry, "says"):
            column = self.column(fact, place)
            with self.problems.at(text.place, text.value):
                if column:
                    values.append((fact, _in_table(column, text.value)))
        return Contradiction(entry.identifier("id"), entry.read("share", _share, Decimal(0)), tuple(values))

    def column(self, fact: str, place: Place) -> Drawn | None:
        """The fact of a column of the table, or nothing where there is none such."""
        with self.problems.at(place, fact):
            draw = self.before(fact)
            if draw.kind is None:
                raise Mistake(f"`{fact}` is no fact", "name a column of the table")
            return Drawn(draw.name, draw.kind, draw.unit, draw.digits)
        return None

    def entries(self, entry: Entry, what: str) -> Iterator[tuple[str, Place, Node]]:
        """Each key below a key, where it stands, and what stands under it."""
        node = entry.get(what)
        if isinstance(node, Entries):
            yield from ((key, node.keys[key], below) for key, below in node.entries.items())
        elif node is not None:
            self.problems.add(node.place, f"`{what}` is a group of `key: value` lines", None)

    def texts(self, entry: Entry, what: str) -> Iterator[tuple[str, Place, Text]]:
        """The same where the text is one value."""
        for key, place, below in self.entries(entry, what):
            if isinstance(below, Text) and below.value.strip():
                yield key, place, below
            else:
                self.problems.add(below.place, f"{quoted(key)} needs one value", None)


def _condition(asked: Draw, written: str) -> Condition:
    if isinstance(asked.kind, Dated):
        raise Mistake(f"`{asked.name}` is a day, and days are not asked", "ask for what it depends on")
    if asked.words:
        words = tuple(re.split(r"\s+or\s+", written))
        for word in words:
            if word not in asked.words:
                raise Mistake(f"`{asked.name}` is never {quoted(word)}", near(word, asked.words))
        return Condition(asked.name, words)
    match = _RANGE.fullmatch(written)
    if match is None:
        raise Mistake(f"{quoted(written)} is not a range", "write `from 2`, `below 18` or `from 2 below 18`")
    least, below = (None if end is None else number(end) for end in match.groups())
    return Condition(asked.name, (), least, below)


def _in_table(column: Drawn, text: str) -> str:
    """A value as it stands in the table: a day as a day, everything else as it is drawn."""
    if isinstance(column.kind, Dated):
        column.kind.whole(text)
        return text
    return column.value(text)


def _share(text: str) -> Decimal:
    share = PERCENTAGE.read(text).magnitude / 100
    if not 0 <= share <= 1:
        raise Mistake(f"{quoted(text)} is no share", "write `0 %` to `100 %`")
    return share


def _digits(text: str) -> int:
    if text not in {"0", "1", "2", "3", "4", "5", "6"}:
        raise Mistake(f"{quoted(text)} is no number of digits", "write a number from 0 to 6")
    return int(text)
