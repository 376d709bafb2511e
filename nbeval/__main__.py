"""``python -m nbeval`` and the command ``nbeval``."""

import sys

from nbeval.errors import STOPPED


def run() -> int:
    """Run a command; Ctrl-C while the packages are still being read is a line, as it is later on."""
    try:
        from nbeval.cli.app import main
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing had been begun.\n")
        return STOPPED
    return main()


if __name__ == "__main__":
    sys.exit(run())
