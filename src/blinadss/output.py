"""Where a command writes: to standard output, or to a file that appears whole or not at all; and its patience."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blinadss.errors import UsageError


def target_of(options: argparse.Namespace) -> Path | None:
    """The file to write to, refused before any work is done if it would be overwritten."""
    if options.output is None or options.output == "-":
        if options.format == "pdf" and sys.stdout.isatty():
            raise UsageError("a PDF cannot be shown on a terminal", "write it to a file with `-o report.pdf`")
        return None
    return free(Path(options.output), force=options.force)


def free(target: Path, *, force: bool) -> Path:
    """The file, if it may be written; raises `UsageError` if there is one and no ``force``, or there is no folder."""
    if target.is_dir():
        raise UsageError(f"{target}: is a folder", "name a file in it")
    if target.exists() and not force:
        raise UsageError(f"{target}: there is such a file already", "name another, or add `--force` to replace it")
    if not target.parent.is_dir():
        raise UsageError(f"{target}: there is no folder `{target.parent}`", "make the folder first")
    return target


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A file beside the target to write, which takes its place when all is written, and is gone if not."""
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:100]}.", delete=False) as file:
            written = Path(file.name)
        try:
            yield written
            written.chmod(0o644)
            written.replace(target)
        finally:
            written.unlink(missing_ok=True)
    except OSError as problem:
        raise UsageError(f"{target}: cannot be written: {problem.strerror or problem}") from None


def write(target: Path | None, content: str | bytes) -> None:
    """All of it to standard output, or to a file that appears complete or not at all."""
    if target is None:
        if isinstance(content, bytes):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content)
        return
    with whole(target) as file:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


@contextmanager
def patience(what: str) -> Iterator[None]:
    """While it lasts, say on a terminal what is being done, from the first second on, and take it back in the end."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()

    def say() -> None:
        seconds = 0
        while not done.wait(1):
            seconds += 1
            sys.stderr.write(f"\r{what} … {seconds} s")
            sys.stderr.flush()
        if seconds:
            sys.stderr.write("\r\x1b[K")

    speaker = threading.Thread(target=say, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        done.set()
        speaker.join()
