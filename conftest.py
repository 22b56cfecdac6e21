"""The steps of this repository's own features; an installed reconverge brings them along itself."""

import steps

pytest_plugins = [*(f"steps.{module}" for module in steps.MODULES), "pytester"]
