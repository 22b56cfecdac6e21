"""The options that say which cluster is meant, the same in every command that touches one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def target_options(command: F) -> F:
    """`--cluster-name`, `--kube-context` and `--kubeconfig`, as in a run."""
    options = (
        click.option(
            "--cluster-name",
            default="reconverge",
            show_default=True,
            help="A kind cluster of ours.",
        ),
        click.option(
            "--kube-context",
            default="",
            help="Any cluster: naming it is the permission to harm it.",
        ),
        click.option(
            "--kubeconfig",
            type=click.Path(path_type=Path),
            help="Where that context is described; needs --kube-context.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
