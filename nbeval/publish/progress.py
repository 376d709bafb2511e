"""Shows a batch while it runs: a table that moves on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WORDS = {"written": "written", "unchanged": "unchanged", "failed": "FAILED", "left": "not made"}
_STYLES = {"written": "green", "unchanged": "dim", "failed": "bold red", "left": "yellow"}


class BatchProgress:
    """One line per report; on a terminal also a bar over all and the reports that are running."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._running: dict[str, float] = {}
        self._bar = Progress(TextColumn("Reports"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                             console=self._console)
        self._task = self._bar.add_task("reports", total=total)
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> BatchProgress:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def started(self, folder: str) -> None:
        """A report has begun."""
        self._running[folder] = time.monotonic()

    def ended(self, folder: str, state: str, seconds: float = 0.0) -> None:
        """A report is done with, one way or another."""
        self._running.pop(folder, None)
        self._bar.advance(self._task)
        time_taken = f"  {seconds:.1f} s" if seconds else ""
        self._console.print(Text(f"{WORDS[state]:<10} {folder}{time_taken}", style=_STYLES[state]), soft_wrap=True)

    def _table(self) -> Group:
        """What a terminal shows at this moment."""
        table = Table.grid(padding=(0, 2))
        for folder, since in self._running.items():
            table.add_row(Text("running", style="cyan"), Text(folder), f"{time.monotonic() - since:.0f} s")
        return Group(table, self._bar)
