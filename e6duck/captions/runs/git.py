"""What git knows of files: those that it can bring back, whatever is done to them."""

from __future__ import annotations

import subprocess
from collections.abc import Collection
from pathlib import Path


def is_committed(folder: Path, names: Collection[str]) -> bool:
    """Tell whether git tracks each of the files below folder, and has each as it is now."""
    tracked = _listed(folder, "ls-files", "-v", "-z")
    changed = _listed(folder, "diff", "--name-only", "--relative", "--no-ext-diff", "-z", "HEAD")
    if tracked is None or changed is None:
        return False
    # H is a tracked file; other letters are of files that git is told not to look at.
    known = {entry[2:] for entry in tracked if entry.startswith("H ")}
    return known - set(changed) >= set(names)


def _listed(folder: Path, *arguments: str) -> list[str] | None:
    # Neither a program that the repository names nor a lock that another git waits for.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ended.stdout.decode("utf-8", "surrogateescape").split("\0")
