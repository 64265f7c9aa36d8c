"""The engines by name. A new one is listed here, and every test and law runs on it from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from blinadss.engines.agreement import Agreement, EngineDisagreement, Panel
from blinadss.engines.conclusion import Conclusions, Engine
from blinadss.engines.reference import ReferenceEngine
from blinadss.installed import missing, require
from blinadss.knowledge import Policy

Maker = Callable[..., Engine]

_HERE: dict[str, Callable[[Policy], Engine]] = {"reference": ReferenceEngine}
ABSENT: dict[str, str] = {}  # engines that cannot run here, and why

try:
    from blinadss.engines.durable import DurableEngine
except ImportError:  # durable-rules cannot be installed for Python 3.13 and newer
    ABSENT["durable"] = "durable-rules cannot be imported here"
else:
    _HERE["durable"] = DurableEngine

ENGINES: Mapping[str, Callable[[Policy], Engine]] = _HERE  # those that answer unless others are named

# Engines that answer only where they are named, and that import what they need only then.
NAMED: Mapping[str, tuple[str, ...]] = {"columnar": ("duckdb", "sqlglot")}


def maker_of(name: str) -> Maker:
    """What makes the engine of that name. Raises `UsageError` if what it needs is not installed."""
    if name not in NAMED:
        return ENGINES[name]
    require(f"the engine `{name}`", NAMED[name], "cohort")
    from blinadss.engines.columnar import ColumnarEngine

    return ColumnarEngine


def makers_here() -> dict[str, Maker]:
    """What makes each engine that can run here, those included that must be named."""
    named = [name for name, packages in NAMED.items() if not missing(packages)]
    return {name: maker_of(name) for name in (*ENGINES, *named)}


__all__ = [
    "ABSENT",
    "ENGINES",
    "NAMED",
    "Agreement",
    "Conclusions",
    "Engine",
    "EngineDisagreement",
    "Panel",
    "maker_of",
    "makers_here",
]
