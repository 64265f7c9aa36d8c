"""The engines by name. A new one is listed here, and every test and law runs on it from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from blinadss.engines.agreement import Agreement, EngineDisagreement, Panel
from blinadss.engines.conclusion import Conclusions, Engine
from blinadss.engines.reference import ReferenceEngine
from blinadss.knowledge import Policy

_HERE: dict[str, Callable[[Policy], Engine]] = {"reference": ReferenceEngine}
ABSENT: dict[str, str] = {}  # engines that cannot run here, and why

try:
    from blinadss.engines.durable import DurableEngine
except ImportError:  # durable-rules cannot be installed for Python 3.13 and newer
    ABSENT["durable"] = "durable-rules cannot be imported here"
else:
    _HERE["durable"] = DurableEngine

ENGINES: Mapping[str, Callable[[Policy], Engine]] = _HERE

__all__ = ["ABSENT", "ENGINES", "Agreement", "Conclusions", "Engine", "EngineDisagreement", "Panel"]
