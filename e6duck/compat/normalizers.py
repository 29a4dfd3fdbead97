"""``TagNormalizer`` and ``TagSetNormalizer``: names to ids and back, categories, implied ids.

An id is a rank: 0 is the most used tag.
"""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Collection, Iterable
from copy import copy
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar, overload

from ..index.categories import CATEGORIES
from ..index.read import ArrayTagData, StrPath, TagData
from .loading import load_tag_set, load_tags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

InMapFun: TypeAlias = Callable[[str, int | None], str | Iterable[str]]
OutMapFun: TypeAlias = Callable[[str, int], str]
Default = TypeVar("Default")
Key = TypeVar("Key")

# Each list is indexed by the id of a category.
tag_categories = [category.name for category in CATEGORIES]
tag_category2id = {name: category for category, name in enumerate(tag_categories)}
tag_categories_colors = [category.color for category in CATEGORIES]
tag_categories_alt_colors = [category.alt_color for category in CATEGORIES]


class TagNormalizer:
    """Names to ids and back: an id can have many spellings as input, and has one name as output.

    It is made from a folder of index files, or from the three values of load_tags. Those are not
    copied: changes to the normalizer change them.
    """

    tag2idx: dict[str, int]
    idx2tag: list[str]
    tag_categories: bytes | NDArray[np.uint8]

    def __init__(self, path_or_data: StrPath | TagData | ArrayTagData) -> None:
        """Read a folder, or use the values of load_tags."""
        data = path_or_data if isinstance(path_or_data, tuple) else load_tags(path_or_data)
        self.tag2idx, names, self.tag_categories = data
        # A NumPy array of strings would truncate a longer name set by rename_output.
        self.idx2tag = names if isinstance(names, list) else [str(name) for name in names]

    @overload
    def encode(self, tag: str) -> int | None: ...
    @overload
    def encode(self, tag: str, default: Default) -> int | Default: ...
    def encode(self, tag: str, default: object = None) -> object:
        """Return the id of a spelling, or default if it is unknown."""
        return self.tag2idx.get(tag, default)

    def decode(self, tag: int | str) -> str:
        """Return the name of an id; a string is returned unchanged."""
        return tag if isinstance(tag, str) else self.idx2tag[tag]

    def get(self, key: int | str, default: Any = None) -> Any:
        """Return the name of an id or the id of a spelling, or default if it is unknown."""
        if isinstance(key, str):
            return self.tag2idx.get(key, default)
        return self.idx2tag[key] if 0 <= key < len(self.idx2tag) else default

    def get_category(self, tag: int | str, as_string: bool = True) -> str | int:
        """Return the category of an id or spelling: its name, or its id if not as_string.

        Raises KeyError for an unknown spelling.
        """
        category = int(self.tag_categories[self._id_of(tag)])
        return tag_categories[category] if as_string else category

    def get_reverse_mapping(self) -> list[list[str]]:
        """Return the spellings of each id, by id."""
        spellings: list[list[str]] = [[] for _ in self.idx2tag]
        for name, tag_id in self.tag2idx.items():
            spellings[tag_id].append(name)
        return spellings

    def add_input_mappings(
        self, tags: str | Iterable[str], to_tid: int | str, on_conflict: str = "raise"
    ) -> None:
        """Map spellings to an id (or to the id of a spelling).

        ``on_conflict`` says what to do if a spelling is already mapped to another id:

        - ``raise``: raise ValueError (the default)
        - ``warn``: overwrite the old mapping, and log a warning
        - ``overwrite``: overwrite the old mapping
        - ``overwrite_rarest``: map it to the more frequent of the two tags
        - ``silent`` or any other string: keep the old mapping

        Raises KeyError if ``to_tid`` is an unknown spelling, IndexError if no tag has this id.
        """
        tag_id = self._id_of(to_tid)
        name = self.idx2tag[tag_id]
        for spelling in _spellings(tags):
            previous = self.tag2idx.get(spelling, tag_id)
            if previous == tag_id or _overwrites(
                f"cannot map {spelling!r} to {name!r} ({tag_id}):"
                f" it is mapped to {self.idx2tag[previous]!r} ({previous})",
                on_conflict,
                is_more_frequent=tag_id < previous,
            ):
                self.tag2idx[spelling] = tag_id

    def remove_input_mappings(self, tags: str | Iterable[str]) -> None:
        """Remove spellings; an unknown one is logged as a warning."""
        for spelling in _spellings(tags):
            if self.tag2idx.pop(spelling, None) is None:
                logger.warning("%r is not a known spelling of a tag", spelling)

    def rename_output(self, orig: int | str, dest: str) -> None:
        """Change the name that decode returns for an id (or for the id of a spelling)."""
        self.idx2tag[self._id_of(orig)] = dest

    def map_inputs(
        self, mapfun: InMapFun, prepopulate: bool = True, on_conflict: str = "raise"
    ) -> Self:
        """Return a copy that also maps the spellings that ``mapfun(spelling, id)`` returns.

        Without ``prepopulate`` it maps only these. ``on_conflict``: as in add_input_mappings.
        """
        result = self._copy()
        if not prepopulate:
            result.tag2idx.clear()
        for spelling, tag_id in self.tag2idx.items():
            result.add_input_mappings(mapfun(spelling, tag_id), tag_id, on_conflict)
        return result

    def map_outputs(self, mapfun: OutMapFun) -> Self:
        """Return a copy whose names are ``mapfun(name, id)``."""
        result = self._copy()
        result.idx2tag = [mapfun(name, tag_id) for tag_id, name in enumerate(self.idx2tag)]
        return result

    def _copy(self) -> Self:
        result = copy(self)
        result.tag2idx = self.tag2idx.copy()
        result.idx2tag = self.idx2tag.copy()
        result.tag_categories = copy(self.tag_categories)
        return result

    def _id_of(self, tag: int | str) -> int:
        tag_id = self.tag2idx[tag] if isinstance(tag, str) else operator.index(tag)
        if not 0 <= tag_id < len(self.idx2tag):
            raise IndexError(f"no tag has the id {tag_id}; the last is {len(self.idx2tag) - 1}")
        return tag_id


