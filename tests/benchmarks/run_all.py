"""Run every benchmark of this folder: each module named bench_*.py that has a ``main``.

    python3 run.py bench             all of them
    python3 run.py bench levels      those whose name contains a word
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def main(words: list[str]) -> int:
    """Run the benchmarks whose name contains one of the words, or all; 2 where there is none."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    names = [path.stem for path in sorted(HERE.glob("bench_*.py")) if not words or any(word in path.stem for word in words)]
    if not names:
        print(f"no benchmark is named so; there are {', '.join(path.stem for path in sorted(HERE.glob('bench_*.py')))}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name in names:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        if not hasattr(module, "main"):
            continue
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}")
        start = time.perf_counter()
        module.main()
        print(f"({time.perf_counter() - start:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
