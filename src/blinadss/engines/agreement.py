"""Several engines, asked the same: one answer if all agree, and an error instead of any answer if they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from blinadss.engines.conclusion import Conclusions, Engine
from blinadss.errors import BlinadssError
from blinadss.expression import Values
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
        first, *others = [engine.conclude(values) for engine in self.engines]
        for engine, other in zip(self.engines[1:], others, strict=True):
            if other != first:
                name, one, two = next(_differences(first, other))
                raise EngineDisagreement(name, {self.engines[0].name: one, engine.name: two}, self.fingerprint)
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
