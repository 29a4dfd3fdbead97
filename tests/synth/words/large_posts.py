"""The tags of a large export's posts, drawn chunk by chunk from topics and a bent Zipf law."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .large_vocabulary import Integers, Vocabulary

Floats = NDArray[np.float64]

TAGS_PER_POST = 48
# About 60 % of the tags in an export are used at most once; implied tags gain further uses.
DRAWN_ONCE = 0.63
CHUNK = 25_000

# A draw that hits a tag with a topic is moved to a topic of the post with this probability;
# the rest is noise. One post in three has a second topic, with a third of such draws.
TOPICAL = 0.85
TWO_TOPICS = 0.33
# In a blended export more of the draws are noise, and a draw in a topic often strays to one that is
# related: to one of the next four.
BLENDED_TOPICAL = 0.43
STRAYED = 0.6
RELATED = 4
CARRIED = 0.95
ALIASED_USES = 0.004


@dataclass(frozen=True)
class PostModel:
    """How posts draw their tags: one cumulative sum over all tags, those of a topic adjacent."""

    vocabulary: Vocabulary
    cumulative: Floats
    tag_at: Integers
    topic_start: Floats
    topic_end: Floats
    draws: float
    blended: bool
    # Implied tags of tag i: implied[implied_from[i]:implied_from[i + 1]].
    implied_from: Integers
    implied: Integers
    # One alias of each tag, or -1, and how often it stands for the tag.
    alias: Integers
    alias_share: float
    # Place of each name in the order of names, and the other way round.
    place: Integers
    by_name: Integers
    name_at: NDArray[np.object_]


@dataclass(frozen=True)
class Chunk:
    """The tag strings of some posts, and how many posts carry each name."""

    tag_strings: list[str]
    name_counts: Integers


def make_model(
    vocabulary: Vocabulary, *, posts: int, seed: int, blended: bool = False
) -> PostModel:
    """Return a model whose posts have 48 tags on average, whatever they imply or repeat."""
    weights = use_weights(vocabulary, posts * TAGS_PER_POST)
    tag_at = np.argsort(vocabulary.topic[: vocabulary.drawn_count], kind="stable")
    cumulative = np.cumsum(weights[tag_at])
    topics = vocabulary.topic[tag_at]
    limits = np.concatenate([[0.0], cumulative])
    numbers = np.arange(vocabulary.topic_count)
    names = vocabulary.names
    by_name = np.array(sorted(range(len(names)), key=names.__getitem__))
    place = np.empty_like(by_name)
    place[by_name] = np.arange(len(names))
    lengths = np.array([len(one) for one in vocabulary.closure])
    alias = one_alias(vocabulary)
    model = PostModel(
        vocabulary=vocabulary,
        cumulative=cumulative,
        tag_at=tag_at,
        topic_start=limits[np.searchsorted(topics, numbers, "left")],
        topic_end=limits[np.searchsorted(topics, numbers, "right")],
        draws=TAGS_PER_POST,
        blended=blended,
        implied_from=np.concatenate([[0], np.cumsum(lengths)]),
        implied=np.array([tag for one in vocabulary.closure for tag in one], np.int64),
        alias=alias,
        alias_share=ALIASED_USES,
        place=place,
        by_name=by_name,
        name_at=np.array(names, object)[by_name],
    )
    return _calibrated(model, seed)


def use_weights(vocabulary: Vocabulary, uses: int) -> Floats:
    """Return the probability of each drawn tag: Zipf, its tail bent down where it must be.

    The bend lies where the wanted share of the rows in tags is drawn at most once.
    """
    rank = np.arange(vocabulary.drawn_count) + 6.0
    never_drawn = vocabulary.row_count - vocabulary.drawn_count
    low, high = 1.0, float(len(rank))
    weights: Floats = np.ones_like(rank, np.float64)
    for _ in range(40):
        bend = (low * high) ** 0.5
        weights = 1 / (rank * (1 + (rank / bend) ** 2.2))
        weights /= weights.sum()
        mean = weights * uses
        rare = float((np.exp(-mean) * (1 + mean)).sum()) + never_drawn
        low, high = (bend, high) if rare > DRAWN_ONCE * vocabulary.row_count else (low, bend)
    return weights


def one_alias(vocabulary: Vocabulary) -> Integers:
    """Return the index of one alias for each drawn tag, or -1."""
    alias = np.full(vocabulary.drawn_count, -1)
    targets = vocabulary.alias_targets
    alias[targets] = vocabulary.drawn_count + np.arange(len(targets))
    return alias


def _calibrated(model: PostModel, seed: int) -> PostModel:
    """Return the model with its number of draws and share of aliases found by trying."""
    drawn = model.vocabulary.drawn_count
    for attempt in range(6):
        _, place = draw_uses(model, np.random.default_rng([seed, 2, attempt]), 4_000)
        aliased = float((model.by_name[place] >= drawn).mean())
        model = replace(
            model,
            draws=model.draws * TAGS_PER_POST / (len(place) / 4_000),
            alias_share=model.alias_share * ALIASED_USES / max(aliased, 0.0001),
        )
    return model


def draw_uses(model: PostModel, rng: np.random.Generator, count: int) -> tuple[Integers, Integers]:
    """Return post numbers and name places, a pair a use, by post and then by name."""
    post, tag = _draw_tags(model, rng, count)
    implied_by = np.flatnonzero(rng.random(len(tag)) < CARRIED)
    more_posts, more_tags = _implied(model, post[implied_by], tag[implied_by])
    post = np.concatenate([post, more_posts])
    tag = np.concatenate([tag, more_tags])
    alias = model.alias[tag]
    swapped = (alias >= 0) & (rng.random(len(tag)) < model.alias_share)
    name = model.place[np.where(swapped, alias, tag)]
    size = len(model.place)
    key = post * size + name
    key.sort()
    key = key[np.concatenate([[True], key[1:] != key[:-1]])]
    return np.divmod(key, size)


def _draw_tags(model: PostModel, rng: np.random.Generator, count: int) -> tuple[Integers, Integers]:
    """Return (post, tag) pairs; moving draws inside a topic leaves the tags' shares as they are."""
    total = model.cumulative[-1]
    draws = np.maximum(2, rng.gamma(6.0, model.draws / 6.0, count)).astype(np.int64)
    post = np.repeat(np.arange(count), draws)
    topics = _draw_topics(model, rng, (2, count))
    topics[1] = np.where(rng.random(count) < TWO_TOPICS, topics[1], topics[0])
    point = rng.random(len(post)) * total
    topical = BLENDED_TOPICAL if model.blended else TOPICAL
    moved = np.flatnonzero((point >= model.topic_start[0]) & (rng.random(len(post)) < topical))
    second = (rng.random(len(moved)) < 1 / 3).astype(np.int64)
    topic = topics[second, post[moved]]
    if model.blended:
        topic = _strayed(model, rng, topic)
    start, end = model.topic_start[topic], model.topic_end[topic]
    point[moved] = start + (end - start) * rng.random(len(moved))
    position = np.searchsorted(model.cumulative, point, "right")
    return post, model.tag_at[np.minimum(position, len(model.tag_at) - 1)]


