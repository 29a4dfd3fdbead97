"""Benchmarks: `python -m tests.bench build`. They compare things within one run, and judge nothing.

Every figure is of a whole process, from the accounts that the system keeps of it: CPU seconds
(user and system), seconds on the clock, and peak memory. Of repeated runs the medians are shown.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests import synth

# The yardstick: DuckDB reads one column of the posts. Prints the CPU seconds of that query alone.
_SCAN = """
import duckdb, resource, sys
from e6duck.source import COLUMNS

def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

path = sys.argv[1]
with open(path, encoding="utf-8") as file:
    header = file.readline().rstrip("\\n").split(",")
columns = {name: COLUMNS["posts"].get(name, "VARCHAR") for name in header}
connection = duckdb.connect(config={"threads": 2})
options = f"columns={columns}, auto_detect=false, header=true"
query = f"select sum(length(tag_string)) from read_csv($1, {options})"
before = cpu_seconds()
connection.execute(query, [path]).fetchall()
print(cpu_seconds() - before)
"""


@dataclass(frozen=True)
class Run:
    """What one process took, and what it printed."""

    cpu_seconds: float
    seconds: float
    peak_mib: float
    output: str

    @property
    def busy_threads(self) -> float:
        """CPU seconds a second: how many threads were busy on average."""
        return self.cpu_seconds / self.seconds


def run(*command: str) -> Run:
    """Run a command to its end; raises where it fails."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        text = output.read().decode()
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Run(cpu_seconds, seconds, usage.ru_maxrss * scale, text)


def scan(folder: Path) -> tuple[Run, float]:
    """Return the yardstick's whole process, and the CPU seconds of its query alone."""
    result = run(sys.executable, "-c", _SCAN, str(folder / "posts.csv"))
    return result, float(result.output)


def build(folder: Path, *options: str) -> Run:
    """Build a whole database with its index files on two threads."""
    return run(
        sys.executable, "-m", "e6duck", "build", str(folder), "-q", "--threads", "2", *options
    )


def made(cache: Path, posts: int, *, gzipped: bool = False) -> Path:
    """Return the folder of an export of so many posts, made the first time."""
    folder = cache / f"{posts}{'-gzip' if gzipped else ''}"
    if not (folder / "topics.tsv").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        synth.write_export(folder, posts=posts, gzip=gzipped)
    return folder


def median(runs: list[Run], name: str) -> float:
    """Return the median of a figure."""
    return statistics.median(getattr(each, name) for each in runs)


def bench_build(cache: Path, posts: int, repeats: int, large: bool) -> dict[str, float]:
    """Measure builds against the yardstick, compressed against plain, and ten times against one."""
    plain, gzipped = made(cache, posts), made(cache, posts, gzipped=True)
    scans, queries, builds, gzip_builds = [], [], [], []
    for _ in range(repeats):
        yardstick, query_seconds = scan(plain)
        scans.append(yardstick)
        queries.append(query_seconds)
        builds.append(build(plain))
        gzip_builds.append(build(gzipped))
    figures = {
        "posts": posts,
        "scan CPU s, query alone": statistics.median(queries),
        "scan CPU s, whole process": median(scans, "cpu_seconds"),
        "build CPU s": median(builds, "cpu_seconds"),
        "build s": median(builds, "seconds"),
        "build busy threads": median(builds, "busy_threads"),
        "build peak MiB": median(builds, "peak_mib"),
        "build / scan, query alone": median(builds, "cpu_seconds") / statistics.median(queries),
        "build / scan, whole processes": median(builds, "cpu_seconds")
        / median(scans, "cpu_seconds"),
        "gzip build / plain build, CPU": median(gzip_builds, "cpu_seconds")
        / median(builds, "cpu_seconds"),
        "gzip build / plain build, s": median(gzip_builds, "seconds") / median(builds, "seconds"),
    }
    if large:
        tenfold = made(cache, posts * 10)
        default, little = build(tenfold), build(tenfold, "--memory-limit", "1GB")
        figures |= {
            "10 x posts: build s": default.seconds,
            "10 x posts: times as long": default.seconds / median(builds, "seconds"),
            "10 x posts: CPU": default.cpu_seconds / median(builds, "cpu_seconds"),
            "10 x posts: peak MiB": default.peak_mib,
            "10 x posts, --memory-limit 1GB: build s": little.seconds,
            "10 x posts, --memory-limit 1GB: peak MiB": little.peak_mib,
        }
    asked = [
        run(sys.executable, "-m", "e6duck", "query", "--db", str(plain), "select 1")
        for _ in range(repeats)
    ]
    return figures | {"query 'select 1' s": median(asked, "seconds")}


def main() -> None:
    """Run a benchmark, and print its figures as a table and as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", choices=["build"])
    parser.add_argument("--posts", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="also ten times the posts")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "e6duck-bench")
    options = parser.parse_args()
    figures = bench_build(options.cache, options.posts, options.repeats, options.large)
    for name, value in figures.items():
        print(f"{name:<44}{value:>12,.2f}")
    print(json.dumps(figures))


main()
