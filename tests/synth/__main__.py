"""Made-up exports: the sample in data/, and large ones with the real site's averages.

    python -m tests.synth --sample data
    python -m tests.synth OUT_DIR --posts 500000 --seed 1

The same arguments give the same bytes; the sample does so on every Python, as it draws with
`random.Random.random` alone, and large exports do in one environment (NumPy's streams may change).
"""

import argparse
from pathlib import Path

from .words import large_export, large_vocabulary, sample


def write_sample(folder: Path | str) -> None:
    """Write the sample that the project ships into folder: four tables, compressed."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    sample.write_sample_tables(path)


def write_export(
    folder: Path | str,
    *,
    posts: int,
    tags: int | None = None,
    seed: int = 0,
    gzip: bool = False,
    blended: bool = False,
) -> None:
    """Write an export of any size into folder, and `topics.tsv` (name, topic) beside it.

    blended: with four times the topics, which run into one another as real ones do, so that it
    takes good embeddings to tell them apart.
    """
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    large_export.write_large_export(
        path,
        posts=posts,
        tags=_tag_count(posts, tags),
        seed=seed,
        compressed=gzip,
        blended=blended,
    )


def topics(*, posts: int, tags: int | None = None, seed: int = 0) -> dict[str, int]:
    """Return the true main topic of each tag of that export; tags common to all have none.

    A topic has one family of species, so two species share a topic if and only if they are kin.
    """
    vocabulary = large_vocabulary.make_vocabulary(tags=_tag_count(posts, tags), seed=seed)
    return large_vocabulary.topics_by_name(vocabulary)


def _tag_count(posts: int, tags: int | None) -> int:
    """Return the number of rows in tags.csv, by default one that fits so many posts."""
    return large_vocabulary.default_tag_count(posts) if tags is None else tags


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description="Write a made-up export.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", action="store_true", help="the sample that data/ ships")
    parser.add_argument("--posts", type=int, default=5_000)
    parser.add_argument("--tags", type=int, help="rows in tags.csv (default: grows with posts)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gzip", action="store_true", help="write .csv.gz")
    parser.add_argument("--blended", action="store_true", help="with topics hard to tell apart")
    options = parser.parse_args()
    if options.sample:
        write_sample(options.folder)
        return
    write_export(
        options.folder,
        posts=options.posts,
        tags=options.tags,
        seed=options.seed,
        gzip=options.gzip,
        blended=options.blended,
    )


if __name__ == "__main__":
    main()
