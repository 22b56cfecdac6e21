"""What an object says at one place of its JSON, as the API server sent it."""

from __future__ import annotations

from typing import Any

import msgspec


def said_at(wire: Any, field: tuple[str, ...]) -> str | None:
    """What stands at the end of the way: a text as it is, the JSON of anything else.

    `field` are the keys on the way; in a list the key is the place. None where the way ends before.
    """
    for key in field:
        match wire:
            case dict():
                wire = wire.get(key)
            case list() if key.isdecimal() and int(key) < len(wire):
                wire = wire[int(key)]
            case _:
                return None
    if wire is None or isinstance(wire, str):
        return wire
    return msgspec.json.encode(wire).decode()
