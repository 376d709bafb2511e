"""``python -m nbeval``."""

import sys

from nbeval.cli import main

sys.exit(main())
