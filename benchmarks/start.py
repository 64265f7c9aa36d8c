"""How long a start takes: `import blinadss`, and `blinadss assess` to the last line, beside bare Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS = {
    "python alone": ["-c", "pass"],
    "import pydantic, one model": ["-c", "import pydantic\nclass A(pydantic.BaseModel): x: int"],
    "import blinadss": ["-c", "import blinadss"],
    "import blinadss, load its knowledge": ["-c", "import blinadss; blinadss.load_knowledge()"],
    "blinadss assess": ["-m", "blinadss", "assess", str(ROOT / "docs" / "examples" / "patient.yaml")],
}


def seconds(arguments: list[str], runs: int = 11) -> float:
    """The median time of a whole process."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    bare = seconds(COMMANDS["python alone"])
    for name, arguments in COMMANDS.items():
        took = seconds(arguments)
        print(f"{name}: {took:.3f} s, {took / bare:.1f} times bare Python")
