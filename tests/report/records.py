"""Run records, as short as they may be."""

from __future__ import annotations

from reconverge.report.run_record import RunRecord, ScenarioRecord


def run_of(*scenarios: ScenarioRecord, seed: int = 0, exit_code: int = 0) -> RunRecord:
    """A run of these scenarios that came to its end."""
    return RunRecord(
        reconverge="0",
        seed=seed,
        started="",
        ended="",
        is_interrupted=False,
        exit_code=exit_code,
        scenarios=scenarios,
    )
