"""Do real controllers keep what is promised of them, and is it seen if they do not?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.faults import DeletePods
from reconverge.faults.specs import change_image
from reconverge.judges import baselines
from reconverge.judges.invariants import (
    NeverFewer,
    NeverMore,
    NeverMoved,
    OwnerGoesLast,
    RestartsNeverFall,
)
from reconverge.judges.owners import GoneWithPods
from reconverge.judges.predicates import HasPods, NodeReady, Not, PodDeleted
from reconverge.judges.steady import JobComplete, OnEachNode, ReadyPods
from reconverge.judges.temporal import Always, Eventually, ThenStays, Until
from reconverge.model import ref
from reconverge.verdict import Verdict
from tests.kind_stage import experiment_on_kind, job, workload

pytestmark = pytest.mark.cluster

WITHIN_S = 60.0


@pytest.fixture
def experiment(cluster: KindCluster, tmp_path: Path) -> Iterator[Experiment]:
    with experiment_on_kind(cluster, tmp_path) as experiment:
        yield experiment


def test_a_rollout_stays_within_its_bounds(experiment: Experiment) -> None:
    """Every pod of both revisions counted, at each event; a tighter bound is found broken."""
    [web] = experiment.apply(workload("Deployment", replicas=3))
    experiment.converge_to(web, ReadyPods(count=3), within_s=WITHIN_S)
    now = experiment.timeline.latest()
    experiment.inject(change_image(web, now, image="luksa/kubia-unhealthy"))
    experiment.converge_to(web, ReadyPods(count=3), within_s=WITHIN_S)
    promise = baselines.within_surge([experiment.before()], web)
    assert (promise.most, promise.least) == (4, 3)
    experiment.hold(promise)
    with pytest.raises(PromiseBroken) as broken:
        experiment.hold(NeverMore(workload=web, pods=3))
    assert broken.value.finding.why == "it has 4 active pods"
    assert "decides" in str(broken.value)


def test_daemon_pods_keep_their_nodes(experiment: Experiment) -> None:
    """A lost daemon pod is followed by one on the same node, and never accompanied."""
    [daemons] = experiment.apply(workload("DaemonSet"))
    experiment.converge_to(daemons, OnEachNode(), within_s=WITHIN_S)
    experiment.inject(DeletePods(of=daemons))
    experiment.converge_to(daemons, OnEachNode(), within_s=WITHIN_S)
    experiment.hold(baselines.one_per_place(experiment.before(), daemons))
    experiment.hold(NeverMoved(namespace=experiment.namespace))
    experiment.hold(RestartsNeverFall(namespace=experiment.namespace))


def test_a_job_makes_no_pod_in_vain(experiment: Experiment) -> None:
    """A deleted pod is made up for, by one, and no more run at a time than may."""
    [batch] = experiment.apply(job(seconds=3, completions=4, parallelism=2))
    active = HasPods(workload=batch, state="active", least=2, most=2)
    experiment.expect(Eventually(of=active), within_s=WITHIN_S)
    experiment.inject(DeletePods(of=batch, grace_s=0))
    experiment.converge_to(batch, JobComplete(completions=4), within_s=WITHIN_S)
    before = experiment.before()
    experiment.hold(baselines.no_pod_in_vain(before, batch))
    experiment.hold(baselines.parallel(before, batch))


@pytest.mark.parametrize(
    ("propagation", "verdict"), [("Foreground", Verdict.HELD), ("Background", Verdict.BROKEN)]
)
def test_only_an_owner_deleted_in_the_foreground_goes_last(
    experiment: Experiment, propagation: str, verdict: Verdict
) -> None:
    """The deletions' versions tell, whatever order our watches deliver them in."""
    [kubia] = experiment.apply(workload("ReplicationController", replicas=2))
    experiment.converge(kubia, replicas=2, within_s=WITHIN_S)
    pods = tuple(ref("Pod", pod) for pod in experiment.timeline.latest().pods_of(kubia))
    experiment.cluster.delete(kubia, propagation=propagation)  # type: ignore[arg-type]
    experiment.expect(GoneWithPods(owner=kubia, pods=pods), within_s=WITHIN_S)
    try:
        found = experiment.hold(OwnerGoesLast(owner=kubia)).verdict
    except PromiseBroken as broken:
        found = broken.finding.verdict
    assert found is verdict


def test_what_comes_stays_and_comes_in_order(experiment: Experiment) -> None:
    """After a loss: never fewer than the others, replaced before long, and for some time."""
    [kubia] = experiment.apply(workload("ReplicaSet", replicas=3))
    experiment.converge(kubia, replicas=3, within_s=WITHIN_S)
    injection = experiment.inject(DeletePods(of=kubia))
    after = (injection.id,)
    three = HasPods(workload=kubia, least=3, most=3)
    gone = PodDeleted(pod=injection.targets[0])
    few = HasPods(workload=kubia, state="active", most=3)
    experiment.expect(Until(of=few, until=gone, injections=after), within_s=WITHIN_S)
    experiment.expect(ThenStays(of=three, for_s=3.0, injections=after), within_s=WITHIN_S)
    experiment.hold(NeverFewer(workload=kubia, pods=2))
    [node, *_] = experiment.timeline.latest().nodes()
    experiment.hold(Always(of=NodeReady(node=experiment.node(node.name))))
    with pytest.raises(PromiseBroken, match="is deleted"):
        experiment.expect(Eventually(of=Not(of=gone), injections=after), within_s=2.0)
