"""The dose for one patient, with the arithmetic: fixed, or by body surface and then at most the cap.

Nothing is rounded silently. What is shown has at most two decimals; where that
rounds anything away, the working says so and the unrounded figure is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from blinadss.derived import SURFACE
from blinadss.expression import reading_of
from blinadss.quantity import EXACT, WIDE, Span, plain
from blinadss.sight import Sight
from blinadss.treatment import Dose

_CENT = Decimal("0.01")
_FINE = Decimal("0.000001")


@dataclass(frozen=True)
class Amount:
    """What one patient gets: ``exact`` to 100 digits, ``shown`` to two decimals, and how it was worked out.

    What is ``stated`` by the rule itself, a fixed dose or a cap, is shown as it is stated.
    """

    exact: Decimal
    unit: str
    working: str
    stated: bool = False

    @property
    def shown(self) -> str:
        """The amount as it is written in a checklist."""
        return f"{plain(self.exact if self.stated else _rounded(self.exact))} {self.unit}"

    @property
    def unrounded(self) -> str:
        """The amount to six decimals."""
        return f"{plain(self.exact.quantize(_FINE, ROUND_HALF_UP))} {self.unit}"


def amount_of(dose: Dose, sights: Mapping[str, Sight]) -> Amount | None:
    """What the dose comes to for the patient seen, or nothing where the body surface is not exactly known."""
    unit = dose.shown_unit
    if not dose.by_surface:
        return Amount(dose.amount, unit, f"{plain(dose.amount)} {unit}, whatever the body surface", stated=True)
    seen = sights[SURFACE]
    surface = seen.values.get(reading_of(SURFACE, "m2"))
    if not isinstance(surface, Span) or surface.low != surface.high:
        return None
    exact = WIDE.multiply(dose.amount, surface.low)
    product = f"{plain(dose.amount)} {dose.unit}/m2{'/day' if dose.a_day else ''} × {_about(surface.low)} m2"
    product += f" {_equals(exact)} {plain(_rounded(exact))} {unit}"
    if dose.cap is None:
        return Amount(exact, unit, f"{product}; body surface {seen.text}")
    if exact > dose.cap:
        product += f", above the cap: {plain(dose.cap)} {unit}"
        return Amount(dose.cap, unit, f"{product}; body surface {seen.text}", stated=True)
    return Amount(exact, unit, f"{product}, within the cap of {plain(dose.cap)} {unit}; body surface {seen.text}")


def agrees(amount: Decimal, ordered: Decimal) -> bool:
    """Whether an ordered amount is the one worked out, rounded to as many decimals as the order was written with."""
    decimals = Decimal(1).scaleb(min(0, int(ordered.as_tuple().exponent)))
    return amount.quantize(decimals, ROUND_HALF_UP) == ordered


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_CENT, ROUND_HALF_UP)


def _about(number: Decimal) -> str:
    """The number to four decimals, marked where that is not all of it."""
    short = number.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return plain(short) if short == number else f"{plain(short)}…"


def _equals(number: Decimal) -> str:
    return "=" if EXACT.compare(_rounded(number), number) == 0 else "≈"
