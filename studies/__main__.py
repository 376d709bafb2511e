"""Run the simulation study: ``python3 run.py studies [--runs 400] [--seed 1] [--out reports]``; takes some minutes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbeval.errors import NbevalError
from studies.study import write_study


def main(arguments: list[str] | None = None) -> int:
    """Run it, and say where its notebook and its page were written."""
    parser = argparse.ArgumentParser(prog="run.py studies", description="Simulate every interval and test of the reports.")
    parser.add_argument("--out", type=Path, default=Path("reports"), help="the folder for reports")
    parser.add_argument("--runs", type=int, default=400, help="simulated samples for the slowest methods")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same study")
    asked = parser.parse_args(arguments)
    try:
        for path in write_study(asked.out, runs=asked.runs, seed=asked.seed):
            sys.stdout.write(f"written  {path}\n")
    except NbevalError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
