"""The engines by name. A new one is listed here, and every test and law runs on it from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from blinadss.engines.conclusion import Conclusions, Engine
from blinadss.engines.reference import ReferenceEngine
from blinadss.knowledge import Policy

ENGINES: Mapping[str, Callable[[Policy], Engine]] = {"reference": ReferenceEngine}

__all__ = ["ENGINES", "Conclusions", "Engine"]
