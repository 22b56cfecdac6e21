"""Random answers of kubelets: who is asked, when, and who has answered, by a plain reading.

The oracle goes through all that was asked and answered so far, each time anew.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.judge import WantProbe
from reconverge.judges.roll_call import AGAIN_S, RollCall
from reconverge.timeline import Probed
from tests.builders import Story

SINCE_S = 10.0
NODES = ("w1", "w2", "w3")
SLOW = [HealthCheck.too_slow]

# How many seconds pass, then whose kubelet answers, what, and how long ago it was asked.
Op = tuple[float, str, bool, float, str]
OPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        st.sampled_from([*NODES, "stranger"]),
        st.booleans(),
        st.sampled_from([0.0, 0.0, 0.0, 2.0, 30.0]),
        st.sampled_from(["kubelet", "kubelet", "kubelet", "pod-answers"]),
    ),
    max_size=15,
)


class Minutes:
    """What was asked, and what was answered since the beginning, as plain lists."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, str]] = []
        self.said: list[tuple[float, str, bool]] = []

    def has_answered(self, node: str) -> bool:
        return any(who == node and is_well for _, who, is_well in self.said)

    def next_s(self, node: str) -> float | None:
        """When it is to be asked; None while its answer is awaited, or once it is there."""
        asked = [at_s for at_s, who in self.asked if who == node]
        refused = [at_s for at_s, who, _ in self.said if who == node]
        if self.has_answered(node) or (
            asked and not [at_s for at_s in refused if at_s >= asked[-1]]
        ):
            return None
        return refused[-1] + AGAIN_S if refused else SINCE_S


@settings(max_examples=400, suppress_health_check=SLOW)
@given(nodes=st.lists(st.sampled_from(NODES), max_size=4), ops=OPS)
def test_each_is_asked_until_it_answers(nodes: list[str], ops: list[Op]) -> None:
    """Again a second after each refusal; what was asked before the span counts for nothing."""
    story, roll_call, minutes = Story(), RollCall(nodes, since_s=SINCE_S), Minutes()
    story.at(SINCE_S)
    for passed_s, node, is_well, ago_s, probe in ops:
        now_s = story.timeline.now_s()
        planned = {one: minutes.next_s(one) for one in set(nodes)}
        wanted = sorted(one for one, at_s in planned.items() if at_s is not None and at_s <= now_s)
        assert roll_call.due_s == min(
            (at for at in planned.values() if at is not None), default=None
        )
        assert roll_call.wants(now_s) == tuple(WantProbe("kubelet", one) for one in wanted)
        minutes.asked += [(now_s, one) for one in wanted]
        story.at(now_s + passed_s)
        asked_s = story.timeline.now_s() - ago_s
        roll_call.feed(story.probed(probe, node, ok=is_well, answer="no", asked_s=asked_s))
        if probe == "kubelet" and asked_s >= SINCE_S and not minutes.has_answered(node):
            minutes.said.append((story.timeline.now_s(), node, is_well))
        silent = [one for one in set(nodes) if not minutes.has_answered(one)]
        assert roll_call.is_complete == (not silent)
        assert not silent or min(silent) in roll_call.silence


def test_an_answer_without_a_second_is_an_old_one() -> None:
    """Records of before that was kept do not tell when it was asked."""
    story, roll_call = Story(), RollCall(["w1"], since_s=SINCE_S)
    entry = story.append(lambda at_s: Probed(at_s=at_s, probe="kubelet", target="w1", ok=True))
    roll_call.feed(entry)
    assert not roll_call.is_complete
