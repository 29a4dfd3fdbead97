"""Benchmarks: `python -m tests.bench build`, or normalize. They compare within a run; none judges.

Every figure is of a whole process, from the accounts that the system keeps of it: CPU seconds
(user and system), seconds on the clock, and peak memory. Of repeated runs the medians are shown.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from e6duck.database import open_reading
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


_PLAIN_LOOP = """
import sys
from pathlib import Path

source, target = map(Path, sys.argv[1:])
for path in source.rglob("*.txt"):
    copy = target / path.relative_to(source)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(path.read_bytes())
"""


def write_captions(folder: Path, database: Path, count: int) -> None:
    """Write captions of 30 tags drawn by use, half of them with spaces; one in 50 is no UTF-8."""
    connection = open_reading(database)
    rows = connection.execute("select name, post_count from tags order by tag_id").fetchall()
    connection.close()
    names, weights = zip(*rows, strict=True)
    dice = random.Random(1)
    for number in range(count):
        path = folder / f"{number // 1000}_set" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        tags = dice.choices(names, weights, k=30)
        text = ", ".join(tag.replace("_", " ") if dice.random() < 0.5 else tag for tag in tags)
        path.write_bytes((b"\xff" if number % 50 == 0 else b"") + text.encode())


def normalize(folder: Path, database: Path) -> Run:
    """Normalize captions in place."""
    options = ("--yes", "-q", "--db", str(database), "--backup", str(folder.parent / "journal"))
    return run(sys.executable, "-m", "e6duck", "normalize", str(folder), *options)


def bench_normalize(cache: Path, posts: int, repeats: int) -> dict[str, float]:
    """Measure runs in place against a plain loop that reads each file and writes it elsewhere."""
    export = made(cache, posts)
    database = export / "e6.duckdb"
    if not database.exists():
        build(export)
    loops, many, few = [], [], []
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        for number in range(repeats):
            # Folders of their own: ext4 is slow where many files were just removed.
            place = Path(folder) / str(number)
            for count, kind in ((20_000, "plain"), (20_000, "many"), (100, "few")):
                write_captions(place / kind, database, count)
            os.sync()
            plain = (str(place / "plain"), str(place / "copy"))
            loops.append(run(sys.executable, "-c", _PLAIN_LOOP, *plain))
            many.append(normalize(place / "many", database))
            few.append(normalize(place / "few", database))
    return {
        "plain loop s": median(loops, "seconds"),
        "plain loop CPU s": median(loops, "cpu_seconds"),
        "20,000 files s": median(many, "seconds"),
        "20,000 files CPU s": median(many, "cpu_seconds"),
        "20,000 files peak MiB": median(many, "peak_mib"),
        "20,000 files / plain loop, s": median(many, "seconds") / median(loops, "seconds"),
        "20,000 files / plain loop, CPU": median(many, "cpu_seconds")
        / median(loops, "cpu_seconds"),
        "100 files s": median(few, "seconds"),
        "100 files CPU s": median(few, "cpu_seconds"),
    }


def main() -> None:
    """Run a benchmark, and print its figures as a table and as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", choices=["build", "normalize"])
    parser.add_argument("--posts", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="also ten times the posts")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "e6duck-bench")
    options = parser.parse_args()
    if options.what == "normalize":
        figures = bench_normalize(options.cache, options.posts, options.repeats)
    else:
        figures = bench_build(options.cache, options.posts, options.repeats, options.large)
    for name, value in figures.items():
        print(f"{name:<44}{value:>12,.2f}")
    print(json.dumps(figures))


main()
