"""How the profile declares a fact (`coded`, `measured`, `dated`, `presence`), and what pydantic needs to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from blinadss.errors import Mistake
from blinadss.kinds import EARLIEST, NEVER, Coded, Dated, Kind, Measured
from blinadss.observation import Mistakes, Observation, as_text, read_observations
from blinadss.quantity import Dimension

T = TypeVar("T")
# A month, or a year alone, which YAML takes for a number where nobody quotes it.
_PARTS: list[dict[str, Any]] = [
    {"type": "string", "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2]))?$"},
    {"type": "integer", "minimum": EARLIEST.year, "maximum": date.max.year},
]

_OR_LATER = {"type": "string", "pattern": "^>= [0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def coded(says: str, *codes: str) -> Any:  # noqa: ANN401 - stands for a field's default, as pydantic's Field does
    """A profile field that is one of ``codes``."""
    return _field(Coded(codes, says))


def presence(says: str) -> Any:  # noqa: ANN401
    """A profile field that is present or absent."""
    return coded(says, "present", "absent")


def measured(
    says: str, dimension: Dimension, *, least: str = "0", most: str = "Infinity", above_zero: bool = False
) -> Any:  # noqa: ANN401
    """A profile field with a unit, from ``least`` to ``most`` on its usual scale."""
    return _field(Measured(dimension, says, Decimal(least), Decimal(most), above_zero))


def dated(says: str, *, past: bool = True) -> Any:  # noqa: ANN401
    """A profile field that is a day; ``past`` if it must not lie after the day of assessment."""
    return _field(Dated(says, past))


def happened(says: str) -> Any:  # noqa: ANN401
    """A profile field that is the day of something in the past, or ``never``."""
    return _field(Dated(says, never=True))


def kind_of(info: FieldInfo) -> Kind:
    """The kind a profile field was declared with."""
    return next(mark.kind for mark in info.metadata if isinstance(mark, _Declared))


def scalar(raw: Any, read: Callable[[str], T]) -> T:  # noqa: ANN401
    """A top-level value of a profile, read from text; a mistake becomes pydantic's kind of error."""
    try:
        return read(as_text(raw))
    except Mistake as mistake:
        raise _error([((), mistake)]) from None


@dataclass(frozen=True)
class _Declared:
    """The annotation that makes pydantic read, write and describe a field by the fact's kind."""

    kind: Kind

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(_dumped)
        )

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        value = _value_schema(self.kind)
        observation = {
            "type": "object",
            "additionalProperties": False,
            "required": ["value"],
            "properties": {
                "value": value,
                "on": {"type": "string", "format": "date"},
                "method": {"type": "string"},
                "origin": {"type": "string"},
            },
        }
        if isinstance(self.kind, Measured) and "x ULN" in self.kind.dimension.scales():
            observation["properties"]["upper_limit"] = {"type": "string"}  # type: ignore[index]
        one = [value, observation]
        return {"anyOf": [*one, {"type": "array", "items": {"anyOf": one}}, {"type": "null"}]}

    def _read(self, raw: Any) -> tuple[Observation, ...]:  # noqa: ANN401
        try:
            return read_observations(raw, self.kind)
        except Mistakes as mistakes:
            raise _error(mistakes.found) from None


def _field(kind: Kind) -> FieldInfo:
    info = cast("FieldInfo", Field(default=(), description=kind.says))
    info.metadata.append(_Declared(kind))
    return info


def _error(mistakes: list[tuple[tuple[str | int, ...], Mistake]]) -> PydanticCustomError:
    return PydanticCustomError("fact", "{first}", {"first": str(mistakes[0][1]), "mistakes": mistakes})


def _dumped(seen: tuple[Observation, ...]) -> Any:  # noqa: ANN401
    dumped = [observation.dumped() for observation in seen]
    return dumped[0] if len(dumped) == 1 else dumped or None


def _value_schema(kind: Kind) -> dict[str, Any]:
    match kind:
        case Coded():
            return {"enum": list(kind.codes)}
        case Dated():
            forms: list[dict[str, Any]] = [{"type": "string", "format": "date"}]
            forms += _PARTS if kind.past else []
            forms += [_OR_LATER, {"const": NEVER}] if kind.never else []
            return {"anyOf": forms} if len(forms) > 1 else forms[0]
        case Measured():
            whole = kind.dimension.bare == "whole"
            return {"type": ["integer", "string"] if whole else "string", "examples": [kind.dimension.example]}
