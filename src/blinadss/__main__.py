"""`python -m blinadss`."""

from blinadss.cli import main

raise SystemExit(main())
