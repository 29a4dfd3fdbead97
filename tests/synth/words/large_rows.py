"""Rows of posts for a large export, a column at a time: all but the tags is plain chance."""

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .copy_format import field, timestamp
from .large_vocabulary import Integers

EXTENSIONS = ("jpg", "png", "webp", "gif", "webm", "mp4", "swf")
EXTENSION_SHARES = (0.45, 0.44, 0.03, 0.045, 0.025, 0.005, 0.005)
FIRST_DAY = np.datetime64("2007-02-10T07:08:33.123456", "us")
LAST_DAY = np.datetime64("2025-12-20T00:00:00", "us")
MICROSECONDS = int((LAST_DAY - FIRST_DAY).astype(np.int64))

SENTENCES = (
    "A quick sketch from the lake, coloured later.",
    "Commission for a friend, thank you!",
    'Titled "The Lantern" in the sketchbook.',
    "Two badgers, one kettle, no biscuits left.",
    "Part 3 of 7; see the pool for the rest.",
    "Drawn on paper, scanned, then painted over.",
    "h4. Notes\r\n* pencil\r\n* watercolour",
    "Première esquisse, à la plume.",
    "雪の日の狐。",
    "Сова на ветке.",
    "My first try at this brush 🦊",
    "Reference sheet, colours may vary, see the second page.",
    'The text on the sign reads: "Closed, back at five".',
    "Somewhere between winter and spring,\nthe river opens.",
)


def post_rows(
    rng: np.random.Generator, first: int, tag_strings: list[str], posts: int
) -> Iterator[tuple[str, ...]]:
    """Return the rows of a chunk that begins with the export's post number `first`."""
    count = len(tag_strings)
    number = np.arange(first, first + count)
    # Some ids are missing, as on the site.
    post_id = number + number // 9 + 1
    ids = _texts(post_id)
    hashes = [hashlib.md5(one.encode()).hexdigest() for one in ids]
    extension = rng.choice(len(EXTENSIONS), count, p=EXTENSION_SHARES)
    extensions = [EXTENSIONS[one] for one in extension.tolist()]
    created, updated, noted, commented = _times(rng, number, posts)
    up, down, favourites = _scores(rng, count)
    deleted = rng.random(count) < 0.1
    size = rng.lognormal(13.8, 1.0, count).astype(np.int64) + 4_000
    return zip(
        ids,
        _texts(rng.integers(1, 900_000, count)),
        created,
        hashes,
        _sources(rng, hashes, extensions),
        _choices(rng, "sqe", (0.6, 0.2, 0.2), count),
        _texts(rng.integers(150, 5_000, count)),
        _texts(rng.integers(150, 5_000, count)),
        map(field, tag_strings),
        [""] * count,
        _texts(favourites),
        extensions,
        _optional(rng, _texts((post_id * rng.random(count)).astype(np.int64) + 1), 0.08),
        _texts(number * 7 + rng.integers(1, 7, count)),
        _optional(rng, _texts(rng.integers(1, 30_000, count)), 0.7),
        _texts(size),
        _texts(rng.geometric(0.35, count) - 1),
        _descriptions(rng, count),
        _durations(rng, extension),
        updated,
        _flags(deleted),
        _flags(rng.random(count) < 0.004),
        _flags(~deleted & (rng.random(count) < 0.003)),
        _texts(up + down),
        _texts(up),
        _texts(down),
        _flags(rng.random(count) < 0.01),
        _flags(rng.random(count) < 0.002),
        _flags(rng.random(count) < 0.001),
        _optional(rng, [one[:6] for one in hashes], 0.1),
        noted,
        commented,
        strict=True,
    )


def _texts(numbers: Integers) -> list[str]:
    """Return numbers as text."""
    return list(map(str, numbers.tolist()))


def _flags(values: NDArray[np.bool_]) -> list[str]:
    """Return truth values as PostgreSQL prints them."""
    return ["ft"[value] for value in values.tolist()]


