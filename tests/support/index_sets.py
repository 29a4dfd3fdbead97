"""Index files as e6db writes them, and as a build does: a few tags, and what they imply."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

# Rank, name, category, posts. The last name holds two characters that splitlines would cut at.
VOCABULARY = [
    ("mammal", 5, 900),
    ("canid", 5, 700),
    ("canine", 5, 650),
    ("fox", 5, 300),
    ("snow", 0, 120),
    ("red_fox", 5, 40),
    ("tod_(artist)", 1, 40),
    ("a\u2028b\u0085", 0, 2),
]
MAMMAL, CANID, CANINE, FOX, SNOW, RED_FOX, TOD, ODD = range(8)
NAMES = [name for name, _, _ in VOCABULARY]
TAG2IDX = {"foxes": FOX, "tods": TOD, **{name: rank for rank, name in enumerate(NAMES)}}
IMPLICATIONS = {
    CANID: [MAMMAL],
    CANINE: [MAMMAL, CANID],
    FOX: [MAMMAL, CANID, CANINE],
    RED_FOX: [MAMMAL, CANID, CANINE, FOX],
}
RARE = {"null_fox": [MAMMAL, CANID, CANINE, FOX]}


def write_e6db_set(folder: Path) -> Path:
    """Write the five loadable files as e6db does: no index.json."""
    folder.mkdir(exist_ok=True)
    contents = {
        "tags.txt.gz": "".join(f"{name}\n" for name in NAMES).encode(),
        "tags_categories.bin.gz": bytes(category for _, category, _ in VOCABULARY),
        "tag2idx.json.gz": json.dumps(TAG2IDX).encode(),
        "implications.json.gz": json.dumps(IMPLICATIONS).encode(),
        "implications_rej.json.gz": json.dumps(RARE).encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(gzip.compress(content, mtime=0))
    return folder


def write_counts(folder: Path, counts: list[int] | None = None) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    freq = pa.array(counts or [posts for _, _, posts in VOCABULARY], pa.uint32())
    pq.write_table(pa.table({"tag": NAMES, "freq": freq}), folder / "tags.parquet")


def write_manifest(folder: Path) -> None:
    """List the files of a folder as the last step of our builds does."""
    files = {
        path.name: {
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.iterdir())
    }
    manifest = {"format": 1, "build_id": "0123456789abcdef", "files": files}
    (folder / "index.json").write_text(json.dumps(manifest), encoding="utf-8")
