"""Synthetic cohorts: made-up patients, seeded, in tables of any size, to try things on (extra ``cohort``).

They are plausible and no epidemiology: nothing may be learnt from them about patients.
"""

from blinadss.synthetic.distribution_files import read_distribution
from blinadss.synthetic.files import write_synthetic
from blinadss.synthetic.query import synthetic_cohort

__all__ = ["read_distribution", "synthetic_cohort", "write_synthetic"]
