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


def build(folder: Path, *options: str, threads: int = 2) -> Run:
    """Build a database with its index files, but without vectors."""
    program = [sys.executable, "-m", "e6duck", "build", str(folder), "--no-train", "-q"]
    return run(*program, "--threads", str(threads), *options)


def peer_build(folder: Path, peer: Path) -> Run:
    """Import the same export with e6db, from its checkout, in its environment."""
    with tempfile.TemporaryDirectory() as place:
        read, written = Path(place) / "in", Path(place) / "out"
        read.mkdir()
        written.mkdir()
        for path in folder.glob("*.csv"):
            (read / f"{path.stem}-2025-01-01.csv").symlink_to(path)  # it asks for a date
        python = str(peer / ".venv" / "bin" / "python")
        return run(python, "-m", "e6db.importdb", str(read), str(written), folder=peer)


def median(runs: list[Run], name: str) -> float:
    """Return the median of an attribute of several runs."""
    return median_of([getattr(each, name) for each in runs])


def figures_of(what: str, runs: list[Run]) -> dict[str, float]:
    """Return the medians of several runs, by name."""
    return {
        f"{what}: s": median(runs, "seconds"),
        f"{what}: CPU s": median(runs, "cpu_seconds"),
        f"{what}: busy threads": median(runs, "busy_threads"),
        f"{what}: peak MiB": median(runs, "peak_mib"),
    }


def bench_build(
    cache: Path, posts: int, repeats: int, large: bool, peer: Path | None
) -> dict[str, float]:
    """Compare builds with e6db, with a scan, with other options, and with ten times the posts."""
    plain, gzipped = made(cache, posts), made(cache, posts, gzip=True)
    queries = []
    runs: dict[str, list[Run]] = {}
    for _ in range(repeats):
        reference, query_seconds = scan(plain)
        queries.append(query_seconds)
        now = {"scan": reference, "build": build(plain)}
        if peer:
            now["e6db"] = peer_build(plain, peer)
        now["build of .gz"] = build(gzipped)
        now["build, 1 thread"] = build(plain, threads=1)
        for what, each in now.items():
            runs.setdefault(what, []).append(each)
    figures: dict[str, float] = {"posts": posts, "scan, query alone: CPU s": median_of(queries)}
    for what, each in runs.items():
        figures |= figures_of(what, each)
    figures["build / scan, query alone: CPU"] = figures["build: CPU s"] / median_of(queries)
    figures |= _ratios(figures, "build", "e6db") | _ratios(figures, "build of .gz", "build")
    figures |= _ratios(figures, "build, 1 thread", "build")
    if large:
        figures |= _bench_tenfold(made(cache, posts * 10), peer)
        for unit in ("s", "CPU s"):
            grown = figures[f"10 x posts, build: {unit}"] / figures[f"build: {unit}"]
            figures[f"10 x posts: times as many {unit}"] = grown
    asked = [
        run(sys.executable, "-m", "e6duck", "query", "--db", str(plain), "select 1")
        for _ in range(repeats)
    ]
    return figures | figures_of("query 'select 1'", asked)


def _bench_tenfold(folder: Path, peer: Path | None) -> dict[str, float]:
    figures = figures_of("10 x posts, build", [build(folder)])
    if peer:
        figures |= figures_of("10 x posts, e6db", [peer_build(folder, peer)])
        figures |= _ratios(figures, "10 x posts, build", "10 x posts, e6db")
    limited = [build(folder, "--memory-limit", "1GB")]
    return figures | figures_of("10 x posts, --memory-limit 1GB", limited)


def median_of(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def _ratios(figures: dict[str, float], first: str, second: str) -> dict[str, float]:
    return {
        f"{first} / {second}: {unit}": figures[f"{first}: {unit}"] / figures[f"{second}: {unit}"]
        for unit in ("s", "CPU s", "peak MiB")
        if f"{second}: {unit}" in figures
    }


def _peer(folder: Path | None) -> Path | None:
    """Return the checkout of e6db if it and its environment are there; says so if not."""
    if folder and not (folder / ".venv" / "bin" / "python").exists():
        print(f"no e6db: there is no environment {folder / '.venv'}", file=sys.stderr)
        return None
    return folder and folder.resolve()


def main() -> None:
    """Run a benchmark, and print its numbers as a table and as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", choices=["build", "embeddings", "normalize"])
    parser.add_argument("--posts", type=int, help="default: 500,000 to build, 100,000 to embed")
    parser.add_argument("--repeats", type=int, default=5, help="of a build")
    parser.add_argument("--large", action="store_true", help="build ten times the posts, too")
    parser.add_argument("--peer", type=Path, help="checkout of e6db with .venv, to build with, too")
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
        figures = bench_build(
            options.cache, posts, options.repeats, options.large, _peer(options.peer)
        )
    for name, value in figures.items():
        print(f"{name:<48}{value:>12,.2f}")
    print(json.dumps(figures))


main()
