"""Measurements of reconverge beside what a user would take instead; nothing here is shipped."""
