"""The teacher's half: many hand-ins judged on one cluster, each with a receipt to be recounted.

A hand-in's folder of the results is whole in itself: what was handed in, the record of the run, and
the receipt that names both by their hashes.
"""
