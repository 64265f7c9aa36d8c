"""The store of what was read: as good as the files where it is sound, and ignored wherever there is any doubt."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
from datetime import date
from pathlib import Path

import pytest

import blinadss
from blinadss import compiled, loading
from blinadss.knowledge import KnowledgeBase

ON = date(2026, 11, 22)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(__file__).parent / "mistakes" / "valid", tmp_path / "criteria"))


@pytest.fixture
def store(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BLINADSS_CACHE", str(tmp_path / "cache"))
    place = compiled.stored(folder)
    assert place is not None
    return place


def kept(store: Path, folder: Path) -> KnowledgeBase:
    loaded = loading.load_knowledge(folder)
    compiled.keep(store, compiled.key_of(folder), loaded)
    return loaded


def recalled(store: Path, folder: Path) -> KnowledgeBase | None:
    return compiled.recall(store, compiled.key_of(folder))


def test_what_is_recalled_is_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINADSS_CACHE", str(tmp_path))
    folder = loading.shipped_criteria()
    store = compiled.stored(folder)
    assert store is not None
    read = kept(store, folder)
    again = recalled(store, folder)
    assert again is not None
    assert all(getattr(again, part) == getattr(read, part) for part in ("sources", "facts", "policies", "criteria"))
    assert (again.cautions, again.caution_notes, again.evidence) == (read.cautions, read.caution_notes, read.evidence)
    assert again.fingerprint == read.fingerprint
    del vars(again)["fingerprint"]
    assert again.fingerprint == read.fingerprint  # worked out anew
    profile = blinadss.load_profile({"disease": {"course": "relapsed", "cd19": "positive"}})
    answers = [blinadss.assess(profile, on=ON, policies=["all"], knowledge=each) for each in (read, again)]
    assert answers[0] == answers[1]


def test_a_change_of_any_file_changes_the_key(store: Path, folder: Path) -> None:
    kept(store, folder)
    assert recalled(store, folder) is not None
    path = folder / "p" / "shared.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("is positive", "is negative"), encoding="utf-8")
    assert recalled(store, folder) is None


@pytest.mark.parametrize("damage", ["nothing", "cut", "flipped", "longer", "not ours"])
def test_a_damaged_store_is_ignored(store: Path, folder: Path, damage: str) -> None:
    kept(store, folder)
    data = store.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    store.write_bytes(
        {"nothing": b"", "cut": data[:-10], "flipped": flipped, "longer": data + b"x", "not ours": b"hello" * 99}[
            damage
        ]
    )
    assert recalled(store, folder) is None


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch harmed",)


def test_nothing_but_plain_values_is_made_even_if_the_digest_is_right(
    store: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept(store, folder)
    payload = pickle.dumps(({"version": _Harmful()}, "sha256:0"))
    digest = hashlib.sha256(compiled.key_of(folder) + payload).digest()
    store.write_bytes(b"blinadss knowledge 1\n" + digest + payload)
    assert recalled(store, folder) is None
    assert not (tmp_path / "harmed").exists()


def test_a_store_that_others_can_write_is_ignored(store: Path, folder: Path) -> None:
    kept(store, folder)
    assert store.stat().st_mode & 0o077 == 0
    store.chmod(0o666)
    assert recalled(store, folder) is None


def test_a_store_of_somebody_else_is_ignored(store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(store, folder)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert recalled(store, folder) is None


@pytest.mark.parametrize("place", ["a file", "nowhere that can be made"])
def test_where_nothing_can_be_kept_nothing_is_said(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    monkeypatch.setenv(
        "BLINADSS_CACHE", str(tmp_path / "a file" / "below" if place != "a file" else tmp_path / "a file")
    )
    store = compiled.stored(folder)
    assert store is not None
    kept(store, folder)
    assert recalled(store, folder) is None


@pytest.mark.parametrize("named", ["", "relative/folder"])
def test_an_empty_or_relative_name_switches_it_off(folder: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("BLINADSS_CACHE", named)
    assert compiled.stored(folder) is None


def test_the_shipped_criteria_are_kept_and_recalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINADSS_CACHE", str(tmp_path))
    shipped = loading._shipped.__wrapped__  # noqa: SLF001 - without the memory of this process
    first = shipped()
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(loading, "_load", None)  # the files are not read again
    assert shipped().fingerprint == first.fingerprint
