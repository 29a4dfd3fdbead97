"""Runs over caption files in place, against a plain loop that reads and writes each."""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

from e6duck.builder.build import build
from e6duck.db.connection import open_reading
from e6duck.errors import DatabaseError
from tests.bench.processes import Run, made, run

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
    """Write captions of 30 tags drawn by use, half of them with spaces; one in 50 is Latin-1."""
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
    """Normalize captions in place; some of them cannot be read."""
    options = ("--yes", "-q", "--db", str(database), "--backup", str(folder.parent / "journal"))
    return run(sys.executable, "-m", "e6duck", "normalize", str(folder), *options, code=1)


def bench(cache: Path, posts: int, repeats: int) -> dict[str, float]:
    """Measure runs in place against a plain loop that reads each file and writes it elsewhere."""
    export = made(cache, posts)
    database = export / "e6.duckdb"
    try:
        open_reading(database).close()
    except DatabaseError:  # none yet, or one of an older e6duck
        build(export, write_index=False)
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
        "plain loop s": _median(loops, "seconds"),
        "plain loop CPU s": _median(loops, "cpu_seconds"),
        "20,000 files s": _median(many, "seconds"),
        "20,000 files CPU s": _median(many, "cpu_seconds"),
        "20,000 files peak MiB": _median(many, "peak_mib"),
        "20,000 files / plain loop, s": _median(many, "seconds") / _median(loops, "seconds"),
        "20,000 files / plain loop, CPU": _median(many, "cpu_seconds")
        / _median(loops, "cpu_seconds"),
        "100 files s": _median(few, "seconds"),
        "100 files CPU s": _median(few, "cpu_seconds"),
    }


def _median(runs: list[Run], name: str) -> float:
    return statistics.median(getattr(each, name) for each in runs)
