"""`reconverge rbac`: the permissions that scenarios need on a cluster of somebody's own."""

from __future__ import annotations

import click


@click.command()
def rbac() -> None:
    """Print a ServiceAccount with what scenarios need on a cluster of yours, and no more.

    It may look at nodes, make namespaces, and write in those alone: an admission policy refuses it
    everything else, kube-system and the nodes above all.

    \b
    reconverge rbac | kubectl apply -f -
    kubectl create token reconverge -n reconverge
    """
    from importlib.resources import files

    text = files("reconverge.provision").joinpath("access.yaml").read_text(encoding="utf-8")
    click.echo(text, nl=False)
