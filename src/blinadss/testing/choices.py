"""Where a generated thing comes from: a row of small choices, made by hypothesis, which can shrink them, or by dice.

Whatever is generated is written once, as a function of choices. Of the options of
each choice the first is the simplest, so that what is left of a failure is small.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")


class Choices(ABC):
    """Something that chooses."""

    @abstractmethod
    def below(self, count: int) -> int:
        """A whole number from 0 to ``count - 1``."""

    def of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))] if len(options) > 1 else options[0]

    def once_in(self, count: int) -> bool:
        """True about once in so many times."""
        return self.below(count) == count - 1


class Dice(Choices):
    """Choices at random, the same for the same seed; fast."""

    def __init__(self, seed: int | str) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing is kept secret by it

    def below(self, count: int) -> int:
        return int(self._random.random() * count)


class Drawn(Choices):
    """Choices that hypothesis makes, remembers and shrinks."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def below(self, count: int) -> int:
        return self._draw(_below(count))


@cache
def _below(count: int) -> SearchStrategy[int]:
    from hypothesis import strategies as st

    return st.integers(0, count - 1)


def drawn(make: Callable[..., T], *args: Any, **kwargs: Any) -> SearchStrategy[T]:  # noqa: ANN401 - passed on
    """The strategy of everything that ``make(choices, *args, **kwargs)`` can make."""
    from hypothesis import strategies as st

    def generate(draw: DrawFn) -> T:
        return make(Drawn(draw), *args, **kwargs)

    generate.__name__ = make.__name__.strip("_")  # what hypothesis calls the strategy
    return st.composite(generate)()
