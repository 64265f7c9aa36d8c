"""The testing kit: generated patients and criteria to throw at our criteria or at your own (extra ``[testing]``)."""

from __future__ import annotations

try:
    from blinadss.testing.revealing import revealing
    from blinadss.testing.strategies import criteria, near_threshold, policies, profiles, profiles_for
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "hypothesis":
        raise
    raise ModuleNotFoundError("the testing kit needs `pip install 'blinadss[testing]'`", name="hypothesis") from None

__all__ = ["criteria", "near_threshold", "policies", "profiles", "profiles_for", "revealing"]
