"""Names and texts as they stand in SQL, in which nothing in them acts."""

from __future__ import annotations


def name_of(name: str) -> str:
    """The name of a column or a table, in quotation marks, so that any name will do."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text as a value.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(text).replace("'", "''") + "'"
