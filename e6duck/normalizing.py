"""Caption files made clean: the facade over rules, plan, journal and undo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .api import Database, connection_of
from .cleaning import Cleaner, Result, texts_of
from .database import Connection
from .judging import Judge
from .lexicon import Lexicon
from .readings import Reader
from .rules import Rules, read_rules, rules_from
from .vocabulary import Vocabulary


class Normalizer:
    """Cleans captions with the tags of a database, by rules.

    db: a database, its path or its folder. rules: `Rules`, a file, a mapping as in normalize.toml;
    the defaults without. Raises `RulesError` with all that is wrong in the rules.
    """

    def __init__(
        self,
        db: Database | Connection | Path | str,
        rules: Rules | Mapping[str, Any] | Path | str | None = None,
    ) -> None:
        self.rules = _rules(rules)
        self.vocabulary = Vocabulary(connection_of(db))
        self.lexicon = Lexicon(self.vocabulary, self.rules)
        self._reader = Reader(Judge(self.lexicon))
        self._cleaner = Cleaner(self._reader, self.rules)

    def normalize_text(self, text: str) -> Result:
        """Return a caption clean, with what became of each of its pieces."""
        self._reader.learn(texts_of(text, self.rules.multiline))
        return self._cleaner.clean(text)


def _rules(rules: Rules | Mapping[str, Any] | Path | str | None) -> Rules:
    if isinstance(rules, Rules):
        return rules
    if isinstance(rules, (str, Path)):
        return read_rules(Path(rules))
    return rules_from(rules or {})
