"""What an application notices of its probe: who asks it, since when, how often.

The application logs each request or connection with the address it came from. A kubelet asks from
its node: from the node's own address, or the first one of the node's pod network, which is the
bridge that its pods are plugged into.
"""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_network
from itertools import pairwise

from reconverge.judges.asking import AskingJudge, ByAnswers
from reconverge.judges.judge import WantAnswer
from reconverge.judges.logs import Line, LogPromise
from reconverge.judges.steady import Steadiness
from reconverge.model import Node, Pod, Ref, Snapshot
from reconverge.timeline import Probed

_ASKED = re.compile(r"(?:Received request|Accepted connection) from (\S+)")
# A kubelet that has much to do is late; the period itself is kept (pkg/kubelet/prober/worker.go).
LATE_S = 1.0


class Asked(LogPromise, frozen=True, kw_only=True):
    """The node of the pod asks `times` times in a row, `period_s` apart, give or take `LATE_S`."""

    times: int
    period_s: float

    def sentence(self) -> str:
        return (
            f'"{self.pod.name}" is asked by its node {self.times} times, {self.period_s:g} s apart'
        )

    def weigh_log(self, lines: tuple[Line, ...], pod: Pod, snapshot: Snapshot) -> Steadiness:
        asked = asked_at(lines, pod, snapshot)
        gaps_s = [(after - before).total_seconds() for before, after in pairwise(asked)]
        longest = run = 1 if asked else 0
        for gap_s in gaps_s:
            run = run + 1 if abs(gap_s - self.period_s) <= LATE_S else 1
            longest = max(longest, run)
        between = ", ".join(f"{gap_s:.1f}" for gap_s in gaps_s[-5:])
        seen = f"{len(asked)} requests" + (f", {between} s apart" if gaps_s else "")
        lacking = () if longest >= self.times else (f"{longest} in a row are so",)
        return Steadiness(lacking, seen)


class FirstAsked(LogPromise, frozen=True, kw_only=True):
    """Its node asks for the first time from `after_s` to `by_s` seconds after the start.

    The start is what the kubelet says, in whole seconds, cut off.
    """

    after_s: float
    by_s: float

    def sentence(self) -> str:
        span = f"{self.after_s:g} to {self.by_s:g} s after its start"
        return f'"{self.pod.name}" is asked by its node for the first time {span}'

    def weigh_log(self, lines: tuple[Line, ...], pod: Pod, snapshot: Snapshot) -> Steadiness:
        asked, started = asked_at(lines, pod, snapshot), self.started(pod)
        if not asked or started is None:
            return Steadiness(("nobody has asked",), f"{len(lines)} lines, none of a request")
        took_s = (asked[0] - started).total_seconds()
        is_so = self.after_s <= took_s <= self.by_s
        lacking = () if is_so else ("that is another time",)
        return Steadiness(lacking, f"first asked {took_s:.1f} s after its start")


class Tires(ByAnswers, frozen=True, kw_only=True):
    """The application answers exactly `well` requests well, and those after them with an error."""

    pod: Ref
    well: int
    port: int = 8080

    def sentence(self) -> str:
        return f'"{self.pod.name}" answers {self.well} requests well, and no further one'

    def judge(self, *, deadline_s: float) -> AskingJudge:
        return AskingJudge(self, deadline_s=deadline_s, again_s=0.0, most=self.well + 2)

    @property
    def question(self) -> WantAnswer:
        return WantAnswer(pod=self.pod, port=self.port)

    def weigh_answers(self, answers: tuple[Probed, ...], snapshot: Snapshot) -> Steadiness:
        del snapshot
        said = "".join("+" if one.ok else "-" for one in answers)
        is_so = said == "+" * self.well + "--"
        return Steadiness(() if is_so else ("that is not it",), f"answers, well or not: {said}")


def asked_at(lines: tuple[Line, ...], pod: Pod, snapshot: Snapshot) -> list[datetime]:
    """When the pod's node asked, oldest first."""
    from_node = addresses(pod, snapshot)
    found = ((line.at, _ASKED.search(line.text)) for line in lines)
    return [at for at, match in found if match is not None and match[1] in from_node]


def addresses(pod: Pod, snapshot: Snapshot) -> frozenset[str]:
    """From where the kubelet of the pod's node asks."""
    node = snapshot.node(pod.spec.node_name)
    if not isinstance(node, Node):
        return frozenset()
    own = {row.address for row in node.status.addresses}
    cidr = node.spec.pod_cidr
    return frozenset(own | ({str(ip_network(cidr)[1])} if cidr else set()))
