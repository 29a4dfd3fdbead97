"""Who asks the site for its export: told once, and kept among the user's settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ... import files
from ...errors import UsageError

_WAY_OUT = "give an address that the site can reach you at: --contact you@example.org"


def contact_of(given: str | None, ask: Callable[[str], str] | None) -> str:
    """Return the contact: the one given, $E6DUCK_CONTACT, the one kept, or what ask returns.

    ask: puts a question; None where nobody is there to answer. Its answer is kept for the next
    time. Raises `UsageError` where there is no contact.
    """
    known = given or os.environ.get("E6DUCK_CONTACT") or _kept()
    if not known and ask:
        known = ask("The site refuses anonymous clients. Your mail address or name there").strip()
        if known:
            _keep(known)
    if not known or not known.strip():
        raise UsageError(f"the site refuses anonymous clients; {_WAY_OUT}, or set E6DUCK_CONTACT")
    return known.strip()


def _place() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    return (Path(base) if base else Path.home() / ".config") / "e6duck" / "contact"


def _kept() -> str:
    try:
        return _place().read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _keep(contact: str) -> None:
    place = _place()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with files.draft(place) as draft:
            draft.write_text(contact + "\n", encoding="utf-8")
    except OSError:
        return  # then it is asked for again
