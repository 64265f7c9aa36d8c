"""What every test may use: every engine in turn, and one hypothesis profile for all."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from blinadss.engines import makers_here

# The same examples in every run, so that a red run can be repeated; `HYPOTHESIS_PROFILE=long` searches anew and longer.
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("default", deadline=None, derandomize=True, max_examples=300, suppress_health_check=_QUIET)
settings.register_profile("long", deadline=None, max_examples=5000, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(params=sorted(makers_here()), scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each engine in turn."""
    return str(request.param)
