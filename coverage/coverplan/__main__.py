"""`python -m coverplan` is the command `coverplan`."""

import sys

from coverplan.cli import main

sys.exit(main())
