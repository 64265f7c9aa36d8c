"""Several engines, asked the same: one answer if all agree, and an error instead of any answer if they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from blinadss.engines.conclusion import Conclusions, Engine
from blinadss.errors import BlinadssError
from blinadss.expression import Values
from blinadss.knowledge import Policy
from blinadss.links import Link
from blinadss.truth import Truth


class EngineDisagreement(BlinadssError):
    """Two engines answer the same question differently, so none of it can be relied on.

    ``criterion`` names the criterion (or indication, or part of the verdict) they
    differ on, ``answers`` what each engine says of it, and ``fingerprint`` the knowledge.
    """

    subject = "the engines"

    def __init__(self, criterion: str, answers: Mapping[str, Truth | None], fingerprint: str) -> None:
        self.criterion, self.answers, self.fingerprint = criterion, dict(answers), fingerprint
        said = ", ".join(
            f"{name} says {'nothing' if truth is None else truth.value}" for name, truth in answers.items()
        )
        super().__init__(
            f"the engines disagree about `{criterion}`: {said} (knowledge {fingerprint}); no answer is given",
            "this is a fault of the software, not of the profile: report it with the profile and the fingerprint",
        )


class Agreement:
    """Engines for one policy that must conclude the same; ``fingerprint`` is that of the knowledge they answer from."""

    def __init__(self, engines: Sequence[Engine], fingerprint: str) -> None:
        self.engines, self.fingerprint = tuple(engines), fingerprint

    def conclude(self, values: Values) -> Conclusions:
        """What all engines conclude; raises `EngineDisagreement` where they do not conclude the same."""
        names = [engine.name for engine in self.engines]
        return agreed(names, [engine.conclude(values) for engine in self.engines], self.fingerprint)

    def conclude_many(self, patients: Sequence[Values]) -> Iterator[Conclusions]:
        """The same for each patient in turn; an engine that can answer many at once (`conclude_many`) is asked so."""
        names = [engine.name for engine in self.engines]
        for together in zip(*(_many(engine, patients) for engine in self.engines), strict=True):
            yield agreed(names, together, self.fingerprint)


class Panel:
    """Engines for several policies, each of which must conclude the same of every policy.

    An engine that can answer several policies in one pass (`conclude_each`) is made for all of them.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        makers: Mapping[str, Callable[..., Engine]],
        fingerprint: str,
        links: Sequence[Link] = (),
    ) -> None:
        self.names, self.fingerprint = tuple(makers), fingerprint
        self._answers = [_each_of(maker, policies, links) for maker in makers.values()]

    def conclude(self, values: Values) -> list[Conclusions]:
        """What all engines conclude of each policy; raises `EngineDisagreement` where they do not conclude the same."""
        answers = [each(values) for each in self._answers]
        return [agreed(self.names, list(each), self.fingerprint) for each in zip(*answers, strict=True)]


def _many(engine: Engine, patients: Sequence[Values]) -> Iterator[Conclusions]:
    many: Callable[[Sequence[Values]], Iterator[Conclusions]] | None = getattr(engine, "conclude_many", None)
    return many(patients) if many else (engine.conclude(values) for values in patients)


def _each_of(
    maker: Callable[..., Engine], policies: Sequence[Policy], links: Sequence[Link]
) -> Callable[[Values], list[Conclusions]]:
    """How one engine answers each policy."""
    if hasattr(maker, "conclude_each"):
        conclude_each: Callable[[Values], list[Conclusions]] = maker(*policies, links=links).conclude_each  # type: ignore[attr-defined]
        return conclude_each
    engines = [maker(policy, links) for policy in policies]
    return lambda values: [engine.conclude(values) for engine in engines]


def agreed(names: Sequence[str], conclusions: Sequence[Conclusions], fingerprint: str) -> Conclusions:
    """What the engines of those names concluded alike; raises `EngineDisagreement` where they did not."""
    first = conclusions[0]
    for name, other in zip(names, conclusions, strict=True):
        if other != first:
            about, one, two = next(_differences(first, other))
            raise EngineDisagreement(about, {names[0]: one, name: two}, fingerprint)
    return first


def _differences(first: Conclusions, other: Conclusions) -> Iterator[tuple[str, Truth | None, Truth | None]]:
    one, two = _all(first), _all(other)
    for name in {**one, **two}:
        if one.get(name) is not two.get(name):
            yield name, one.get(name), two.get(name)


def _all(conclusions: Conclusions) -> dict[str, Truth]:
    return {
        **conclusions.criteria,
        **conclusions.indications,
        "contraindicated": conclusions.contraindicated,
        "eligible": conclusions.eligible,
    }
