"""A papermill engine that runs a notebook inside the process it is called in, without a kernel.

The process must be one that nobody else uses: a child forked for one report, or a papermill run of
its own. What the cells show is what a stock kernel would have stored; a test compares the two.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import nbformat
from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine
from traitlets import Any as AnyTrait
from traitlets import Type
from traitlets.config import Config

CONFIG = Config({
    "HistoryManager": {"enabled": False},
    "InteractiveShell": {"colors": "nocolor", "xmode": "Minimal"},
})


class Outputs:
    """The outputs of the cell that is running, and where displays that can be updated stand."""

    def __init__(self) -> None:
        self.current: list[Any] = []
        self.by_display: dict[str, list[Any]] = {}
        self._clear_at_next = False

    def start_cell(self, outputs: list[Any]) -> None:
        """Send what follows to the outputs of another cell."""
        self.current = outputs
        self._clear_at_next = False

    def add(self, output: Any, display_id: str | None = None) -> None:
        """Add one output; text to the stream before it, where that is the same stream."""
        if self._clear_at_next:
            self.current.clear()
            self._clear_at_next = False
        last = self.current[-1] if self.current else None
        if output.output_type == "stream" and last and last.get("name") == output.name:
            last.text += output.text
            return
        self.current.append(output)
        if display_id:
            self.by_display.setdefault(display_id, []).append(output)

    def update(self, display_id: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Replace what a display shows, wherever it stands."""
        for output in self.by_display.get(display_id, ()):
            output["data"], output["metadata"] = data, metadata

    def clear(self, wait: bool) -> None:
        """Clear the cell's outputs, now or when the next one comes."""
        if wait:
            self._clear_at_next = True
        else:
            self.current.clear()


class Stream(io.TextIOBase):
    """Standard output or error of the running cell."""

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = name
        self._outputs = outputs

    encoding = "utf-8"

    def writable(self) -> bool:
        """A stream can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep the text as an output of the running cell."""
        if text:
            self._outputs.add(nbformat.v4.new_output("stream", name=self.name, text=text))
        return len(text)


class Publisher(DisplayPublisher):
    """Keeps what ``display`` shows."""

    outputs = AnyTrait()

    def publish(self, data: dict[str, Any], metadata: dict[str, Any] | None = None, *,
                transient: dict[str, Any] | None = None, update: bool = False, **kwargs: Any) -> None:
        """Keep one display, or update earlier ones of the same id."""
        clean, about = json_clean(encode_images(data)), json_clean(metadata or {})
        display_id = (transient or {}).get("display_id")
        if update:
            self.outputs.update(display_id, clean, about)
            return
        self.outputs.add(nbformat.v4.new_output("display_data", data=clean, metadata=about), display_id)

    def clear_output(self, wait: bool = False) -> None:
        """Clear what the cell has shown so far."""
        self.outputs.clear(wait)


class Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    outputs = AnyTrait()

    def write_output_prompt(self) -> None:
        """A notebook has no output prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep the value in all the forms it has."""
        self.outputs.add(nbformat.v4.new_output(
            "execute_result", data=json_clean(encode_images(format_dict)), metadata=json_clean(md_dict or {}),
            execution_count=self.prompt_count,
        ))

    def finish_displayhook(self) -> None:
        """Nothing to flush."""


class ReportShell(InteractiveShell):
    """The shell in which the cells of one report run."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    outputs = AnyTrait()

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        """Keep the error of a cell as a stock kernel does."""
        self.outputs.add(nbformat.v4.new_output(
            "error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb)))

    def raw_input(self, prompt: str = "") -> str:
        """Nobody is there to answer."""
        raise StdinNotImplementedError("a report is made without anybody to answer input()")

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show."""

    def ask_exit(self) -> None:
        """``exit`` ends the report, unfinished."""
        raise SystemExit


@contextmanager
def _shell(outputs: Outputs) -> Iterator[ReportShell]:
    """A shell whose outputs are kept, with the process put back as it was afterwards."""
    kept = sys.stdout, sys.stderr, sys.modules["__main__"], sys.displayhook
    shell = ReportShell.instance(config=CONFIG, outputs=outputs)
    shell.display_pub.outputs = shell.displayhook.outputs = outputs
    shell.builtin_trap.auto_builtins["input"] = shell.raw_input
    sys.stdout, sys.stderr = Stream("stdout", outputs), Stream("stderr", outputs)
    try:
        yield shell
    finally:
        sys.stdout, sys.stderr, sys.modules["__main__"], sys.displayhook = kept
        ReportShell.clear_instance()


class NbevalEngine(Engine):
    """Runs the cells one after another in this process; saves once, at the end."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Run every code cell; stop at the first that fails."""
        save, nb_man.save = nb_man.save, lambda **_: None
        outputs = Outputs()
        try:
            with _shell(outputs) as shell:
                for index, cell in enumerate(nb_man.nb.cells):
                    nb_man.cell_start(cell, index)
                    if not cls._run(shell, outputs, cell):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                    nb_man.cell_complete(cell, cell_index=index)
        finally:
            nb_man.save = save

    @staticmethod
    def _run(shell: ReportShell, outputs: Outputs, cell: Any) -> bool:
        """Run one cell; whether it succeeded."""
        if cell.cell_type != "code" or not cell.source.strip():
            return True
        outputs.start_cell(cell.outputs)
        cell.execution_count = shell.execution_count
        return shell.run_cell(cell.source, store_history=True).success
