"""`python -m blinadss.spark IN OUT`: see `job`."""

from blinadss.spark.job import main

if __name__ == "__main__":
    raise SystemExit(main())