def _strayed(model: PostModel, rng: np.random.Generator, topic: Integers) -> Integers:
    """Return the topics, some of them moved on to one of those that are related."""
    steps = np.where(rng.random(len(topic)) < STRAYED, rng.integers(1, RELATED + 1, len(topic)), 0)
    return (topic + steps) % model.vocabulary.topic_count


def _draw_topics(model: PostModel, rng: np.random.Generator, shape: tuple[int, ...]) -> Integers:
    """Return topics, each as likely as its tags are together."""
    start = model.topic_start[0]
    point = start + rng.random(shape) * (model.topic_end[-1] - start)
    topics: Integers = np.searchsorted(model.topic_end, point, "right")
    return np.minimum(topics, len(model.topic_end) - 1)


def _implied(model: PostModel, post: Integers, tag: Integers) -> tuple[Integers, Integers]:
    """Return a pair for each tag that a pair's tag implies."""
    start = model.implied_from[tag]
    lengths = model.implied_from[tag + 1] - start
    ends = np.cumsum(lengths)
    within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    return np.repeat(post, lengths), model.implied[np.repeat(start, lengths) + within]


def draw_chunk(model: PostModel, rng: np.random.Generator, count: int) -> Chunk:
    """Return the tag strings of so many posts."""
    post, name = draw_uses(model, rng, count)
    names = model.name_at[name].tolist()
    ends = np.searchsorted(post, np.arange(count), "right").tolist()
    starts = [0, *ends]
    return Chunk(
        tag_strings=[" ".join(names[start:end]) for start, end in zip(starts, ends, strict=False)],
        name_counts=np.bincount(name, minlength=len(model.place)),
    )
