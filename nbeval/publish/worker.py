"""Makes one report, in a process of its own: runs the notebook and writes every file of the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import nbformat

from nbeval.errors import NbevalError, RenderError
from nbeval.publish import faults
from nbeval.publish.agreement import disagreements
from nbeval.publish.document import Document, read_document
from nbeval.publish.execute import execute
from nbeval.publish.formats import FORMATS
from nbeval.publish.job import Task
from nbeval.publish.provenance import provenance, stamp, write
from nbeval.publish.scrub import notebook_bytes, scrub

LONGEST_LINE = 4000         # one write to a pipe is whole up to 4096 bytes


def make_report(task: Task) -> None:
    """Write the files of one report into its staging folder; ``provenance.json`` last, as its stamp.

    Parameters
    ----------
    task : Task
        The job, the folder and the formats.

    Raises
    ------
    RenderError
        The notebook failed, or a format could not be made.
    OutputError
        The folder could not be written to.
    """
    job = task.job
    executed = execute(job.notebook, job.parameters, engine=task.engine)
    notebook = scrub(executed, {"kind": job.kind, "title": job.title, "language": job.language,
                                "invented": task.origin.invented, "stamp": stamp(task)})
    content = notebook_bytes(notebook)
    document = read_document(nbformat.reads(content.decode("utf-8"), as_version=4))
    outputs = {"report.ipynb": content}
    if document.results:
        outputs["results.csv"] = document.results.encode("utf-8")
    outputs |= _formats(task, document)
    try:
        for file, content in outputs.items():
            (task.place / file).write_bytes(content)
        write(provenance(task, document, outputs), task.place)
    except OSError as error:
        raise faults.output_error(error) from None


def _formats(task: Task, document: Document) -> dict[str, bytes]:
    """The files of all formats, by name; refused where one shows other numbers than the exhibits hold."""
    silent = [shown.exhibit.id for shown in document.exhibits if shown.exhibit.figure and not shown.exhibit.figure.alt]
    if silent:
        raise RenderError(f"a figure of '{document.title}' has no words for those who cannot see it.",
                          found=", ".join(silent), do="give the figure its alternative text.")
    made = {name: _made(name, document) for name in task.formats}
    wrong = disagreements(document, made)
    if wrong:
        raise RenderError(f"the formats of '{document.title}' do not agree with its exhibits.",
                          found="\n".join(wrong[:5]), do="report the fault with the lines above.")
    return {FORMATS[name].file: content for name, content in made.items()}


def _made(name: str, document: Document) -> bytes:
    """One format of a document; a fault in making it becomes a RenderError with its place in the code."""
    try:
        return FORMATS[name].make(document)
    except NbevalError:
        raise
    except Exception as error:
        raise RenderError(
            f"the {FORMATS[name].name} of '{document.title}' could not be made: {type(error).__name__}.",
            where=faults.place_in_package(error.__traceback__),
            do="render without this format, and report the fault with the line above.",
        ) from None


def outcome_of(task: Task, make: Callable[[Task], None] = make_report) -> bytes:
    """Make a report and say what became of it, as one line."""
    try:
        make(task)
        line: dict[str, Any] = {"number": task.number, "fault": None}
    except NbevalError as error:
        line = {"number": task.number, "fault": faults.describe(error)}
    except Exception as error:
        unexpected = RenderError(
            f"making '{task.job.title}' failed with {type(error).__name__}.",
            where=faults.place_in_package(error.__traceback__), do="report the fault with the line above.")
        line = {"number": task.number, "fault": faults.describe(unexpected)}
    return _one_line(line)


def _one_line(line: dict[str, Any]) -> bytes:
    """The record as one line, its texts shortened until it fits one write."""
    longest = 700
    while len(encoded := (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8")) > LONGEST_LINE:
        longest //= 2
        line["fault"] = {name: text[:longest] for name, text in line["fault"].items()}
    return encoded


def main() -> None:
    """Make the report whose task stands on standard input; used where processes cannot be forked."""
    answer = sys.stdout.buffer
    line = outcome_of(Task.from_json(json.loads(sys.stdin.readline())))
    answer.write(line)
    answer.flush()


if __name__ == "__main__":
    main()
