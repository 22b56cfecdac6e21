"""Adversaries: all that could make a verdict wrong, set upon every scenario on a real cluster.

Each trial is one scenario under one adversary. Its verdict is compared with what may be said there
at all, and with the truth, which is found out without the engine: by asking the API server itself.
`python -m tests.adversaries` plays the whole table and writes docs/adversaries.md.
"""
