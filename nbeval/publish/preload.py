"""Imported once by the server that forks the processes of reports: imports and reads what all of them need."""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from nbeval.publish.workers import SETTINGS


def run(settings: dict[str, Any]) -> None:
    """Import the modules and make the call of the settings; what fails will be said by the report that needs it.

    A run that was stopped meanwhile needs nothing of it: the server ends at its next step.
    """
    run_that_asked = os.getppid()
    os.environ.update(settings["environment"])
    # jsonschema would build a grammar of addresses with it, in a second or more; no notebook needs one
    sys.modules.setdefault("rfc3987_syntax", None)
    for name in settings["modules"]:
        with suppress(ImportError):
            import_module(name)
        if os.getppid() != run_that_asked:
            os._exit(0)
    if settings["call"]:
        module, function, argument = settings["call"].split(":")
        with suppress(Exception):
            getattr(import_module(module), function)(argument)
    with suppress(Exception):
        from nbeval.release.provenance import software

        software()
    gc.collect()
    gc.freeze()


if SETTINGS in os.environ:
    run(json.loads(os.environ.pop(SETTINGS)))
