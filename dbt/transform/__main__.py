"""`python -m transform`: the command of the container image."""

import gc
import sys

from transform.main import main

# dbt keeps nearly all that it makes until the job ends: looking for cycles at every 700 objects finds next to nothing.
gc.set_threshold(50_000, 50, 50)
sys.exit(main())
