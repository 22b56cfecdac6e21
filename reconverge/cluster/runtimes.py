"""The container runtime of a node: its containers signalled from outside, itself restarted.

A container is found by the labels that the kubelet gives it, the pod's UID among them, so that a
namesake's is never hit. It takes no API server: what was suspended can be let go while it is down.
"""

from __future__ import annotations

from reconverge.cluster.door import Signal
from reconverge.cluster.errors import NotFound
from reconverge.cluster.shelled import Shelled
from reconverge.model import Ref

_NONE_FOUND, _INACTIVE = 3, 3  # the latter is systemctl's
# The containers of former instances are listed as well, and have no process to signal.
_SIGNAL = f"""\
found=$(ctr --namespace k8s.io containers list --quiet \
  "labels.\\"io.kubernetes.pod.uid\\"==\\"$1\\",labels.\\"io.kubernetes.container.name\\"==\\"$2\\"")
for one in $found; do
  ctr --namespace k8s.io tasks kill --signal "SIG$3" "$one" 2> /dev/null && echo "$one" && exit
done
exit {_NONE_FOUND}
"""


class NodeRuntimes(Shelled):
    """The acts on container runtimes, for a cluster that can run a shell in its nodes."""

    def signal_container(self, node: str, pod: Ref, container: str, signal: Signal) -> str:
        words = (pod.uid, container, signal)
        answer = self._shell(node, _SIGNAL, *words, accept=(0, _NONE_FOUND))
        if answer.exit_code == _NONE_FOUND:
            raise NotFound(f'no container "{container}" of {pod} runs', where=f'node "{node}"')
        return answer.stdout.strip()

    def restart_runtime(self, node: str) -> None:
        self._shell(node, "systemctl restart containerd")

    def start_runtime(self, node: str) -> None:
        self._shell(node, "systemctl start containerd")

    def is_runtime_running(self, node: str) -> bool:
        script = "systemctl is-active --quiet containerd"
        return self._shell(node, script, accept=(0, _INACTIVE)).exit_code == 0
