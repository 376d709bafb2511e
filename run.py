#!/usr/bin/env python3
"""Set nbeval up on this machine, once, and run one of its commands.

    python3 run.py report            baseline and final reports of the invented cohort
    python3 run.py test              the tests
    python3 run.py test-browser      accessibility tests in a browser (needs Chromium)
    python3 run.py nbval REPORTS     execute published notebooks anew and compare their outputs
    python3 run.py bench             benchmarks
    python3 run.py studies           the simulation study of intervals and tests
    python3 run.py lab               JupyterLab with the notebooks
    python3 run.py COMMAND ...       any nbeval command: check, render, verify, ...

Needs Python 3.11 or later and nothing else. Set-up makes the folder .venv from requirements.lock
and is not repeated while the lock, the Python version and pyproject.toml stay the same. A folder .venv
that was made by something else is left as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "nbeval-set-up"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
#: the exit code of a run that was stopped with Ctrl-C
STOPPED = 130


def main(arguments: list[str]) -> int:
    """Set up if need be, then run what was asked for; the exit code is that of the command."""
    if sys.version_info < OLDEST:
        return refuse(f"nbeval needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {sys.version.split()[0]}.")
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    if is_foreign():
        return refuse("there is a folder .venv here that this script did not make; it was left as it is.\n"
                      "  do       move or remove .venv and run the same command again, or use the Python in it:\n"
                      "           .venv/bin/python -m nbeval COMMAND, after installing requirements.lock and nbeval there.")
    try:
        set_up()
    except KeyboardInterrupt:
        say("Stopped. The same command sets up anew.")
        return STOPPED
    except subprocess.CalledProcessError as error:
        return refuse(f"set-up stopped: '{Path(error.cmd[0]).name}' ended with {error.returncode} (its own words are above).\n"
                      "  do       check the connection to the package index and run the same command again.")
    return call(command(*arguments))


def command(verb: str, *rest: str) -> list[str]:
    """The command line behind a verb."""
    python = str(interpreter())
    verbs = {
        "test": [python, "-m", "pytest", str(ROOT / "tests"), "-m", "not browser", "-n", "2", "--dist", "loadscope"],
        "test-browser": [python, "-m", "pytest", str(ROOT / "tests" / "browser"), "-m", "browser", "-n", "2"],
        "nbval": [python, "-m", "pytest", "--nbval", "-p", "no:cacheprovider"],
        "bench": [python, str(ROOT / "tests" / "benchmarks" / "run_all.py")],
        "studies": [python, "-m", "studies"],
        "lab": [python, "-m", "jupyterlab", str(ROOT / "notebooks")],
    }
    if verb in verbs:
        return [*verbs[verb], *rest]
    if verb == "report":
        return [python, "-m", "nbeval", "render", *(rest or ["specimen"])]
    return [python, "-m", "nbeval", verb, *rest]


def call(line: list[str]) -> int:
    """Run a command in the place of this process, so that signals reach it; as a child where that cannot be done."""
    if os.name == "posix":
        os.execv(line[0], line)
    return subprocess.call(line)


def set_up() -> None:
    """Make .venv and fill it from the lock, unless the stamp says that this has been done."""
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    say("Setting up: this takes a minute or two, once.")
    clear()
    venv.create(VENV, with_pip=True)
    say("  1 of 2  installing the pinned packages")
    install("-r", str(LOCK), "--require-hashes", "--no-deps")
    say("  2 of 2  installing nbeval itself")
    install("--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    compile_packages()
    STAMP.write_text(wanted, encoding="utf-8")
    say("Set up.")


def is_foreign() -> bool:
    """Whether .venv has something in it and not the stamp, which is there from the beginning of a set-up to its end."""
    return VENV.exists() and not STAMP.is_file() and (not VENV.is_dir() or any(VENV.iterdir()))


def clear() -> None:
    """Empty .venv but for its stamp, which says from now on that the set-up is not finished."""
    VENV.mkdir(exist_ok=True)
    STAMP.write_text("not finished\n", encoding="utf-8")
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != STAMP:
            path.unlink()


def install(*what: str) -> None:
    """Install with uv where it is found, with pip otherwise."""
    uv = shutil.which("uv")
    if uv:
        run([uv, "pip", "install", "--quiet", "--python", str(interpreter()), *what])
    else:
        run([str(interpreter()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *what])


def compile_packages() -> None:
    """Compile what is installed but for the tests of others, which are half of it; what cannot be compiled is not needed."""
    with suppress(subprocess.CalledProcessError):
        run([str(interpreter()), "-m", "compileall", "-qq", "-j", "0", "-x", r"[/\\]tests?[/\\]", str(VENV)])


def run(line: list[str]) -> None:
    """Run a set-up step; its output stays off standard output, which belongs to the command."""
    subprocess.run(line, check=True, stdout=sys.stderr)


def interpreter() -> Path:
    """The Python of .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """What the set-up depends on; a change of any of it makes .venv anew."""
    content = b"".join(path.read_bytes() for path in (LOCK, ROOT / "pyproject.toml"))
    return f"{sys.version_info.major}.{sys.version_info.minor} {hashlib.sha256(content).hexdigest()}\n"


def say(line: str) -> None:
    """Progress goes to standard error."""
    print(line, file=sys.stderr, flush=True)


def refuse(why: str) -> int:
    """Say why nothing was done; 2 is the code for what the user can put right."""
    say(why)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
