"""Keys of invented people, made anew for each run of the tests, and the file that says who may sign."""

from __future__ import annotations

import subprocess
from pathlib import Path


def new_key(folder: Path, name: str, kind: str = "ed25519") -> Path:
    """A private key without a passphrase; its public half lies beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    if not file.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(file)], check=True)
    return file


def signers_line(key: Path, name: str, *options: str) -> str:
    """The line of somebody who may sign."""
    public = key.with_name(key.name + ".pub").read_text(encoding="ascii").strip()
    return " ".join([name, *([",".join(options)] if options else []), public])


def write_signers(file: Path, *lines: str) -> Path:
    """Write the file of those who may sign."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("# who may sign\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def tick(folder: Path, signatory: str) -> None:
    """Tick every box of the last checklist of one of those who sign."""
    file = max(folder.glob(f"release-*.{signatory}.md"))
    file.write_text(file.read_text(encoding="utf-8").replace("[ ]", "[x]"), encoding="utf-8")
