"""What the commands on records in FHIR do."""

from __future__ import annotations

import argparse

from blinadss.commands import knowledge_of, look, today
from blinadss.output import target_of, write
from blinadss.patient_files import import_file


def import_(options: argparse.Namespace) -> int:
    """Show the profile that a record in FHIR gives, with the mapping report."""
    from blinadss.fhir.mapping_page import import_markdown, import_text, profile_yaml

    target = target_of(options)
    made = import_file(options, options.profile, knowledge_of(options), today())
    match options.format:
        case "json":
            content = made.model_dump_json(indent=2) + "\n"
        case "yaml":
            content = profile_yaml(made.profile)
        case "markdown":
            content = import_markdown(made)
        case _:
            width, colour = look(target)
            content = import_text(made, width=width, colour=colour)
    write(target, content)
    return 0
