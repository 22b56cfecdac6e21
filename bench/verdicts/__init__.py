"""The same fault, judged by reconverge and by the usual ways to wait, against an independent truth.

`python -m bench.verdicts` runs it on the cluster that `reconverge cluster up` made, and writes
docs/benchmarks/verdicts.md.
"""
