"""`python -m transform`: the command of the container image."""

import sys

from transform.main import main

sys.exit(main())
