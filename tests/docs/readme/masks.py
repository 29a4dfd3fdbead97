"""What of a print may differ between two machines, and nothing else.

Scores of trained vectors, times, sizes and the ids that are made of them are masked, each by a
pattern that fits it alone; a count, a name or an order that differs is a difference.
"""

from __future__ import annotations

import re

# Where the length is fixed, digits are replaced one by one: columns must stand as they stood.
_MASKS = {
    "score": re.compile(r"(?<![\w.-])-?[01]\.\d{2,3}(?![\w.])"),
    "share": re.compile(r"(?<=^neighbors     )\d\d?%(?= of a tag's 10 nearest)", re.MULTILINE),
    "chance": re.compile(r"(?<=\(by chance: )\d+\.\d%"),
    "time": re.compile(r"\b\d+\.\d seconds\b"),
    "size": re.compile(r"\b\d+(\.\d)? [kMG]B\b"),
    "build": re.compile(r"(?<=^build         )[0-9a-f]{16}\b", re.MULTILINE),
    "run": re.compile(r"\b\d{8}-\d{6}-\d{6}-[0-9a-f]{4}\b"),
}
_OF_ANY_LENGTH = ("share", "chance", "time", "size")
# Which device trains is a matter of the machine.
_DEVICE = re.compile(r"^training on the CPU: .*\n", re.MULTILINE)


def without_device(text: str) -> str:
    """Return a print without the line that tells which device trains."""
    return _DEVICE.sub("", text)


def masked(text: str) -> str:
    """Return a print without what may differ: two that are equal then tell the same."""
    for name, mask in _MASKS.items():
        text = mask.sub(f"<{name}>" if name in _OF_ANY_LENGTH else _digits, text)
    return text


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"[0-9a-f]", "#", match[0])
