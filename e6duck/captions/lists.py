"""Lists of what a plan holds: tags by use, aliases for unknown pieces, the changes as a diff."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from .config import toml
from .policy import TagPolicy
from .report import findings, frequent, suggestions
from .runs.plan import Caption, Plan
from .text import spelling
from .tokens import Token
from .vocabulary import Vocabulary

_TOP_UNKNOWN = 100


def top_tags(plan: Plan, count: int, categories: Collection[str] = ()) -> Iterator[str]:
    """Yield the tags that captions hold most often, a line each, as e6db's script prints them.

    categories: only of these; `unknown` is what is no tag.
    """
    written = (each for caption in plan.captions for each in caption.result.written)
    return _top("tags", written, count, categories)


def top_implied(plan: Plan, count: int) -> Iterator[str]:
    """Yield the tags that most captions imply, be they in them or not."""
    words = (word for caption in plan.captions for word in _implied(caption))
    return _top("implied tags", (Token("", word) for word in words), count)


def _implied(caption: Caption) -> set[TagPolicy]:
    words = [reading.word for reading in caption.result.read if reading.word]
    return {other for word in words for other in word.implied}


def _top(
    what: str, readings: Iterable[Token], count: int, categories: Collection[str] = ()
) -> Iterator[str]:
    listed = (_listed(each) for each in readings if each.kind != "sentence")
    counts = Counter(each for each in listed if not categories or each[1] in categories)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]
    yield f"# the {len(top):,} most common {what} of {len(counts):,}"
    for (name, category), number in top:
        yield f"{number:>8,}  {name}  ({category})"


def _listed(reading: Token) -> tuple[str, str]:
    """Return a reading as lists have it, and its category."""
    if reading.word is None:
        return reading.text, "unknown"
    return reading.word.text, reading.word.tag.category


def suggested_aliases(vocabulary: Vocabulary, plan: Plan) -> Iterator[str]:
    """Yield TOML with an alias for each frequent unknown piece, to look over and paste."""
    found = findings(plan)
    counts: Counter[str] = Counter()
    for text, count in (found.unknown + found.ambiguous).items():
        counts[spelling(text)] += count
    counted = frequent(counts, _TOP_UNKNOWN)
    texts = [text for text, _ in counted]
    near = suggestions(vocabulary, texts)
    ambiguous = [text for text in texts if text in map(spelling, found.ambiguous)]
    for text, names in vocabulary.candidates(ambiguous).items():
        near[text] = names
    yield "[aliases]"
    for text, count in counted:
        names = near.get(text, ())
        line = f"{toml(text)} = {toml(names[0] if names else '')}"
        others = f"; or {', '.join(names[1:])}" if names[1:] else ""
        times = f"# {count:,} times{others}"
        yield f"{line}  {times}" if names else f"# {line}  {times}, and nothing is near"


def diff(caption: Caption) -> Iterator[str]:
    """Yield the lines of a unified diff of a caption, without line ends."""
    old, new = (text.splitlines(keepends=True) for text in (caption.text, caption.result.text))
    for line in difflib.unified_diff(old, new, f"a/{caption.name}", f"b/{caption.name}"):
        yield line.rstrip("\r\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
