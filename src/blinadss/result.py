"""What every part of an assessment can do: be written out as pydantic models are, and be made fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, Literal, TypeVar, cast

from pydantic import TypeAdapter


class Result:
    """A part of an assessment; immutable, and written out as pydantic models are."""

    __slots__ = ()

    def model_dump(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """The result as plain dicts and tuples; with ``mode="json"``, as JSON would hold it."""
        dumped: dict[str, Any] = _adapter(type(self)).dump_python(self, mode=mode)
        return dumped

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """The result as JSON text."""
        return _adapter(type(self)).dump_json(self, indent=indent).decode()

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of the result."""
        return _adapter(cls).json_schema(mode="serialization")


_ADAPTERS: dict[type[Result], TypeAdapter[Any]] = {}


def _adapter(result: type[Result]) -> TypeAdapter[Any]:
    """Pydantic's writer for one kind of result, made when first needed: building it costs milliseconds."""
    if result not in _ADAPTERS:
        _ADAPTERS[result] = TypeAdapter(result)
    return _ADAPTERS[result]


T = TypeVar("T", bound=Result)


def maker(kind: type[T]) -> Callable[..., T]:
    """What makes results of one kind, five times as fast as its constructor, which sets fields as a frozen class must.

    An ordinary object of the same layout is filled, and then made one of the kind.
    """
    draft = make_dataclass("Draft", [each.name for each in fields(kind)], bases=(Result,), slots=True)  # type: ignore[arg-type]

    def made(*values: object) -> T:
        result: Any = draft(*values)
        result.__class__ = kind
        return cast("T", result)

    return made
