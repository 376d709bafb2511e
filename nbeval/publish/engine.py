"""A papermill engine that runs a notebook inside the process it is called in, without a kernel.

The process must be one that nobody else uses: a child forked for one report, or a papermill run of its own.
What the cells show is what a stock kernel would have stored; a test compares the two.
"""

from __future__ import annotations

import sys
from typing import Any

import nbformat
from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output
from papermill.engines import Engine
from traitlets import Type
from traitlets.config import Config

CONFIG = Config({
    "HistoryManager": {"enabled": False},
    "InteractiveShell": {"colors": "nocolor", "xmode": "Minimal"},
})


class ValueHook(DisplayHook):
    """Shows the value of a cell as a display that knows its number."""

    def write_output_prompt(self) -> None:
        """A notebook has no output prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Show the value in all the forms it has."""
        self.shell.display_pub.publish(format_dict, md_dict, transient={"execution_count": self.prompt_count})

    def finish_displayhook(self) -> None:
        """Nothing to flush."""


class ReportShell(InteractiveShell):
    """A shell with nobody in front of it."""

    displayhook_class = Type(ValueHook)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.builtin_trap.auto_builtins["input"] = self.raw_input
        self._errors: list[Any] = []

    def take_errors(self) -> list[Any]:
        """The errors shown since the last time."""
        errors, self._errors = self._errors, []
        return errors

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        """Keep the error of a cell as a stock kernel does."""
        self._errors.append(nbformat.v4.new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb)))

    def raw_input(self, prompt: str = "") -> str:
        """Nobody is there to answer."""
        raise StdinNotImplementedError("a report is made without anybody to answer input()")

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show."""

    def ask_exit(self) -> None:
        """``exit`` ends the report, unfinished."""
        raise SystemExit


class NbevalEngine(Engine):
    """Runs the cells one after another; displays first, then what a cell printed. Saves once, at the end."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Run every code cell; stop at the first that fails."""
        save, nb_man.save = nb_man.save, lambda **_: None
        main = sys.modules["__main__"]          # the shell puts its own there
        shell = ReportShell.instance(config=CONFIG)
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                if cell.cell_type == "code" and cell.source.strip() and not _run(shell, cell):
                    nb_man.cell_exception(cell, cell_index=index)
                    break
                nb_man.cell_complete(cell, cell_index=index)
        finally:
            nb_man.save, sys.modules["__main__"] = save, main
            ReportShell.clear_instance()


def _run(shell: ReportShell, cell: Any) -> bool:
    """Run one cell and keep what it shows; whether it succeeded."""
    cell.execution_count = shell.execution_count
    with capture_output() as shown:
        done = shell.run_cell(cell.source, store_history=True)
    cell.outputs = [_display(one) for one in shown.outputs]
    cell.outputs += [nbformat.v4.new_output("stream", name=name, text=text)
                     for name, text in (("stdout", shown.stdout), ("stderr", shown.stderr)) if text]
    cell.outputs += shell.take_errors()
    return done.success


def _display(one: RichOutput) -> Any:
    """A display or the value of a cell, as a notebook keeps it."""
    data, about = json_clean(encode_images(one.data)), json_clean(one.metadata or {})
    count = (one.transient or {}).get("execution_count")
    kind = {"output_type": "execute_result", "execution_count": count} if count else {"output_type": "display_data"}
    return nbformat.v4.new_output(**kind, data=data, metadata=about)
