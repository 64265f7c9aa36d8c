"""What can be wrong, said so that the person who must fix it can: place, their own line, problem, hint.

Three kinds of error, because three different people fix them: the author of
the criteria, the person who wrote the patient down, and the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar

_WIDTH = 100  # an author's line longer than this is cut around the mistake
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of text stands: file, line and column (both from 1), and the author's whole line."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def moved(self, columns: int) -> Place:
        """The place that many columns further right."""
        return replace(self, column=self.column + columns)

    def shown(self) -> str:
        """The author's own line with a caret under the mistake, or nothing where the line is not known."""
        if not self.text.strip():
            return ""
        start = max(0, self.column - 1 - _WIDTH // 2) if len(self.text) > _WIDTH else 0
        line = printable(self.text[start : start + _WIDTH])
        indent = len(line) - len(line.lstrip())
        caret = max(0, self.column - 1 - start - indent)
        return f"\n    {line.strip()}\n    {' ' * min(caret, _WIDTH)}^"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and what to do about it.

    ``path`` leads to the mistake inside a profile (``("disease", "cd19")``) where no file is known;
    ``at_key`` if it is the last step itself that is wrong, not what stands under it.
    """

    problem: str
    hint: str | None = None
    place: Place | None = None
    path: Path = ()
    at_key: bool = False

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        line = self.place.shown() if self.place else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{where}{self.problem}{line}{hint}"


class BlinadssError(Exception):
    """Something is wrong; ``problems`` lists all of it, in the order it was written."""

    subject: ClassVar[str] = "the call"

    def __init__(self, problems: Iterable[Problem] | Problem | str, hint: str | None = None) -> None:
        if isinstance(problems, str):
            problems = Problem(problems, hint)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        shown = "\n".join(str(problem) for problem in self.problems)
        if len(self.problems) == 1:
            return shown
        return f"{self.subject} has {len(self.problems)} problems\n{shown}"


class KnowledgeError(BlinadssError):
    """The criteria or scenarios are wrong; whoever wrote them can fix it."""

    subject = "the knowledge"


class ProfileError(BlinadssError):
    """The patient data is wrong; whoever wrote it down can fix it."""

    subject = "the profile"


class UsageError(BlinadssError):
    """The call is wrong; the caller can fix it."""


class Mistake(Exception):
    """One thing wrong with one piece of text, ``offset`` characters into it; the caller knows the place."""

    def __init__(self, problem: str, hint: str | None = None, offset: int = 0) -> None:
        super().__init__(problem)
        self.problem, self.hint, self.offset = problem, hint, offset

    def at(self, place: Place, text: str = "") -> Problem:
        """The same mistake, as a problem with a place; ``text`` is what was read there, as it was read."""
        wrong = text[self.offset :].split(maxsplit=1)
        start, offset = place.column - 1, self.offset
        if wrong and not place.text.startswith(wrong[0], start + offset):  # quoted, folded or spaced otherwise
            offset = max(0, place.text.find(wrong[0], start) - start)
        elif not wrong and not place.text.startswith(text, start):  # the text ends too soon
            last = text.rsplit(maxsplit=1)[-1] if text.split() else ""
            offset = max(0, place.text.find(last, start) + len(last) - start)
        return Problem(self.problem, self.hint, place.moved(offset))


class Problems:
    """A list of problems that grows while reading goes on, so that one run reports them all."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, place: Place, problem: str, hint: str | None = None) -> None:
        """Note one problem and go on."""
        self._found.append(Problem(problem, hint, place))

    @contextmanager
    def at(self, place: Place, text: str = "") -> Iterator[None]:
        """Note a `Mistake` made inside the block in reading ``text`` at ``place``, and go on after it."""
        try:
            yield
        except Mistake as mistake:
            self._found.append(mistake.at(place, text))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems found elsewhere."""
        self._found.extend(problems)

    def raise_any(self) -> None:
        """Raise `KnowledgeError` with everything noted, in file order, if anything was."""
        if self._found:

            def order(problem: Problem) -> tuple[str, int, int]:
                place = problem.place
                return (place.file, place.line, place.column) if place else ("", 0, 0)

            raise KnowledgeError(sorted(self._found, key=order))


def close_to(word: str, known: Sequence[str]) -> str | None:
    """The known word that is spelt most like this one, if any is near enough to have been meant."""
    import difflib  # only needed when something is wrong

    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.7)), None)


def near(word: str, known: Sequence[str]) -> str | None:
    """A hint that names the nearest known word, the alternatives if they are few, or nothing."""
    close = close_to(word, known)
    if close:
        return f"did you mean `{close}`?"
    if 0 < len(known) <= 6:
        return f"write {one_of(known)}"
    return None


def one_of(words: Sequence[str]) -> str:
    """The words as a choice: ```a`, `b` or `c```."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def printable(text: str) -> str:
    """The text with control and direction-changing characters shown as `?`, so that it cannot act on a terminal."""
    if text.isprintable():  # as nearly all are
        return text
    return "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in text)


def quoted(text: str, longest: int = 60) -> str:
    """The author's text in backticks, cut if very long."""
    if not text.strip():
        return "an empty text"
    cut = printable(text if len(text) <= longest else text[: longest - 1] + "…")
    return f"`{cut}`"
