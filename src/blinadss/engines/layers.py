"""Columns in layers of SELECTs: each reads columns below it by name, so that nothing is worked out twice.

SELECT *, "a" + "b" AS "c" FROM (SELECT *, "x" * 2 AS "a" FROM …)
"""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from blinadss.engines.terms import column, copied, free_name, named


class Layers:
    """Columns that are added to those of a table, which are called ``reserved``."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._taken = {name.casefold() for name in reserved}
        self._layers: list[dict[str, exp.Expression]] = []
        self._stages: dict[str, int] = {}

    def add(self, name: str, sql: exp.Expression) -> exp.Expression:
        """A column of that name, or nearly, for the expression; what is a column already, or asks none, stays so."""
        asked = [each.name for each in sql.find_all(exp.Column)]
        if isinstance(sql, exp.Column) or not asked:
            return copied(sql)
        stage = 1 + max(self._stages.get(each, -1) for each in asked)
        free = free_name(name, self._taken)
        while len(self._layers) <= stage:
            self._layers.append({})
        self._layers[stage][free], self._stages[free] = sql, stage
        return column(free)

    @property
    def names(self) -> frozenset[str]:
        """What the columns are called that it has added."""
        return frozenset(self._stages)

    def over(self, table: exp.Expression) -> exp.Expression:
        """The table with the columns beside its own, as something to select from."""
        for number, layer in enumerate(self._layers):
            columns = [named(sql, name) for name, sql in layer.items()]
            inner = exp.Select(expressions=[exp.Star(), *columns]).from_(table, copy=False)
            table = inner.subquery(f"layer_{number}", copy=False)
        return table
