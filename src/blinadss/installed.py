"""Whether the packages of an extra are installed, asked before they are imported."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from blinadss.errors import UsageError


def missing(packages: Iterable[str]) -> list[str]:
    """Those that cannot be imported here."""
    return [package for package in packages if find_spec(package) is None]


def require(what: str, packages: Iterable[str], extra: str) -> None:
    """Raise `UsageError` if something needs packages that cannot be imported here."""
    absent = " and ".join(f"`{package}`" for package in missing(packages))
    if absent:
        raise UsageError(f"{what} needs {absent}, which cannot be imported here", f"install `blinadss[{extra}]`")
