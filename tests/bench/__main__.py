"""Benchmarks: `python -m tests.bench build`, embeddings or normalize. None of them can fail.

The system measures each whole process: CPU seconds (user and system), elapsed seconds, and peak
memory. If a process runs several times, the median is shown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench import captions, embeddings
from tests.bench.processes import Run, made, run

# The reference: DuckDB reads one column of the posts. Prints the CPU seconds of the query alone.
_SCAN = """
import duckdb, resource, sys
from e6duck.builder.columns import COLUMNS

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


def scan(folder: Path) -> tuple[Run, float]:
    """Return the whole process of the reference, and the CPU seconds of its query alone."""
    result = run(sys.executable, "-c", _SCAN, str(folder / "posts.csv"))
    return result, float(result.output)


def build(folder: Path, *options: str) -> Run:
    """Build a whole database with its index files on two threads."""
    return run(
        sys.executable, "-m", "e6duck", "build", str(folder), "-q", "--threads", "2", *options
    )


def median(runs: list[Run], name: str) -> float:
    """Return the median of an attribute of several runs."""
    return statistics.median(getattr(each, name) for each in runs)


def bench_build(cache: Path, posts: int, repeats: int, large: bool) -> dict[str, float]:
    """Compare builds with the reference, with compressed exports, and with ten times the posts."""
    plain, gzipped = made(cache, posts), made(cache, posts, gzip=True)
    scans, queries, builds, gzip_builds = [], [], [], []
    for _ in range(repeats):
        reference, query_seconds = scan(plain)
        scans.append(reference)
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
    """Run a benchmark, and print its numbers as a table and as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", choices=["build", "embeddings", "normalize"])
    parser.add_argument("--posts", type=int, help="default: 500,000 to build, 100,000 to embed")
    parser.add_argument("--repeats", type=int, default=5, help="of a build")
    parser.add_argument("--large", action="store_true", help="build ten times the posts, too")
    parser.add_argument("--seed", type=int, default=1, help="of the export to embed")
    parser.add_argument("--sweep", action="store_true", help="compare all recipes, not three")
    parser.add_argument("--evaluate", action="store_true", help="predict held-out uses, too")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "e6duck-bench")
    options = parser.parse_args()
    if options.what == "embeddings":
        folder = made(options.cache, options.posts or 100_000, blended=True, seed=options.seed)
        embeddings.bench(folder, sweep=options.sweep, evaluate=options.evaluate)
        return
    posts = options.posts or 500_000
    if options.what == "normalize":
        figures = captions.bench(options.cache, posts, options.repeats)
    else:
        figures = bench_build(options.cache, posts, options.repeats, options.large)
    for name, value in figures.items():
        print(f"{name:<44}{value:>12,.2f}")
    print(json.dumps(figures))


main()
