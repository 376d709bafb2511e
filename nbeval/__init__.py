"""nbeval: from confidential exports to evaluation reports that a reviewer can re-execute.

The few functions a notebook or a script needs; the commands of ``nbeval --help`` call the same ones.
Where a number comes from is told by ``nbeval.pipeline``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbeval.study import open_report, open_study

__version__ = "0.1.0"

_WHERE = {"open_study": "study", "open_report": "study"}
__all__ = [*_WHERE, "__version__"]


def __getattr__(name: str):
    """Import a public name when it is first used: ``import nbeval`` alone reads no other package."""
    if name in _WHERE:
        return getattr(import_module(f"nbeval.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'nbeval' has no attribute '{name}'")


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
