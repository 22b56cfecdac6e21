"""A lab: the task is done with the learner's own kubectl, and judged by how it came about.

It is a namespace with what the exercise begins with, an account that reaches nothing beyond it, and
the list of the pods that stood at the beginning. lab.feature is played in two halves: its Given
when the lab begins, its Then when the learner says that it is done.
"""
