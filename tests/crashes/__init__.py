"""A run killed at every step of every fault's life: what is left when its cluster is recovered?

    python -m tests.crashes --cluster-name NAME [--fault CLASS]... [--within MINUTES] [--write PAGE]

Each trial is a process of its own that is really killed (SIGKILL) at one step. The steps are not
listed by hand: they are what a run that is not killed passes through, each boundary of the injector
and each call that changes the cluster, before and after it.
"""
