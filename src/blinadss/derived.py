"""Facts that follow from others: age from the date of birth, body surface by Mosteller, MRD from what an assay saw.

Together with `profile` this is the only place that names facts. A criterion
cannot tell a derived fact from one that was written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from blinadss.elapsed import DAYS, MONTHS
from blinadss.expression import Comparison, Expression, Group, Value, reading_of
from blinadss.facts import FACTS
from blinadss.kinds import Dated, Measured
from blinadss.profile import PatientProfile
from blinadss.quantity import WIDE, Quantity, Span, plain
from blinadss.sight import MISSING, Sight, agreed, given

Derive = Callable[[PatientProfile, date, Mapping[str, int]], Sight]
SURFACE = "patient.body_surface_area"
# How far formulas for the body surface differ at most in people of any size; policy of this project.
_FORMULAS = Decimal("0.15")
_ICE = "neurology.ice"
_ICE_ITEMS = tuple(f"{_ICE}_{item}" for item in ("orientation", "naming", "command", "writing", "attention"))
_COMPARED = ("alt", "ast", "alp", "ggt", "bilirubin", "creatinine")  # with the value before treatment


def age(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """The age on the day: by the date of birth, otherwise as stated; the two may conflict.

    Where only the year or the month of birth is known, a stated age that fits says more, and both count.
    """
    born = given(profile, "patient.birth_date", on, fresh_for)
    stated = given(profile, "patient.age", on, fresh_for)
    if born is MISSING:
        return stated
    if not born.values:
        return born
    exact = {
        reading_of("patient.age", scale): born.values[reading_of("patient.birth_date", scale, since=True)]
        for scale in (MONTHS, DAYS)
    }
    both = agreed(exact, stated.values)
    if stated.because == "conflicting" or both is None:
        return Sight({}, f"{stated.text}, born {born.text}", stated.on, "conflicting")
    said = f"born {born.text}" if both == exact else f"stated {stated.text}, born {born.text}"
    return Sight(both, f"{_in_words(both)} ({said})", None, "inconclusive")


def _in_words(lived: Mapping[str, Value]) -> str:
    """An age in completed years, months or days: ``37 years``, ``37 or 38 years``, ``20 months to 2 years``."""
    months, days = (span for span in lived.values() if isinstance(span, Span))
    least, unit = _completed(int(months.low), int(days.low))
    most, most_unit = _completed(int(months.high), int(days.high))
    if unit != most_unit:
        return f"{least} {unit} to {most} {most_unit}"
    if least == most:
        return f"{least} {unit}"
    return f"{least} {'or' if most - least == 1 else 'to'} {most} {unit}"


def _completed(months: int, days: int) -> tuple[int, str]:
    if months >= 24:
        return months // 12, "years"
    return (months, "months") if months else (days, "days")


def body_surface_area(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """The body surface as given, otherwise by Mosteller: √(height in cm × weight in kg / 3600) m².

    One that is given and differs from Mosteller's by more than other formulas do is in conflict with weight and height.
    Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317:1098.
    """
    stated, worked = given(profile, SURFACE, on, fresh_for), _mosteller(profile, on, fresh_for)
    if not stated.values and stated.because == "conflicting":
        return stated
    if not stated.values:
        return worked if worked.values or stated is MISSING else stated
    reading = reading_of(SURFACE, "m2")
    said, expected = stated.values[reading], worked.values.get(reading)
    if isinstance(said, Span) and isinstance(expected, Span):
        low, high = WIDE.multiply(expected.low, 1 - _FORMULAS), WIDE.multiply(expected.high, 1 + _FORMULAS)
        if said.high < low or said.low > high:
            return Sight({}, f"{stated.text} / {worked.text}", stated.on, "conflicting")
    return stated


def _mosteller(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """The body surface from weight and height, or why there is none."""
    weight, height = (given(profile, f"patient.{name}", on, fresh_for) for name in ("weight", "height"))
    heavy = weight.values.get(reading_of("patient.weight", "kg"))
    tall = height.values.get(reading_of("patient.height", "cm"))
    if not isinstance(heavy, Span) or not isinstance(tall, Span):
        unknown = next((sight for sight in (weight, height) if not sight.values and sight is not MISSING), MISSING)
        return Sight({}, unknown.text, unknown.on, unknown.because)
    low, high = (
        WIDE.sqrt(WIDE.divide(WIDE.multiply(kg, cm), Decimal(3600)))
        for kg, cm in ((heavy.low, tall.low), (heavy.high, tall.high))
    )
    span = Span(low, high, heavy.low_open or tall.low_open, heavy.high_open or tall.high_open)
    seen_on = min((sight.on for sight in (weight, height) if sight.on), default=None)
    shown = plain(low.quantize(Decimal("0.01"))) if low.is_finite() else "?"
    text = f"{shown} m2 (Mosteller, {weight.text}, {height.text})"
    return Sight({reading_of(SURFACE, "m2"): span}, text, seen_on, "inconclusive")


def mrd_level(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """The MRD level as measured, or what "detected" and "not detected" say about it.

    Not detected by an assay that sees down to 0.01 % means below 0.01 %; without
    the sensitivity it means nothing. The later of level and status counts; on the
    same day they must agree.
    """
    level = given(profile, "mrd.level", on, fresh_for)
    status = given(profile, "mrd.status", on, fresh_for)
    if status is MISSING or (level is not MISSING and (level.on or on) > (status.on or on)):
        return level
    if not status.values:
        counts = status.because == "conflicting" or level is MISSING or (status.on or on) > (level.on or on)
        return status if counts else level
    detected = status.values["mrd.status"] == "detected"
    seen = Span(Decimal(0), Decimal(100), low_open=True) if detected else _below_sensitivity(profile, status, on)
    reading = reading_of("mrd.level", "%")
    sensitivity = f" (assay sensitivity {plain(seen.high)} %)" if seen.high_open else ""
    text = f"{'detected' if detected else 'not detected'}{sensitivity}"
    if level is MISSING or (status.on or on) > (level.on or on):
        return Sight({reading: seen}, text, status.on, "inconclusive")
    both = agreed({reading: seen}, level.values)
    if level.because == "conflicting" or both is None:
        return Sight({}, f"{level.text} / {text}", level.on, "conflicting")
    return Sight(both, level.text, level.on, "inconclusive")


def mrd_status(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """Whether MRD was detected, as reported, or because a level above zero was measured.

    The later of the two counts; on the same day they must agree. A level that may be
    zero (``< 0.01 %``) says nothing of detection.
    """
    level = given(profile, "mrd.level", on, fresh_for)
    status = given(profile, "mrd.status", on, fresh_for)
    span = level.values.get(reading_of("mrd.level", "%"))
    if not isinstance(span, Span) or (status is not MISSING and (status.on or on) > (level.on or on)):
        return status
    detected = span.low > 0 or span.low_open
    same_day = status is not MISSING and (status.on or on) == (level.on or on)
    if same_day and (not detected or not status.values or status.values["mrd.status"] == "detected"):
        return status
    if same_day:
        return Sight({}, f"{level.text} / {status.text}", level.on, "conflicting")
    return Sight({"mrd.status": "detected"} if detected else {}, level.text, level.on, "inconclusive")


def _below_sensitivity(profile: PatientProfile, status: Sight, on: date) -> Span:
    """Where the level lies if the assay of that day detected none; a sensitivity of another day is another assay's."""
    sensitivity = given(profile, "mrd.assay_sensitivity", on, {})
    span = sensitivity.values.get(reading_of("mrd.assay_sensitivity", "%"))
    if not isinstance(span, Span) or (sensitivity.on is not None and sensitivity.on != (status.on or on)):
        return Span(Decimal(0), Decimal(100))
    return Span(Decimal(0), span.high, high_open=True)


