"""What `run.json` may hold, as a JSON Schema made from the very types that write it."""

from __future__ import annotations

from typing import Any

import msgspec

from reconverge.report.run_record import SCHEMA, RunRecord


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a run's record of this version."""
    (found,), parts = msgspec.json.schema_components([RunRecord], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"run.json of reconverge, schema {SCHEMA}",
        **found,
        "$defs": parts,
    }


def text() -> str:
    """The schema as a file."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"
