"""Puts a folder in the place of another, in one step where the system has one."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_EXCHANGE = 2       # RENAME_EXCHANGE on Linux and RENAME_SWAP on macOS
_HERE = -100        # AT_FDCWD on Linux


def put_in_place(new: Path, target: Path, aside: Path) -> None:
    """Move the folder ``new`` to ``target``; what was there goes to ``aside``.

    Parameters
    ----------
    new, target, aside : Path
        On one file system. ``target`` need not exist; ``aside`` must not.

    Notes
    -----
    Linux and macOS exchange the two names in one step, so that a reader, and a kill at any moment,
    finds either the old folder or the new one. Elsewhere there are two steps; one who is killed
    between them leaves the old folder at ``aside``, and :mod:`nbeval.publish.staging` finds it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        os.rename(new, target)
    elif _exchange(new, target):
        os.rename(new, aside)
    else:
        os.rename(target, aside)
        os.rename(new, target)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system or the disk cannot."""
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            done = system.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
        elif sys.platform == "darwin":
            done = system.renamex_np(os.fsencode(one), os.fsencode(other), _EXCHANGE)
        else:
            return False
    except (AttributeError, OSError, TypeError):
        return False
    return done == 0
