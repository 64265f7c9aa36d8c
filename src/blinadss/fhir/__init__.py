"""FHIR R4 in and out: records become profiles with a report of what was used, answers become resources."""
