"""The pytest plugin: what turns feature files into judged chaos experiments.

It is loaded by its entry point as soon as reconverge is installed. Each module below owns one
concern and only the hooks it needs; in a project without features of ours, none of them acts.
Whoever imports another of them is named after it: pytest rewrites asserts only as it loads them.
"""

from __future__ import annotations

pytest_plugins = (
    "reconverge.pytest_plugin.signals",
    "reconverge.pytest_plugin.options",
    "reconverge.pytest_plugin.feature_files",
    "reconverge.pytest_plugin.wording",
    "reconverge.pytest_plugin.turns",
    "reconverge.pytest_plugin.scheduling",
    "reconverge.pytest_plugin.stop_file",
    "reconverge.pytest_plugin.bounds",
    "reconverge.pytest_plugin.clusters",
    "reconverge.pytest_plugin.summary",
    "reconverge.pytest_plugin.leftovers",
    "reconverge.pytest_plugin.scenarios",
    "reconverge.pytest_plugin.script",
    "reconverge.pytest_plugin.dry_run",
    "reconverge.pytest_plugin.outcome",
    "reconverge.pytest_plugin.live",
    "reconverge.pytest_plugin.run_files",
)
