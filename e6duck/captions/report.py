"""What a plan found: counts by rule, the most frequent changes, what is unknown or ambiguous."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..tags.lookup import suggest
from ..tags.phrases import many
from .runs.caption_files import NO_IMAGE
from .runs.plan import Plan
from .steps import REMOVALS, Step
from .vocabulary import Vocabulary, is_ambiguous

_SUGGESTED = 200
RULES = {
    "implied": "implied by another tag",
    "duplicate": "there already",
    "dropped": "too little used",
    "terminated": "replaced by what they imply",
    "blacklist": "on the blacklist",
    "blacklist_regexp": "matched by a blacklist pattern",
    "blacklist_categories": "of a blacklisted category",
    "blacklist_implied": "implied by a blacklisted tag",
}


@dataclass(frozen=True)
class Findings:
    """Totals over all captions of a plan."""

    read: int
    changed: int
    unchanged: int
    skipped: dict[str, str]
    not_captions: dict[str, str]
    emptied: tuple[str, ...]
    """Captions that nothing is left of"""
    removed: Counter[str]
    """Pieces removed, by rule"""
    changes: Counter[tuple[str, str, str]]
    """Before, after and reason of each change"""
    unknown: Counter[str]
    ambiguous: Counter[str]


def findings(plan: Plan) -> Findings:
    """Return what a plan found."""
    steps = _counted(plan)
    removed: Counter[str] = Counter()
    changes: Counter[tuple[str, str, str]] = Counter()
    unknown: Counter[str] = Counter()
    ambiguous: Counter[str] = Counter()
    for step, number in steps.items():
        if step.kind in REMOVALS:
            removed[step.kind] += number
        if step.is_change:
            changes[step.before, step.after, step.reason] += number
        elif step.kind == "unknown":
            unknown[step.before] += number
        elif step.kind == "ambiguous":
            ambiguous[step.before] += number
    changed = plan.changed
    return Findings(
        len(plan.captions) + sum(not name.endswith("/") for name in plan.skipped),
        len(changed),
        len(plan.captions) - len(changed),
        plan.skipped,
        plan.not_captions,
        tuple(each.name for each in changed if not each.result.text.strip("\ufeff \t\r\n")),
        removed,
        changes,
        unknown,
        ambiguous,
    )


def _counted(plan: Plan) -> Counter[Step]:
    """Return how often each step was taken; most are shared, so that texts are compared rarely."""
    taken = [step for caption in plan.captions for step in caption.result.steps]
    shared = dict(zip(map(id, taken), taken, strict=True))
    steps: Counter[Step] = Counter()
    for number, count in Counter(map(id, taken)).items():
        steps[shared[number]] += count
    return steps


def frequent(counts: Counter[str], count: int = _SUGGESTED) -> list[tuple[str, int]]:
    """Return the most frequent texts; of equally frequent ones the first by code point."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]


def suggestions(vocabulary: Vocabulary, texts: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the known tags that unknown texts are nearest to, none that means several."""
    near = suggest(vocabulary.connection, list(texts)) if texts else {}
    return {
        text: tuple(each.name for each in found if not is_ambiguous(each.name))
        for text, found in near.items()
    }


def summary(found: Findings) -> list[str]:
    """Return the counts in lines."""
    lines = [
        f"captions   {found.read:,} read; {found.changed:,} changed, {found.unchanged:,} unchanged"
        + (f", {len(found.skipped):,} left out" if found.skipped else "")
    ]
    for kind, number in sorted(found.removed.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"removed    {number:,} {RULES[kind]}")
    for counts, what in ((found.unknown, "unknown"), (found.ambiguous, "ambiguous")):
        if counts:
            first = ", ".join(f"{text} ({number:,})" for text, number in frequent(counts, 5))
            more = " …" if len(counts) > 5 else ""
            lines.append(f"{what:<10} {len(counts):,} kept as found: {first}{more}")
    if found.emptied:
        lines.append(f"emptied    {some(found.emptied)}")
    return [*lines, *left_out(found.skipped), *not_captions(found.not_captions)]


def left_out(skipped: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each reason why files are left out."""
    for reason, names in _by_reason(skipped).items():
        yield f"left out   {some(names)}: {reason}"


def not_captions(others: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each reason why text files were not taken for captions."""
    for reason, names in _by_reason(others).items():
        files = many(len(names), "text file")
        if reason == NO_IMAGE:
            beside = "it" if len(names) == 1 else "them"
            yield (
                f"left out   {files} without an image beside {beside}: {some(names)};"
                f" --all-text reads {beside}"
            )
        else:
            yield f"left out   {files} {reason}: {some(names)}"


def _by_reason(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        found.setdefault(reason, []).append(name)
    return found


def some(names: Sequence[str], count: int = 5) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - count:,} more" if len(names) > count else ""
    return ", ".join(names[:count]) + more
