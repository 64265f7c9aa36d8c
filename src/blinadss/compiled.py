"""The shipped knowledge, kept ready to load: what was read, stored until the files or the library change.

Reading and checking all criteria takes a good part of a second; loading the result
takes milliseconds. The store is keyed by the content of every file, and it is never
trusted: another key, another owner, other permissions, a wrong digest or any class but
our own plain ones, and it is ignored and the files are read. It lies in the user's cache
folder, or in the folder that ``BLINADSS_CACHE`` names; an empty name switches it off.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any

from blinadss import errors, expression, knowledge, quantity, schedule, statements, terminology, treatment
from blinadss.knowledge import KnowledgeBase
from blinadss.terminology import Terminology

_PACKAGE = Path(__file__).parent
_MAGIC = b"blinadss knowledge 1\n"
_PARTS = tuple(field.name for field in fields(KnowledgeBase))
_PLAIN: dict[tuple[str, str], Any] = {
    (kind.__module__, kind.__qualname__): kind
    for module in (errors, expression, knowledge, quantity, schedule, statements, terminology, treatment)
    for kind in vars(module).values()
    if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__")
} | {("decimal", "Decimal"): Decimal, ("datetime", "date"): date, ("datetime", "timedelta"): timedelta}


def stored(folder: Path) -> Path | None:
    """Where the knowledge of that folder is kept, or nothing if nothing is to be kept."""
    named = os.environ.get("BLINADSS_CACHE")
    if named is None:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - never raises
        named = str(Path(home) / "blinadss")
    if not named or not Path(named).is_absolute():
        return None
    return Path(named) / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.knowledge"


def key_of(folder: Path) -> bytes:
    """A hash of everything that what is read depends on: each file's name and content, the library, the interpreter."""
    key = hashlib.sha256(f"{sys.implementation.cache_tag} {folder.resolve()}".encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        about = path.stat()
        key.update(f"\n{path.name} {about.st_size} {about.st_mtime_ns}".encode())
    for path in sorted(folder.rglob("*")):
        if not path.is_dir():
            key.update(f"\n{path.relative_to(folder).as_posix()} ".encode())
            key.update(hashlib.sha256(path.read_bytes()).digest())
    return key.digest()


def recall(path: Path, key: bytes) -> KnowledgeBase | None:
    """The knowledge kept under that key, or nothing if it is not there or there is any doubt about it."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not _ours(about):
                return None
            data = file.read()
        magic, digest, payload = data[: len(_MAGIC)], data[len(_MAGIC) : len(_MAGIC) + 32], data[len(_MAGIC) + 32 :]
        if magic != _MAGIC or hashlib.sha256(key + payload).digest() != digest:
            return None
        parts, fingerprint = _Unpickler(io.BytesIO(payload)).load()
        frozen: dict[str, Any] = {name: _frozen(part) for name, part in parts.items()}
        loaded = KnowledgeBase(**frozen)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the files are read instead
        return None
    vars(loaded)["fingerprint"] = fingerprint  # which takes longer to work out than all the rest to load
    return loaded


def keep(path: Path, key: bytes, loaded: KnowledgeBase) -> None:
    """Keep the knowledge under that key; where that cannot be done, nothing is kept and nothing is said."""
    parts = {name: _thawed(getattr(loaded, name)) for name in _PARTS}
    payload = pickle.dumps((parts, loaded.fingerprint), protocol=5)
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:  # readable and writable by its owner alone
            file.write(_MAGIC + hashlib.sha256(key + payload).digest() + payload)
        Path(file.name).replace(path)


def _ours(about: os.stat_result) -> bool:
    """Whether a file is an ordinary one that nobody but its owner, who is the user, can have written."""
    if not stat.S_ISREG(about.st_mode) or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return False
    return not hasattr(os, "getuid") or about.st_uid == os.getuid()


class _Unpickler(pickle.Unpickler):
    """Makes values of our own plain classes, numbers, texts and dates, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        if (module, name) not in _PLAIN:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of the knowledge")
        return _PLAIN[module, name]


def _thawed(part: object) -> object:
    if isinstance(part, Terminology):
        return _each(part, _thawed)
    return dict(part) if isinstance(part, Mapping) else part


def _frozen(part: object) -> object:
    if isinstance(part, Terminology):
        return _each(part, _frozen)
    return MappingProxyType(part) if isinstance(part, dict) else part


def _each(part: Terminology, change: Callable[[object], object]) -> Terminology:
    changed: dict[str, Any] = {field.name: change(getattr(part, field.name)) for field in fields(part)}
    return Terminology(**changed)
