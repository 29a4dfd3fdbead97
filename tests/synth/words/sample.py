"""The shipped sample: 20,000 invented posts over a hand-written vocabulary, safe for work."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from . import links
from .copy_format import array, boolean, field, table_file, timestamp, words
from .dice import Dice
from .sample_graph import LinkGraph
from .sample_posts import FILMS, PostModel
from .sample_vocabulary import Link, SampleVocabulary, make_sample_vocabulary

SEED = 621
POSTS = 20_000
FIRST_DAY = datetime(2008, 3, 1, 9, 30)
SECONDS = 560_000_000
EXTENSIONS = ("jpg",) * 45 + ("png",) * 43 + ("webp",) * 5 + ("gif",) * 3 + ("webm", "webm", "mp4")
RATINGS = "s" * 17 + "qqe"

SOURCES = (
    "https://gallery.example/view/{0}",
    "https://gallery.example/view/{0}",
    "https://social.example/@{1}/{0}",
    "https://gallery.example/view/{0}\nhttps://social.example/@{1}/{0}",
    "https://gallery.example/view/{0}\r\nhttps://images.example/{1}.png",
    "https://shop.example/?id={0},page=2",
    'scan of "{1}", page {0}',
    "スケッチ帳 {0}",
)
DESCRIPTIONS = (
    "Made for a friend.",
    "First try at this brush, be kind!",
    'She calls it "the good kettle".',
    "Tea, toast, and a long walk home.",
    "h4. Notes\r\n* pencil\r\n* watercolour",
    "Page one.\nPage two is in the pool.",
    "Une tasse de thé, s'il vous plaît.",
    "雪の日の狐 🦊",
    "Сова на ветке.",
    '"Closed", says the sign;\nthe light is on, though.',
)
REASONS = (
    "",
    "",
    "Same thing, two spellings.",
    'One is plural, the other is not, see "rules".',
    "Agreed in the forum.\r\nNo votes against.",
    "Добавлено по просьбе.",
)

Row = list[str]


def write_sample_tables(folder: Path) -> None:
    """Write the four compressed tables of the sample into folder."""
    dice = Dice(SEED)
    vocabulary = make_sample_vocabulary()
    graph = LinkGraph(vocabulary.aliases, vocabulary.implications)
    counts: Counter[str] = Counter()
    tables = {
        "posts": post_rows(dice, PostModel(vocabulary, graph), counts),
        "tags": tag_rows(dice, vocabulary, counts),
        "tag_aliases": alias_rows(dice, vocabulary, graph, counts),
        "tag_implications": implication_rows(dice, vocabulary, graph),
    }
    # The rows are drawn while they are written, posts first, as tags hold their counts.
    for table, rows in tables.items():
        with table_file(folder, table, compressed=True, level=9) as file:
            file.write_rows(rows)


def post_rows(dice: Dice, model: PostModel, counts: Counter[str]) -> Iterator[Row]:
    """Return the posts, and count the posts of each name on the way."""
    once = {(number + 1) * POSTS // 7: name for number, name in enumerate(words(links.ONCE))}
    seconds = 0
    post_id = 0
    for number in range(POSTS):
        post_id += 1 + dice.chance(0.1)
        seconds += dice.below(2 * SECONDS // POSTS)
        created = _moment(dice, seconds)
        extension = dice.pick(EXTENSIONS)
        if dice.chance(0.002):
            extension = "swf"
        names = model.draw(dice, extension, created.year)
        names = sorted([*names, once[number]]) if number in once else names
        counts.update(set(names))
        yield _post_row(dice, post_id, created, extension, _tag_string(dice, names))


def _tag_string(dice: Dice, names: list[str]) -> str:
    """Return the names as one text, rarely with a name or a space too many, or empty."""
    if dice.chance(0.001):
        names = sorted([*names, dice.pick(names)])
    text = " ".join(names)
    return text.replace(" ", "  ", 1) if dice.chance(0.001) else text


def _post_row(dice: Dice, post_id: int, created: datetime, extension: str, tags: str) -> Row:
    """Return one row of posts; its numbers mean nothing, but agree with one another."""
    up, down = dice.skewed(400), -dice.skewed(12)
    updated = created + timedelta(days=dice.skewed(60), seconds=dice.below(86_400))
    deleted = dice.chance(0.06)
    film = extension in FILMS[1:]
    hexadecimal = hashlib.md5(str(post_id).encode()).hexdigest()
    return [
        str(post_id),
        str(2 + dice.skewed(300)),
        _stamp(created),
        hexadecimal,
        field(_source(dice, post_id)),
        dice.pick(RATINGS),
        _rarely_empty(dice, 400 + 20 * dice.below(180)),
        _rarely_empty(dice, 400 + 20 * dice.below(180)),
        field(tags),
        "solo" if dice.chance(0.002) else "",
        str(up * 2 + dice.below(20)),
        extension,
        str(1 + dice.below(post_id)) if dice.chance(0.05) else "",
        str(post_id * 3 + dice.below(3)),
        str(2 + dice.below(30)) if dice.chance(0.5) else "",
        _rarely_empty(dice, 20_000 + dice.skewed(6_000_000)),
        str(dice.skewed(12)),
        field(dice.pick(DESCRIPTIONS) if dice.chance(0.2) else ""),
        f"{dice.below(9_000) / 100}" if film else "",
        _stamp(updated) if dice.chance(0.9) else "",
        boolean(deleted),
        boolean(not deleted and dice.chance(0.005)),
        boolean(not deleted and dice.chance(0.004)),
        str(up + down),
        str(up),
        str(down),
        boolean(dice.chance(0.01)),
        boolean(dice.chance(0.002)),
        boolean(dice.chance(0.001)),
        hexadecimal[:6] if dice.chance(0.03) else "",
        _stamp(updated) if dice.chance(0.01) else "",
        _stamp(updated) if dice.chance(0.1) else "",
    ]


def _source(dice: Dice, post_id: int) -> str:
    """Return where a post comes from, which is often not known."""
    if dice.chance(0.3):
        return ""
    return dice.favour(SOURCES).format(post_id * 17, ("tove", "quill", "oske")[post_id % 3])


def _rarely_empty(dice: Dice, number: int) -> str:
    """Return a number, or in one row of five hundred nothing."""
    return "" if dice.chance(0.002) else str(number)


def tag_rows(dice: Dice, vocabulary: SampleVocabulary, counts: Counter[str]) -> Iterator[Row]:
    """Return the tags in any order of age, with the number of posts that carry each name."""
    tag_id = 0
    names = dice.shuffled(list(vocabulary.categories))
    for position, name in enumerate(names):
        tag_id += 1 + dice.below(3)
        created = _moment(dice, position * SECONDS // len(names))
        yield [
            str(tag_id),
            field(name),
            str(vocabulary.categories[name]),
            str(counts[name]),
            _stamp(created),
            _stamp(created + timedelta(days=dice.below(300))),
            boolean(dice.chance(0.02)),
        ]


def alias_rows(
    dice: Dice, vocabulary: SampleVocabulary, graph: LinkGraph, counts: Counter[str]
) -> Iterator[Row]:
    """Return the aliases in any order of age."""
    for link, shared in _requests(dice, vocabulary.aliases):
        target = graph.resolve(link[1])
        yield [*shared, "2", str(3 + dice.below(9)), str(counts[target]), *_votes(dice)]


def implication_rows(dice: Dice, vocabulary: SampleVocabulary, graph: LinkGraph) -> Iterator[Row]:
    """Return the implications in any order of age, with what the site believes they lead to."""
    for (_, consequent, status), shared in _requests(dice, vocabulary.implications):
        target = graph.resolve(consequent)
        descendants = [target, *graph.implied(target)]
        if status != "active":
            descendants = []
        elif len(descendants) > 2 and dice.chance(0.005):
            # The site computes the list when an edge changes, so a few lag behind.
            descendants.pop()
        approver = str(3 + dice.below(9)) if status == "active" else ""
        yield [*shared, approver, "2", field(array(descendants)), *_votes(dice)]


def _requests(dice: Dice, all_links: list[Link]) -> Iterator[tuple[Link, Row]]:
    """Return each link with its fields from id to updated_at; the oldest have no date."""
    link_id = 3
    for position, link in enumerate(dice.shuffled(all_links)):
        link_id += 1 + dice.below(4)
        old = position * 7 < len(all_links)
        created = _moment(dice, position * SECONDS // len(all_links))
        in_forum = not old and dice.chance(0.7)
        reason = field(dice.pick(REASONS))
        yield (
            link,
            [
                str(link_id),
                *map(field, link[:2]),
                "" if old else _stamp(created),
                field(link[2]),
                str(1_000 + link_id * 3) if in_forum else "",
                str(200 + link_id) if in_forum else "",
                "" if old else reason,
                _stamp(created + timedelta(days=dice.below(90))),
            ],
        )


def _votes(dice: Dice) -> Row:
    """Return votes down, in between and up."""
    return [str(dice.skewed(limit)) for limit in (3, 2, 9)]


def _moment(dice: Dice, seconds: int) -> datetime:
    """Return a moment so long after the first day; some have round fractions, as old ones do."""
    microseconds = dice.below(1_000_000)
    step = 1_000_000 if dice.chance(0.04) else 1_000 if dice.chance(0.05) else 1
    return FIRST_DAY + timedelta(seconds=seconds, microseconds=microseconds - microseconds % step)


def _stamp(moment: datetime) -> str:
    """Return a moment as PostgreSQL prints it."""
    return timestamp(moment.isoformat(timespec="microseconds"))
