"""A large export: four tables and the topics that its posts were drawn from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .copy_format import array, field, table_file, timestamp
from .large_posts import CHUNK, PostModel, draw_chunk, make_model, one_alias
from .large_rows import post_rows
from .large_vocabulary import Integers, Vocabulary, make_vocabulary, topics_by_name

# Most requests were approved; the messages are what the site recorded when one failed.
STATUSES = (
    "deleted",
    "pending",
    "retired",
    "queued",
    "processing",
    "error: undefined method `tag_count_' for an instance of Post",
)
STATUS_SHARES = (0.8, 0.16, 0.01, 0.005, 0.005, 0.02)

# A chain, an alias of itself, and a cycle with a way in; none of these names is in use.
ODD_ALIASES = [
    (antecedent, consequent, "active")
    for antecedent, consequent in (
        ("old_old_spelling", "old_spelling"),
        ("old_spelling", "new_spelling"),
        ("ears.", "ears."),
        ("hen_first", "egg_first"),
        ("egg_first", "hen_first"),
        ("which_first", "hen_first"),
    )
]

Row = tuple[str, ...]
Pair = tuple[str, str, str]


def write_large_export(
    folder: Path, *, posts: int, tags: int, seed: int, compressed: bool, blended: bool = False
) -> None:
    """Write posts, tags, tag_aliases, tag_implications and topics.tsv into folder."""
    vocabulary = make_vocabulary(tags=tags, seed=seed, blended=blended)
    model = make_model(vocabulary, posts=posts, seed=seed, blended=blended)
    name_counts = _write_posts(folder, model, posts, seed, compressed)
    rng = np.random.default_rng([seed, 3])
    tables = {
        "tags": tag_rows(rng, vocabulary, name_counts),
        "tag_aliases": alias_rows(rng, vocabulary, name_counts),
        "tag_implications": implication_rows(rng, vocabulary),
    }
    for table, rows in tables.items():
        with table_file(folder, table, compressed=compressed) as file:
            file.write_rows(rows)
    lines = [f"{name}\t{topic}\n" for name, topic in topics_by_name(vocabulary).items()]
    (folder / "topics.tsv").write_text("name\ttopic\n" + "".join(lines), "utf-8", newline="\n")


def _write_posts(
    folder: Path, model: PostModel, posts: int, seed: int, compressed: bool
) -> Integers:
    """Write posts chunk by chunk, and return how many posts carry each name."""
    counts = np.zeros(len(model.vocabulary.names), np.int64)
    # The lowest level: compression is most of the time of a compressed export.
    with table_file(folder, "posts", compressed=compressed, level=1) as file:
        for first in range(0, posts, CHUNK):
            rng = np.random.default_rng([seed, 4, first])
            chunk = draw_chunk(model, rng, min(CHUNK, posts - first))
            counts += chunk.name_counts
            file.write_rows(post_rows(rng, first, chunk.tag_strings, posts))
    return counts[model.place]


def tag_rows(rng: np.random.Generator, vocabulary: Vocabulary, counts: Integers) -> Iterator[Row]:
    """Return a row a tag; popular tags are mostly old ones, so their ids are mostly low."""
    count = vocabulary.row_count
    age = np.log(np.arange(count) + 10) + rng.normal(0.0, 1.0, count)
    for position, index in enumerate(np.argsort(age).tolist()):
        created = _time(position / count)
        yield (
            str(position + position // 12 + 1),
            field(vocabulary.names[index]),
            str(vocabulary.category[index]),
            str(counts[index]),
            created if position > count // 20 else "",
            created,
            "ft"[position % 997 == 0],
        )


def alias_rows(rng: np.random.Generator, vocabulary: Vocabulary, counts: Integers) -> list[Row]:
    """Return the active aliases and, after them, about a tenth as many that are not."""
    names = vocabulary.names
    pairs = [
        (names[vocabulary.drawn_count + number], names[target], "active")
        for number, target in enumerate(vocabulary.alias_targets.tolist())
    ]
    uses = counts[vocabulary.alias_targets].tolist()
    others = [*ODD_ALIASES, *_inactive_pairs(rng, vocabulary, pairs, len(pairs) // 11)]
    pairs += others
    uses += [0] * len(others)
    return [
        (*_request(number, len(pairs), pair), "1", "2", str(use), "0", "0", "1")
        for number, (pair, use) in enumerate(zip(pairs, uses, strict=True))
    ]


def implication_rows(rng: np.random.Generator, vocabulary: Vocabulary) -> list[Row]:
    """Return the active implications and, after them, about a tenth as many that are not."""
    names, closure = vocabulary.names, vocabulary.closure
    aliases = one_alias(vocabulary).tolist()
    # A few requests were approved before an end of theirs became an alias.
    spelt = [
        aliases[child] if aliases[child] >= 0 and number % 20 == 0 else child
        for number, (child, _) in enumerate(vocabulary.edges)
    ]
    pairs = [
        (names[child], names[parent], "active")
        for child, (_, parent) in zip(spelt, vocabulary.edges, strict=True)
    ]
    descendants = [
        array([names[parent], *(names[one] for one in closure[parent])])
        for _, parent in vocabulary.edges
    ]
    others = _inactive_pairs(rng, vocabulary, pairs, len(pairs) // 10)
    pairs += others
    descendants += ["{}"] * len(others)
    return [
        (*_request(number, len(pairs), pair), "2", "1", field(names_after), "0", "0", "1")
        for number, (pair, names_after) in enumerate(zip(pairs, descendants, strict=True))
    ]


def _inactive_pairs(
    rng: np.random.Generator, vocabulary: Vocabulary, active: list[Pair], count: int
) -> list[Pair]:
    """Return requests that have no effect; one in seven repeats a pair that is active."""
    ends = rng.integers(vocabulary.drawn_count, size=(count, 2)).tolist()
    statuses = [STATUSES[one] for one in rng.choice(len(STATUSES), count, p=STATUS_SHARES)]
    repeated = [active[one][:2] for one in rng.integers(len(active), size=count // 7).tolist()]
    pairs = [(vocabulary.names[first], vocabulary.names[second]) for first, second in ends]
    pairs[: len(repeated)] = repeated
    return [
        (first, second, status) for (first, second), status in zip(pairs, statuses, strict=True)
    ]


def _request(number: int, count: int, pair: Pair) -> Row:
    """Return the fields from id to updated_at, which aliases and implications share."""
    antecedent, consequent, status = pair
    created = _time(number / count)
    return (
        str(number + number // 15 + 4),
        field(antecedent),
        field(consequent),
        created if number > count // 20 else "",
        field(status),
        str(200_000 + number) if number % 3 else "",
        str(30_000 + number) if number % 3 else "",
        '""' if number % 4 else "spelling",
        created,
    )


def _time(share: float) -> str:
    """Return the moment at this share of the site's years."""
    start = np.datetime64("2007-02-10T07:08:33.120000", "us")
    return timestamp(str(start + np.timedelta64(int(share * 5.9e14), "us")))
