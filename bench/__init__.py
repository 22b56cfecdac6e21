"""Side-by-side measurements against the tools that a user would pick instead."""
