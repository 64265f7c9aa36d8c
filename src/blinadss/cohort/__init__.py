"""Cohorts: the same criteria asked of a table of patients, by one SQL query (extra ``cohort``)."""
