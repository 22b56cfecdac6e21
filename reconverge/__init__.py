"""reconverge: chaos testing of real Kubernetes clusters, with verdicts that need no second look."""

__version__ = "0.1.0"