def ice(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
    """The ICE score as given, otherwise the sum of its items on the latest day; an item nobody gave can be anything.

    Lee DW et al. ASTCT consensus grading. Biol Blood Marrow Transplant 2019;25:625.
    """
    stated = given(profile, _ICE, on, fresh_for)
    seen = {item: given(profile, item, on, fresh_for) for item in _ICE_ITEMS}
    days = [sight.on or on for sight in seen.values() if sight.values]
    if stated.values or not days:
        return stated
    low = high = Decimal(0)
    for item, sight in seen.items():
        kind, span = FACTS[item], sight.values.get(reading_of(item, ""))
        assert isinstance(kind, Measured)  # noqa: S101 - the profile declares it so
        if not isinstance(span, Span) or (sight.on or on) != max(days):
            span = Span(Decimal(0), kind.most)
        low, high = low + span.low, high + span.high
    shown = plain(low) if low == high else f"{plain(low)} to {plain(high)}"
    return Sight({reading_of(_ICE, ""): Span(low, high)}, f"{shown} (by its items)", max(days), "inconclusive")


def _change(name: str) -> Derive:
    """How a laboratory value during treatment compares with the one before it."""
    multiple, value, before = f"change.{name}", f"labs.{name}", f"baseline.{name}"

    def change(profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Sight:
        stated = given(profile, multiple, on, fresh_for)
        now, then = given(profile, value, on, fresh_for), given(profile, before, on, fresh_for)
        if stated is not MISSING:
            return stated
        for scale in FACTS[value].dimension.scales():  # type: ignore[union-attr]  # a laboratory value is measured
            high, low = now.values.get(reading_of(value, scale)), then.values.get(reading_of(before, scale))
            if isinstance(high, Span) and isinstance(low, Span) and low.low > 0 and low.high.is_finite():
                span = Span(
                    WIDE.divide(high.low, low.high),
                    WIDE.divide(high.high, low.low),
                    high.low_open or low.high_open,
                    high.high_open or low.low_open,
                )
                text = f"{now.text} after {then.text}"
                return Sight({reading_of(multiple, "x baseline"): span}, text, now.on, "inconclusive")
        return next((sight for sight in (now, then) if not sight.values and sight is not MISSING), MISSING)

    return change


DERIVED: Mapping[str, Derive] = {
    "patient.age": age,
    SURFACE: body_surface_area,
    "mrd.level": mrd_level,
    "mrd.status": mrd_status,
    _ICE: ice,
    **{f"change.{name}": _change(name) for name in _COMPARED},
}


def impossible_together(leaves: Iterable[Comparison]) -> Iterator[tuple[str, Expression]]:
    """What cannot be of facts that are worked out from one another, at the thresholds asked of them, by fact.

    MRD that was not detected lies below the sensitivity of the assay; none is detected where there is none.
    """
    asked: dict[str, set[Quantity]] = {"mrd.level": set(), "mrd.assay_sensitivity": set()}
    coded = set()
    for leaf in leaves:
        if leaf.threshold is not None and leaf.fact in asked:
            asked[leaf.fact].add(leaf.threshold)
        coded.add(leaf.fact)
    if all(asked.values()):
        undetected = Comparison("mrd.status", "is", ("not_detected",))
        for limit in sorted(asked["mrd.level"] | asked["mrd.assay_sensitivity"], key=lambda each: each.magnitude):
            seen = Comparison("mrd.assay_sensitivity", "<=", (), limit)
            yield "mrd.level", Group("all", (undetected, seen, Comparison("mrd.level", ">=", (), limit)))
    if asked["mrd.level"] and "mrd.status" in coded:
        none = Comparison("mrd.level", "<=", (), Quantity(Decimal(0), "%"))
        yield "mrd.level", Group("all", (Comparison("mrd.status", "is", ("detected",)), none))


# What each derived fact is worked out from, itself included.
ORIGINS: Mapping[str, tuple[str, ...]] = {
    "patient.age": ("patient.age", "patient.birth_date"),
    SURFACE: (SURFACE, "patient.weight", "patient.height"),
    "mrd.level": ("mrd.level", "mrd.status", "mrd.assay_sensitivity"),
    "mrd.status": ("mrd.status", "mrd.level"),
    _ICE: (_ICE, *_ICE_ITEMS),
    **{f"change.{name}": (f"change.{name}", f"labs.{name}", f"baseline.{name}") for name in _COMPARED},
}

# Facts that are read together only if they are of one day, and so of one sample or one examination.
SAME_DAY = frozenset({"mrd.level", "mrd.status", "mrd.assay_sensitivity", _ICE, *_ICE_ITEMS})

# Facts that say something by having no day: an assay's sensitivity is then that of every sample.
UNDATED = frozenset({"mrd.assay_sensitivity"})


def origins(fact: str) -> tuple[str, ...]:
    """What the fact is worked out from, itself included; itself alone if it is not derived."""
    return ORIGINS.get(fact, (fact,))


def related(fact: str) -> frozenset[str]:
    """The fact, what it is worked out from, and what is worked out together with it."""
    return frozenset({fact, *(each for together in ORIGINS.values() if fact in together for each in together)})


def counted_from(fact: str) -> str:
    """The date from which a length of time is counted: the day of birth for an age, a date itself."""
    return next((each for each in origins(fact) if isinstance(FACTS[each], Dated)), fact)
