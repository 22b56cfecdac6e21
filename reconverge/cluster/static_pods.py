"""The manifests from which a kubelet runs a control plane, as texts that can be altered.

kubeadm writes each as one Pod whose first container's command carries every option.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from reconverge.cluster.errors import NotFound
from reconverge.cluster.yamls import parse_documents


def extended(manifest: str, *, flag: str, word: str, where: str) -> str:
    """The manifest with `word` added to the comma-separated option `--flag` of its command.

    Raises NotFound, naming the place by `where`, when the command has no such option.
    """
    pod = _read(manifest, where)
    for command, index in _given(pod, flag):
        command[index] += f",{word}"
        return yaml.safe_dump(pod, sort_keys=False)
    raise NotFound(f"its command has no option --{flag}", where=where)


def with_option(manifest: str, *, flag: str, value: str, where: str) -> str:
    """The manifest with `value` for the option `--flag`, in the place of another or at the end.

    Raises NotFound, naming the place by `where`, when no container of it has a command.
    """
    pod, option = _read(manifest, where), f"--{flag}={value}"
    for command, index in _given(pod, flag):
        command[index] = option
        return yaml.safe_dump(pod, sort_keys=False)
    for command in _commands(pod):
        command.append(option)
        return yaml.safe_dump(pod, sort_keys=False)
    raise NotFound("it has no command to which an option could be given", where=where)


def _read(manifest: str, where: str) -> dict[str, Any]:
    parse_documents(manifest, source=where)  # which tells the line of what is wrong in it
    pod: dict[str, Any] = yaml.safe_load(manifest)
    return pod


def _commands(pod: dict[str, Any]) -> Iterator[list[str]]:
    for container in pod.get("spec", {}).get("containers", ()):
        if command := container.get("command"):
            yield command


def _given(pod: dict[str, Any], flag: str) -> Iterator[tuple[list[str], int]]:
    """Where the option stands: its command, and its place there."""
    for command in _commands(pod):
        for index, argument in enumerate(command):
            if argument.startswith(f"--{flag}="):
                yield command, index
