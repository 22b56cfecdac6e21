"""What each kind of controller must do before its silence counts as consent."""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.judges.controllers import PHANTOM
from reconverge.judges.judge import Want, WantKnock, WantSentinel
from reconverge.judges.liveliness import Barrier
from reconverge.model import Ref
from tests.builders import NAMESPACE, Json, meta, owned_by
from tests.judges.steady.worlds import DAEMON_SET, DEPLOYMENT, JOB, NEW_SET, STATEFUL_SET, World

CRON_JOB = Ref("CronJob", NAMESPACE, "batch", "cron-1")


class Play:
    """A barrier fed from a world; what it wants is collected as it is wanted."""

    def __init__(self, *links: Ref) -> None:
        self.world = World()
        self.barrier = Barrier(links, after=0)
        self.wanted: list[Want] = []
        self._fed = 0
        self._planted = 0

    def hear(self) -> None:
        for entry in self.world.timeline.entries(self._fed):
            self._fed = entry.index + 1
            self.barrier.feed(entry)
            self.wanted += self.barrier.wants()
        self.wanted += self.barrier.wants()

    def plant(self, kind: str = "Pod") -> str:
        """A sentinel is created, recorded and delivered."""
        self._planted += 1
        uid = f"sentinel-{self._planted}"
        self.show(kind, uid, "added")
        ref = Ref(kind, NAMESPACE, uid, uid)
        self.world.challenged("sentinel", ref, version=self.world.version)
        self.hear()
        return uid

    def show(self, kind: str, uid: str, change: Any, *, owner: Ref | None = None) -> None:
        header: Json = {"ownerReferences": owned_by(owner)} if owner is not None else {}
        wire = {"metadata": {**meta(uid, uid, self.world.next_version()), **header}}
        self.world.see(kind, change, wire)
        self.hear()

    def knock(self, workload: Ref) -> None:
        """The status is spoiled already; the act is recorded."""
        self.world.challenged("knock", workload, version=self.world.version)
        self.hear()


def owner(kind: str) -> Ref:
    return Ref(kind, NAMESPACE, "sentinels", f"sentinels-{kind}")


@pytest.mark.parametrize("workload", [DAEMON_SET, STATEFUL_SET])
def test_a_removed_pod_and_a_mended_generation(workload: Ref) -> None:
    """DaemonSets and StatefulSets answer as ReplicaSets do."""
    play = Play(workload)
    play.hear()
    assert play.wanted == [WantSentinel(workload.kind)]
    play.show("Pod", play.plant(), "deleted", owner=owner(workload.kind))
    assert play.wanted[1:] == [WantKnock(workload)]
    play.world.show(workload, {}, {"observedGeneration": 0})
    play.knock(workload)
    assert not play.barrier.is_answered
    play.world.show(workload, {}, {})
    play.hear()
    assert play.barrier.is_answered


def test_a_pod_that_somebody_else_removed_is_no_answer() -> None:
    """Only the controllers of this kind prove that they are alive."""
    play = Play(DAEMON_SET)
    play.hear()
    play.show("Pod", play.plant(), "deleted", owner=owner("ReplicaSet"))
    assert len(play.wanted) == 1
    assert play.barrier.is_ignored


def test_a_deployment_answers_twice_and_both_watches_are_heard() -> None:
    """Its own controller adopts a stray ReplicaSet, that of its ReplicaSet removes a pod."""
    play = Play(DEPLOYMENT, NEW_SET)
    play.hear()
    assert play.wanted == [WantSentinel("Deployment"), WantSentinel("ReplicaSet")]
    play.show("ReplicaSet", play.plant("ReplicaSet"), "modified", owner=owner("Deployment"))
    assert play.wanted[2:] == [WantKnock(DEPLOYMENT)]
    play.world.show(DEPLOYMENT, {}, {"observedGeneration": 0})
    play.knock(DEPLOYMENT)
    play.world.deployment()
    play.hear()
    play.show("Pod", play.plant(), "deleted", owner=owner("ReplicaSet"))
    assert play.wanted[3:] == [WantKnock(NEW_SET)]
    play.world.show(NEW_SET, {}, {"observedGeneration": 0})
    play.knock(NEW_SET)
    assert not play.barrier.is_answered
    play.world.show(NEW_SET, {}, {})
    play.hear()
    assert play.barrier.is_answered
    play.barrier.close()
    play.hear()
    assert play.wanted[4:] == [WantSentinel("Deployment"), WantSentinel("ReplicaSet")]
    play.plant("ReplicaSet")
    assert not play.barrier.is_closed
    play.plant("Pod")
    assert play.barrier.is_closed


def test_a_deployment_whose_replica_sets_are_not_served_is_not_answered() -> None:
    """The silence of the controller below is named, though the one above answers."""
    play = Play(DEPLOYMENT, NEW_SET)
    play.hear()
    play.show("ReplicaSet", play.plant("ReplicaSet"), "modified", owner=owner("Deployment"))
    play.world.show(DEPLOYMENT, {}, {"observedGeneration": 0})
    play.knock(DEPLOYMENT)
    play.world.deployment()
    play.hear()
    play.plant()
    assert play.barrier.is_ignored
    assert play.barrier.silence == (
        "replicaset-controller is silent: it left a surplus pod alone for 5 s"
    )


def test_a_running_job_mends_its_count_of_ready_pods() -> None:
    """A Job has no observed generation; its controller never leaves `ready` out."""
    play = Play(JOB)
    play.world.job(active=1, ready=1)
    play.hear()
    play.show("Pod", play.plant(), "deleted", owner=owner("Job"))
    assert play.wanted[1:] == [WantKnock(JOB)]
    play.world.job(active=1, ready=None)
    play.knock(JOB)
    assert not play.barrier.is_answered
    play.world.job(active=1, ready=1)
    play.hear()
    assert play.barrier.is_answered


def test_a_job_at_its_end_owes_only_a_sign_of_its_controller() -> None:
    """Nobody synchronises it any more, so a knock would go unanswered for ever."""
    play = Play(JOB)
    play.world.job(end="Complete")
    play.hear()
    assert not play.barrier.is_answered
    play.show("Pod", play.plant(), "deleted", owner=owner("Job"))
    assert play.wanted == [WantSentinel("Job")]
    assert play.barrier.is_answered


def test_a_cron_job_strikes_a_phantom_off_its_list() -> None:
    """Its controller claims nothing; it is asked at once to mend its list of active Jobs."""
    play = Play(CRON_JOB)
    play.hear()
    assert play.wanted == [WantKnock(CRON_JOB)]
    play.world.show(CRON_JOB, {}, {"active": [{"name": PHANTOM, "uid": PHANTOM}]})
    play.knock(CRON_JOB)
    assert play.barrier.is_ignored
    play.world.show(CRON_JOB, {}, {"active": []})
    play.hear()
    assert play.barrier.is_answered