class TagSetNormalizer:
    """The tags of a post or caption as ids, without implied ones.

    It is made from a folder of index files, or from a TagNormalizer and the two values of
    load_implications, which are not copied. The implications must include transitive ones.
    """

    tag_normalizer: TagNormalizer
    implications: dict[int, list[int]]
    implications_rej: dict[str, list[int]]

    def __init__(
        self,
        path_or_data: StrPath | tuple[TagNormalizer, dict[int, list[int]], dict[str, list[int]]],
    ) -> None:
        """Read a folder, or use a TagNormalizer and the values of load_implications."""
        if isinstance(path_or_data, tuple):
            self.tag_normalizer, self.implications, self.implications_rej = path_or_data
            return
        tags, implications = load_tag_set(path_or_data)
        self.tag_normalizer = TagNormalizer(tags)
        self.implications, self.implications_rej = implications

    def map_inputs(self, mapfun: InMapFun, on_conflict: str = "raise") -> Self:
        """Return a copy that also maps the spellings that ``mapfun(spelling, id)`` returns.

        For a tag that is too rare for an id, the id is None. Rare names stay known even if mapfun
        does not return them (e6db drops these). ``on_conflict``: as in
        TagNormalizer.add_input_mappings; of two rare tags ``overwrite_rarest`` keeps the first.
        """
        rare = _copy_lists(self.implications_rej)
        for name, implied in self.implications_rej.items():
            for spelling in _spellings(mapfun(name, None)):
                previous = rare.get(spelling, implied)
                if previous == implied or _overwrites(
                    f"cannot map {spelling!r} to {name!r}, which implies {implied}:"
                    f" it is mapped to a tag that implies {previous}",
                    on_conflict,
                ):
                    rare[spelling] = list(implied)
        tags = self.tag_normalizer.map_inputs(mapfun, on_conflict=on_conflict)
        return type(self)((tags, _copy_lists(self.implications), rare))

    def map_outputs(self, mapfun: OutMapFun) -> Self:
        """Return a copy whose names are ``mapfun(name, id)``."""
        tags = self.tag_normalizer.map_outputs(mapfun)
        implications = _copy_lists(self.implications)
        return type(self)((tags, implications, _copy_lists(self.implications_rej)))

    def get_implied(self, tag: int | str) -> list[int]:
        """Return the ids that an id, a spelling or a rare name implies."""
        key = self._key(tag)
        if isinstance(key, int):
            return list(self.implications.get(key, ()))
        return list(self.implications_rej.get(key, ()))

    def encode(
        self,
        tags: Iterable[int | str],
        keep_implied: bool | Collection[int | str] = False,
        max_antecedent_rank: int | None = None,
        drop_antecedent_rank: int | None = None,
    ) -> tuple[list[int | str], set[int]]:
        """Return the ids (and unknown strings) of tags in order, each once, and the implied ids.

        Implied tags are left out of the first list. ``keep_implied``: keep all of them (True), or
        these. ``max_antecedent_rank``: the tags that are implied by a tag of this rank or more, or
        by a tag too rare for an id, are added after it instead. ``drop_antecedent_rank``: such a
        tag of this rank or more is itself left out. None or 0 sets no limit. If two tags imply each
        other, these implications are ignored: a cycle removes no tags.
        """
        # Rare names rank after all ids, and the default limits are beyond them.
        rare_rank = max(len(self.tag_normalizer.tag2idx), len(self.tag_normalizer.idx2tag))
        add_from = max_antecedent_rank or rare_rank + 1
        drop_from = drop_antecedent_rank or rare_rank + 1
        pending = [self._key(tag) for tag in tags][::-1]
        seen: set[int | str] = set()
        encoded: list[int | str] = []
        implied: set[int] = set()
        while pending:
            tag = pending.pop()
            if tag in seen:
                continue
            seen.add(tag)
            consequents = self._consequents(tag)
            rank = tag if isinstance(tag, int) else rare_rank
            if rank < add_from:
                implied.update(consequents)
            else:
                pending.extend(consequents)
                if consequents and rank >= drop_from:
                    continue
            encoded.append(tag)
        stripped = _stripped(implied, keep_implied)
        return [tag for tag in encoded if tag not in stripped], implied

    def decode(self, tags: Iterable[int | str]) -> list[str]:
        """Return the names of ids; strings are returned unchanged."""
        return [self.tag_normalizer.decode(tag) for tag in tags]

    def _key(self, tag: int | str) -> int | str:
        if isinstance(tag, str):
            return self.tag_normalizer.encode(tag, tag)
        return operator.index(tag)

    def _consequents(self, tag: int | str) -> list[int]:
        """Return what a tag implies, without itself and the tags that imply it in turn."""
        if isinstance(tag, str):
            return self.implications_rej.get(tag, [])
        return [
            implied
            for implied in self.implications.get(tag, ())
            if implied != tag and tag not in self.implications.get(implied, ())
        ]


def _stripped(implied: set[int], keep_implied: bool | Collection[int | str]) -> set[int]:
    if isinstance(keep_implied, bool):
        return set() if keep_implied else implied
    return implied.difference(keep_implied)


def _spellings(tags: str | Iterable[str]) -> Iterable[str]:
    return (tags,) if isinstance(tags, str) else tags


def _copy_lists(lists: dict[Key, list[int]]) -> dict[Key, list[int]]:
    return {key: list(ids) for key, ids in lists.items()}


def _overwrites(conflict: str, on_conflict: str, *, is_more_frequent: bool = False) -> bool:
    """Return whether the new mapping replaces the old one; see add_input_mappings."""
    if on_conflict == "raise":
        raise ValueError(conflict)
    if on_conflict == "warn":
        logger.warning("%s", conflict)
    return on_conflict in ("warn", "overwrite") or (
        on_conflict == "overwrite_rarest" and is_more_frequent
    )
