"""Tables of patients: where one comes from, and where what is answered about it goes (extra ``cohort``)."""

from blinadss.tables.outputs import checked_target, write_quarantine, write_table
from blinadss.tables.running import run
from blinadss.tables.sources import Source, open_source

__all__ = ["Source", "checked_target", "open_source", "run", "write_quarantine", "write_table"]
