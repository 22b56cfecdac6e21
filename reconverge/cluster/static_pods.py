"""The manifests from which a kubelet runs a control plane, as texts that can be altered.

kubeadm writes each as one Pod whose first container's command carries every option.
"""

from __future__ import annotations

import yaml

from reconverge.cluster.errors import NotFound
from reconverge.cluster.yamls import parse_documents


def extended(manifest: str, *, flag: str, word: str, where: str) -> str:
    """The manifest with `word` added to the comma-separated option `--flag` of its command.

    Raises NotFound, naming the place by `where`, when the command has no such option.
    """
    [document] = parse_documents(manifest, source=where)
    pod = yaml.safe_load(manifest)
    for container in pod.get("spec", {}).get("containers", ()):
        command = container.get("command", [])
        for index, argument in enumerate(command):
            if argument.startswith(f"--{flag}="):
                command[index] = f"{argument},{word}"
                return yaml.safe_dump(pod, sort_keys=False)
    raise NotFound(f"its command has no option --{flag}", where=document.where)
