"""`reconverge cluster`: the life cycle as commands."""

from __future__ import annotations

import click

from reconverge.cli import progress_line
from reconverge.provision import lifecycle
from reconverge.provision.cluster_config import WORKERS, ClusterSpec

name_option = click.option("--name", default="reconverge", show_default=True, help="Cluster name.")
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Say nothing on the way.")


@click.group()
def cluster() -> None:
    """Make, look at and remove kind clusters."""


@cluster.command()
@name_option
@click.option("--workers", default=WORKERS, show_default=True, help="Worker nodes.")
@click.option("--profile", default="fast", show_default=True, help="fast or stock.")
@click.option("--kubernetes", default="1.34", show_default=True, help="Kubernetes minor version.")
@click.option("--image", default="", help="This node image, whatever a registry says.")
@click.option("--build-image", "source", flag_value="build", help="Build the node image here.")
@click.option("--pull-image", "source", flag_value="pull", help="Pull the published node image.")
@click.option(
    "--workloads",
    type=click.Choice(["auto", "build", "pull"]),
    default="auto",
    show_default=True,
    help="Where the exercise images come from; auto pulls where a registry answers.",
)
@click.option(
    "--egress",
    type=click.Choice(["closed", "open"]),
    default="closed",
    show_default=True,
    help="Whether the cluster's packets may leave this machine.",
)
@click.option("--api-port", default=0, help="The API server's port on 127.0.0.1 (0: a free one).")
@click.option("--recreate", is_flag=True, help="Replace an existing cluster of ours.")
@click.option(
    "--no-install",
    is_flag=True,
    envvar="RECONVERGE_NO_INSTALL",
    help="Install nothing: no Docker, no packages, no Go.",
)
@click.option("--export-kubeconfig", is_flag=True, help="Also merge it into your own kubeconfig.")
@quiet_option
def up(
    name: str,
    workers: int,
    profile: str,
    kubernetes: str,
    image: str,
    source: str | None,
    workloads: str,
    egress: str,
    api_port: int,
    recreate: bool,
    no_install: bool,
    export_kubeconfig: bool,
    quiet: bool,
) -> None:
    """Make a cluster, repair it, or find it whole and change nothing."""
    from reconverge.provision.up import up as bring_up

    spec = ClusterSpec(
        name=name,
        workers=workers,
        profile=profile,
        minor=kubernetes,
        image=image,
        image_source=source or "auto",  # type: ignore[arg-type]  # click chose among them
        workloads=workloads,  # type: ignore[arg-type]
        egress=egress,  # type: ignore[arg-type]
        api_port=api_port,
    )
    found = bring_up(
        spec,
        allow_install=not no_install,
        recreate=recreate,
        progress=progress_line(quiet=quiet),
    )
    if export_kubeconfig:
        _export(found)
    click.echo(f"cluster {found.name}: {len(found.nodes)} nodes, profile {found.profile}")
    click.echo(f"export KUBECONFIG={found.kubeconfig}")


def _export(found: lifecycle.ClusterHandle) -> None:
    """Merge into the user's kubeconfig as kubectl would: theirs first, so that nothing is lost."""
    from reconverge.provision.kubeconfig import merge_into_users

    target = merge_into_users(found.kubeconfig, found.context)
    click.echo(f"context {found.context} added to {target}", err=True)


@cluster.command()
@name_option
@click.option("--engine", is_flag=True, help="Also stop the Docker daemon that reconverge started.")
@quiet_option
def down(name: str, engine: bool, quiet: bool) -> None:
    """Remove the cluster and everything made for it."""
    from reconverge.provision import engine as docker
    from reconverge.provision.state import StateDir, valid_name

    progress = progress_line(quiet=quiet)
    existed = lifecycle.down(valid_name(name), progress=progress)
    click.echo(f"cluster {name}: {'removed' if existed else 'there was none'}")
    if engine and not docker.stop_our_daemon(StateDir(), progress):
        click.echo("no Docker daemon of ours runs")


@cluster.command()
@name_option
@click.option("--deep", is_flag=True, help="Repeat the network probe between all workers.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(name: str, deep: bool, as_json: bool) -> int:
    """Say whether the cluster is whole; exit code 2 when it is not."""
    from reconverge.commands.status import show

    return show(name, deep=deep, as_json=as_json)


@cluster.command()
@name_option
def inventory(name: str) -> None:
    """List what a run could leave changed, for `diff` with the list from before the run.

    Labels, taints, specs and owners of every object, node containers, and inside the nodes what
    runs, what is suspended, static pods, packet filter and images.
    """
    from reconverge.cluster.nodes import KindCluster
    from reconverge.provision.state import StateDir
    from reconverge.recovery.reading import read_state

    state = StateDir()
    if state.read(name) is None:
        raise lifecycle.no_such_cluster(name)
    found = read_state(KindCluster.of(state.kubeconfig(name), kind_name=name))
    for row, text in sorted(found.rows.items()):
        click.echo(f"{row}: {text}")
    for path in sorted((state.runs(name) / "journal").glob("*.jsonl")):
        click.echo(f"undo journal {path.name}")


@cluster.command()
@name_option
@click.argument("images", nargs=-1, required=True)
@quiet_option
def load(name: str, images: tuple[str, ...], quiet: bool) -> None:
    """Bring IMAGES of the local Docker daemon into every node."""
    from reconverge.provision.up import load as load_images

    load_images(name, images, progress=progress_line(quiet=quiet))
    click.echo(f"cluster {name}: {len(images)} images on every node")
