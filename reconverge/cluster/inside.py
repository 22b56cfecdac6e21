"""What is done inside a node: processes signalled, services stopped, static pods changed.

Each act is one command in the node's own shell, so that nothing is half done when this process
dies between two of them. Manifests move by rename within one file system: the kubelet sees the
old one or the new one, never half of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconverge.cluster.door import Answer
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.cluster.shelled import Shelled
from reconverge.cluster.static_pods import extended, with_option
from reconverge.errors import Unavailable
from reconverge.shell import Completed

# The kubelet gives a static pod of kubeadm's its grace period, 30 s by default, before SIGKILL.
ENDED_WITHIN_S = 45.0
_NONE_FOUND, _KEPT_ALREADY, _STILL_THERE = 3, 4, 124

# Whatever is asked of processes is asked of those whose executable has exactly this name:
# /proc/PID/comm, which pkill reads, is cut at 15 characters and would not tell
# kube-controller-manager from its neighbours.
_PROCESSES = """\
processes() {
  for process in /proc/[0-9]*; do
    program=$(readlink "$process/exe") || continue
    [ "${program##*/}" = "$1" ] && echo "${process#/proc/}"
  done
}
"""
_SIGNAL = f"""\
{_PROCESSES}
found=$(processes "$2")
[ -n "$found" ] || exit {_NONE_FOUND}
kill -s "$1" $found
"""
_STATES = f"""\
{_PROCESSES}
found=$(processes "$1")
[ -n "$found" ] || exit {_NONE_FOUND}
for one in $found; do sed 's/.*) //' "/proc/$one/stat" | cut -c 1; done
"""
_PATHS = """\
manifest=/etc/kubernetes/manifests/$1.yaml kept=/etc/kubernetes/reconverge/$1.yaml
mkdir -p "${kept%/*}"
"""
_IN_PLACE = f"""\
{_PATHS}
[ ! -e "$kept" ] || exit {_KEPT_ALREADY}
[ -e "$manifest" ] || exit {_NONE_FOUND}
"""
_READ = f"""\
{_IN_PLACE}
cat "$manifest"
"""
# `timeout` bounds `tail`, which ends with the process that it is told of.
_WITHDRAW = f"""\
{_PROCESSES}
{_IN_PLACE}
found=$(processes "$1")
mv "$manifest" "$kept" || exit 1
for one in $found; do timeout "$2" tail --pid "$one" -f /dev/null || exit; done
"""
# The original is kept before the manifest changes; the kubelet never sees half of either.
_REPLACE = f"""\
{_IN_PLACE}
cat > "$kept.altered" && cp -p "$manifest" "$kept.original" &&
mv "$kept.original" "$kept" && mv "$kept.altered" "$manifest"
"""
_RESTORE = f"""\
{_PATHS}
[ -e "$kept" ] || exit {_NONE_FOUND}
mv "$kept" "$manifest"
"""
# Said on one stream, as a terminal shows it. Whatever kubectl refuses, it ends with 1.
_KUBECTL = """\
command -v kubectl > /dev/null || exit 127
kubectl --kubeconfig /etc/kubernetes/admin.conf "$@" 2>&1
"""
_REFUSED = 1
_KUBELET = "kubelet"


class Inside(Shelled):
    """The acts inside nodes, for a cluster that can run a shell there."""

    def freeze_process(self, node: str, name: str) -> None:
        self._signal(node, name, "STOP")

    def thaw_process(self, node: str, name: str) -> None:
        self._signal(node, name, "CONT")

    def kill_process(self, node: str, name: str, *, signal: Literal["KILL", "TERM"]) -> None:
        self._signal(node, name, signal)

    def is_frozen(self, node: str, name: str) -> bool:
        answer = self._shell(node, _STATES, name, accept=(0, _NONE_FOUND))
        _require_process(answer, node, name)
        return not {"T", "t"}.isdisjoint(answer.stdout.split())

    def withdraw_static_pod(self, node: str, name: str) -> None:
        accept = (0, _NONE_FOUND, _KEPT_ALREADY, _STILL_THERE)
        grace = f"{ENDED_WITHIN_S:g}"
        answer = self._shell(node, _WITHDRAW, name, grace, accept=accept, extra_s=ENDED_WITHIN_S)
        _require_manifest(answer, node, name)
        if answer.exit_code == _STILL_THERE:
            raise Unavailable(f"{name} still runs after {grace} s", where=f'node "{node}"')

    def extend_static_pod(self, node: str, name: str, *, flag: str, word: str) -> None:
        original = self._static_pod(node, name)
        altered = extended(original, flag=flag, word=word, where=f"{name} on {node}")
        self._shell(node, _REPLACE, name, stdin=altered)

    def set_static_pod_option(self, node: str, name: str, *, flag: str, value: str) -> None:
        original = self._static_pod(node, name)
        altered = with_option(original, flag=flag, value=value, where=f"{name} on {node}")
        self._shell(node, _REPLACE, name, stdin=altered)

    def restore_static_pod(self, node: str, name: str) -> bool:
        return self._shell(node, _RESTORE, name, accept=(0, _NONE_FOUND)).exit_code == 0

    def stop_kubelet(self, node: str) -> None:
        self._systemctl(node, "stop")

    def start_kubelet(self, node: str) -> None:
        # A suspended one is active in the eyes of systemd.
        self._shell(node, _SIGNAL, "CONT", _KUBELET, accept=(0, _NONE_FOUND))
        self._systemctl(node, "start")

    def restart_kubelet(self, node: str) -> None:
        self._systemctl(node, "restart")

    def is_kubelet_running(self, node: str) -> bool:
        answer = self._shell(node, _STATES, _KUBELET, accept=(0, _NONE_FOUND))
        return answer.exit_code == 0 and {"T", "t"}.isdisjoint(answer.stdout.split())

    def kubectl(self, node: str, words: Sequence[str]) -> Answer:
        ended = self._shell(node, _KUBECTL, *words, accept=(0, _REFUSED))
        return Answer(ok=ended.exit_code == 0, text=ended.stdout.strip())

    def _static_pod(self, node: str, name: str) -> str:
        """Its manifest, as long as nobody has altered it."""
        answer = self._shell(node, _READ, name, accept=(0, _NONE_FOUND, _KEPT_ALREADY))
        _require_manifest(answer, node, name)
        return answer.stdout

    def _systemctl(self, node: str, verb: str) -> None:
        self._shell(node, 'systemctl "$1" kubelet', verb)

    def _signal(self, node: str, name: str, signal: str) -> None:
        answer = self._shell(node, _SIGNAL, signal, name, accept=(0, _NONE_FOUND))
        _require_process(answer, node, name)


def _require_process(answer: Completed, node: str, name: str) -> None:
    if answer.exit_code == _NONE_FOUND:
        raise NotFound(f'no process "{name}" runs there', where=f'node "{node}"')


def _require_manifest(answer: Completed, node: str, name: str) -> None:
    if answer.exit_code == _NONE_FOUND:
        raise NotFound(f'there is no static pod "{name}"', where=f'node "{node}"')
    if answer.exit_code == _KEPT_ALREADY:
        what = f'the static pod "{name}" is withdrawn or altered already'
        raise Conflict(what, where=f'node "{node}"')
