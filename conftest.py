"""The steps of this repository's own features; an installed reconverge brings them along itself."""

pytest_plugins = [
    "steps.workloads",
    "steps.faults",
    "steps.outcomes",
    "steps.crons",
    "steps.jobs",
    "pytester",
]
