"""Where a command writes: to standard output, or to a file that appears complete or not at all."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from blinadss.errors import UsageError


def target_of(options: argparse.Namespace) -> Path | None:
    """The file to write to, refused before any work is done if it would be overwritten."""
    if options.output is None or options.output == "-":
        return None
    target = Path(options.output)
    if target.exists() and not options.force:
        raise UsageError(f"{target}: there is such a file already", "name another, or add `--force` to replace it")
    if not target.parent.is_dir():
        raise UsageError(f"{target}: there is no folder `{target.parent}`", "make the folder first")
    return target


def write(target: Path | None, text: str) -> None:
    """The whole text to standard output, or to a file that appears complete or not at all."""
    if target is None:
        sys.stdout.write(text)
        return
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
            try:
                file.write(text)
            except BaseException:
                Path(file.name).unlink()
                raise
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as problem:
        raise UsageError(f"{target}: cannot be written: {problem.strerror}") from None