def _optional(rng: np.random.Generator, values: list[str], share: float) -> list[str]:
    """Return the values with all but a share of them empty."""
    kept = (rng.random(len(values)) < share).tolist()
    return [value if keep else "" for value, keep in zip(values, kept, strict=True)]


def _choices(
    rng: np.random.Generator, values: str | list[str], shares: tuple[float, ...], count: int
) -> list[str]:
    """Return values drawn with the given shares."""
    return [values[one] for one in rng.choice(len(values), count, p=shares).tolist()]


def _times(
    rng: np.random.Generator, number: Integers, posts: int
) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return when posts were created, updated, noted and commented; the site grows with time."""
    count = len(number)
    created = (MICROSECONDS * ((number + rng.random(count)) / posts) ** 0.6).astype(np.int64)
    # Every sixteenth time has a fraction that ends in zeros.
    created -= np.where(rng.random(count) < 1 / 16, created % 10_000, 0)
    left = MICROSECONDS - created
    updated = _stamps(created + (left * rng.random(count) ** 3).astype(np.int64))
    noted = _stamps(created + (left * rng.random(count) ** 4).astype(np.int64))
    return (
        _stamps(created),
        _optional(rng, updated, 0.98),
        _optional(rng, noted, 0.03),
        _optional(rng, updated, 0.35),
    )


def _stamps(microseconds: Integers) -> list[str]:
    """Return times as PostgreSQL prints them."""
    times = FIRST_DAY + microseconds.astype("timedelta64[us]")
    return list(map(timestamp, np.datetime_as_string(times).tolist()))


def _scores(rng: np.random.Generator, count: int) -> tuple[Integers, Integers, Integers]:
    """Return votes up, votes down (never positive) and favourites."""
    up = np.minimum(rng.lognormal(3.3, 1.2, count), 9_000).astype(np.int64)
    down = -np.minimum(rng.lognormal(0.0, 1.2, count), 3_000).astype(np.int64)
    return up, down, (up * rng.uniform(0.8, 3.0, count)).astype(np.int64)


def _sources(rng: np.random.Generator, hashes: list[str], extensions: list[str]) -> list[str]:
    """Return zero to three addresses a post, one a line; several lines need quotes."""
    kinds = rng.choice(4, len(hashes), p=(0.08, 0.32, 0.35, 0.25)).tolist()
    return [
        _source(kind, one, extension)
        for kind, one, extension in zip(kinds, hashes, extensions, strict=True)
    ]


def _source(lines: int, hexadecimal: str, extension: str) -> str:
    """Return a post's source field."""
    page = f"https://gallery.example/view/{int(hexadecimal[:8], 16)}/"
    image = f"https://images.gallery.example/art/{hexadecimal[8:24]}/original.{extension}"
    profile = f"https://social.example/@{hexadecimal[:5]}/status/{int(hexadecimal[:15], 16)}"
    return ('""', image, f'"{image}\n{page}"', f'"{image}\n{page}\n{profile}"')[lines]


def _descriptions(rng: np.random.Generator, count: int) -> list[str]:
    """Return descriptions of none to seven sentences, quoted where they need it."""
    pool_rng = np.random.default_rng(len(SENTENCES))
    pool = [_description(pool_rng) for _ in range(2_000)]
    picked = rng.integers(len(pool), size=count).tolist()
    empty = (rng.random(count) < 0.35).tolist()
    return ['""' if none else pool[one] for one, none in zip(picked, empty, strict=True)]


def _description(rng: np.random.Generator) -> str:
    """Return some sentences as one field."""
    picked = rng.integers(len(SENTENCES), size=int(rng.integers(1, 10))).tolist()
    return field("\n".join(SENTENCES[one] for one in picked))


def _durations(rng: np.random.Generator, extension: Integers) -> list[str]:
    """Return the seconds of films, and nothing for pictures."""
    seconds = rng.lognormal(3.0, 0.8, len(extension)).round(2).tolist()
    is_film = (extension >= EXTENSIONS.index("webm")).tolist()
    return [str(one) if film else "" for one, film in zip(seconds, is_film, strict=True)]
