"""The file of a patient that a command is about: a profile of ours, or a record in FHIR."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from blinadss.errors import ProfileError, UsageError
from blinadss.intake import located, read_patient
from blinadss.profile import PatientProfile
from blinadss.reading import Node

if TYPE_CHECKING:
    from blinadss.fhir.mapping import Import
    from blinadss.knowledge import KnowledgeBase

KINDS = ("auto", "profile", "fhir")
# The options of a command whose patient's file may be FHIR though nothing more can be said of it.
NO_RECORD: Mapping[str, Any] = {"kind": "auto", "patient": None, "on": None}


@dataclass(frozen=True)
class PatientFile:
    """A patient as read from a file, the day of assessment, and where things stand in the file, if it is a profile."""

    profile: PatientProfile
    on: date
    node: Node | None = None
    imported: Import | None = None

    @property
    def subject(self) -> str | None:
        """The patient as the record in FHIR refers to it."""
        return self.imported.subject if self.imported else None

    def passages(self, *, width: int, colour: bool) -> str:
        """What a record in FHIR says in prose that may be about what is not known; nothing of any other file."""
        if self.imported is None:
            return ""
        from blinadss.fhir.mapping_page import passages_text

        return passages_text(self.imported, width=width, colour=colour)

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Say of what is wrong with the profile where it stands in the patient's file."""
        try:
            yield
        except ProfileError as error:
            raise (located(error, self.node) if self.node else error) from None


def read_patient_file(options: argparse.Namespace, knowledge: KnowledgeBase, today: date) -> PatientFile:
    """The patient whose file a command names, as of the day that it names, or that the profile does, or of ``today``.

    What was read from FHIR is said in one line on standard error, in which nothing of the patient stands.
    """
    source = content_of(options)
    if is_fhir(options.kind, source):
        made = import_file(options, source, knowledge, today)
        print(_said(made), file=sys.stderr)
        return PatientFile(made.profile, made.assessed_on, imported=made)
    if options.patient:
        raise UsageError("`--patient` names a patient of a record in FHIR", "a profile is of one patient; leave it out")
    profile, node = read_patient(options.profile, source if isinstance(source, bytes) else None)
    return PatientFile(profile, options.on or profile.assessed_on or today, node)


def content_of(options: argparse.Namespace) -> str | bytes:
    """The path of the file, or what stands on standard input, where it must be looked at to know what it is."""
    if options.profile != "-" or options.kind != "auto":
        return str(options.profile)
    from blinadss.fhir.parsing import LARGEST

    content = sys.stdin.buffer.read(LARGEST + 1)
    if len(content) > LARGEST:
        hint = "say `--from fhir` if it is one resource in each line (NDJSON), which has no limit"
        raise UsageError(f"standard input: is larger than {LARGEST:,} bytes", hint)
    return content


def import_file(options: argparse.Namespace, source: str | bytes, knowledge: KnowledgeBase, today: date) -> Import:
    """The record in FHIR that a command names, read as of the day that it names or of ``today``."""
    from blinadss.fhir.importing import read

    return read(source, on=options.on or today, patient=options.patient, knowledge=knowledge)


def is_fhir(kind: str, source: str | bytes) -> bool:
    """Whether the file is FHIR: as the caller says, or as it looks."""
    if kind != "auto":
        return kind == "fhir"
    from blinadss.fhir.detection import looks_like_fhir

    return looks_like_fhir(source)


def _said(made: Import) -> str:
    from blinadss.fhir.mapping_page import summary

    return f"note: {summary(made)} See `blinadss import`."
