"""The contact address that the site requires, kept in the user's settings.

On macOS, too, it is in ~/.config/e6duck, like the settings of many command-line programs.
platformdirs would save three lines here, but it names another folder there: a contact that was
saved before would still have to be looked up in this one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ... import files
from ...errors import UsageError


def contact_of(given: str | None, ask: Callable[[str], str] | None) -> str:
    """Return the contact: the given one, $E6DUCK_CONTACT, the saved one, or the answer of ask.

    ask: gets a question; None if nobody can answer. Its answer is saved for the next time. Raises
    `UsageError` if there is no contact.
    """
    contact = given or os.environ.get("E6DUCK_CONTACT") or _saved()
    if not contact and ask:
        contact = ask("The site refuses anonymous clients. Your mail address or name there").strip()
        if contact:
            _save(contact)
    if not contact or not contact.strip():
        raise UsageError(
            "the site refuses anonymous clients; give an address where it can reach you as contact"
            " (such as you@example.org), or set E6DUCK_CONTACT",
            option="contact",
        )
    return contact.strip()


def _path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    return (Path(base) if base else Path.home() / ".config") / "e6duck" / "contact"


def _saved() -> str:
    try:
        return _path().read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _save(contact: str) -> None:
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.draft(path) as draft:
            draft.write_text(contact + "\n", encoding="utf-8")
    except OSError:
        return  # the next fetch asks again
