"""The files of a database: their content, and a WAL that a killed program leaves."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path


def snapshot(folder: Path) -> dict[str, str]:
    """All that lies in a folder, with its sha256."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def leave_wal(database: Path) -> None:
    """Write to a database and die before it is in the file."""
    program = (
        "import os, signal, sys, duckdb; shell = duckdb.connect(sys.argv[1])\n"
        "shell.execute('create table mine as select 7 as a'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(database)])
    assert database.with_name(database.name + ".wal").exists()
