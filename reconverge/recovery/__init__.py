"""What heals a cluster when the run that harmed it cannot: its watchdog, and whoever comes next.

Nothing is imported here: the watchdog is this package run as a program, and starts light.
"""
