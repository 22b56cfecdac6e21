"""Pure functions of a timeline: steady states, invariants, expected times, explanations.

A judge never does anything. Where it needs an act to come to a verdict (a challenge, a probe) it
says what it wants, and finds the outcome in the record like any other fact.
"""
