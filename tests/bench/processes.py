"""What the benchmarks share: measured processes, and exports that are made once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.synth import __main__ as synth


@dataclass(frozen=True)
class Run:
    """The resources that a process used, and its output."""

    cpu_seconds: float
    seconds: float
    peak_mib: float
    output: str

    @property
    def busy_threads(self) -> float:
        """CPU seconds per second: the average number of busy threads."""
        return self.cpu_seconds / self.seconds


def run(*command: str, code: int = 0, folder: Path | None = None) -> Run:
    """Run a command in a folder; raises `CalledProcessError` if it ends with another exit code."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != code:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        text = output.read().decode()
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Run(cpu_seconds, seconds, usage.ru_maxrss * scale, text)


def made(cache: Path, posts: int, **options: Any) -> Path:
    """Return the folder of an export with a number of posts, which is made the first time."""
    suffix = "".join(
        f"-{name}{value if value is not True else ''}" for name, value in options.items()
    )
    folder = cache / f"{posts}{suffix}"
    if not (folder / "topics.tsv").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        synth.write_export(folder, posts=posts, **options)
    return folder
