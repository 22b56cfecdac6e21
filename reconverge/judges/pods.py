"""The promises about single pods: they are ready, they answer, a container ended in some way."""

from __future__ import annotations

from reconverge.judges.judge import WantProbe
from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness, state
from reconverge.judges.steady.words import listed
from reconverge.model import Node, Ref, Snapshot


class PodReady(Promise, frozen=True, kw_only=True):
    """The pod is Ready: exactly this pod, not a namesake."""

    pod: Ref

    def sentence(self) -> str:
        return f'"{self.pod.name}" is ready'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return Steadiness((f"{self.pod} is gone",), f"{self.pod} does not exist")
        is_steady = pod.is_active and pod.is_ready
        return Steadiness(() if is_steady else (f"{pod.name} is not ready",), state(pod))


class Ended(Promise, frozen=True, kw_only=True):
    """The previous container of `pod` ended with this exit code, for this reason.

    137 = 128 + 9 is a process that had to be killed, 143 = 128 + 15 one that SIGTERM ended; the
    reason is the container runtime's (Error, Completed, OOMKilled).
    """

    pod: Ref
    exit_code: int
    reason: str

    def sentence(self) -> str:
        how = f"exit code {self.exit_code} ({self.reason})"
        return f'the previous container of "{self.pod.name}" ended with {how}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pod = snapshot.pod(self.pod.uid)
        statuses = pod.status.container_statuses if pod is not None else ()
        ends = [one.last_state.terminated for one in statuses if one.last_state.terminated]
        if not ends:
            return Steadiness(("no container of it has ended",), "no previous container")
        seen = ", ".join(f"exit code {end.exit_code} ({end.reason})" for end in ends)
        is_so = any((end.exit_code, end.reason) == (self.exit_code, self.reason) for end in ends)
        return Steadiness(() if is_so else ("it ended otherwise",), seen)


class Answering(Promise, frozen=True, kw_only=True):
    """Each of these pods is ready and answers over HTTP, with its own name in the answer."""

    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        names = listed((one.name for one in self.pods), len(self.pods))
        return f"{names or 'no pod'} answers in its own name"

    def judge(self, *, deadline_s: float) -> StateJudge:
        probes = tuple(WantProbe("pod-answers", one.name) for one in self.pods)
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s, probes=probes)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        views = [snapshot.pod(one.uid) for one in self.pods]
        ready = sum(one is not None and one.is_active and one.is_ready for one in views)
        lacking = [] if ready == len(views) else [f"{ready} of {len(views)} are ready"]
        lacking += [] if views else ["there is no pod to ask"]
        return Steadiness(tuple(lacking), f"{ready} of {len(views)} ready")


class ServesUnseen(Promise, frozen=True, kw_only=True):
    """Each of these pods answers other nodes in its own name while its node is not Ready.

    The control plane has lost sight of `node`, and whatever it says of the pods is out of date.
    """

    node: Ref
    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        names = listed((one.name for one in self.pods), len(self.pods))
        return f'{names or "no pod"} serves on while node "{self.node.name}" is not Ready'

    def judge(self, *, deadline_s: float) -> StateJudge:
        probes = tuple(WantProbe("pod-serves", one.name) for one in self.pods)
        kinds = ("Node", "Pod")
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s, probes=probes)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        node = snapshot.get("Node", self.node.uid)
        is_lost = isinstance(node, Node) and not node.is_ready
        there = sum(snapshot.pod(one.uid) is not None for one in self.pods)
        lacking = [] if is_lost else [f"node {self.node.name} is still Ready"]
        lacking += [] if there == len(self.pods) else [f"{there} of {len(self.pods)} are there"]
        lacking += [] if self.pods else ["there is no pod to ask"]
        how = "not Ready" if is_lost else "Ready"
        return Steadiness(tuple(lacking), f"{there} pods on a node that is {how}")
