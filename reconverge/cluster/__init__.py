"""The only door to a cluster: every effect and every observation passes through this package.

It takes and returns our own values; no client object, raw response or foreign exception leaves it.
"""
