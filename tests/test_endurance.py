"""Threads, forked processes, and memory over many assessments; `make endure` watches memory for longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "endure.py"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_threads_and_forks_give_the_answers_of_one_thread_and_memory_does_not_grow() -> None:
    # every thread asks each of the hundred patients, and half of them again
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, str(SCRIPT), "--threads", "8", "--each", "150", "--memory", "4000"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("none differ") == 2
