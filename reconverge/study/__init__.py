"""Study exercises: what a learner hands in is read, judged, and answered with one true sentence.

First what can be seen in the files alone: they are decoded as strictly as an API server would, and
the rules look for what is sound YAML and cannot work. Only what passes is applied, harmed and
judged on a cluster. An exercise is a folder, so that an author writes no Python.
"""
