"""What the pods of a workload tell of their work."""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.judges.work import (
    CONTROLLER_UID,
    EndedJobs,
    EndedPods,
    FromTemplate,
    KeepsRestarting,
    MadeTogether,
    OfPods,
    SelectsByUid,
    Tracked,
    Worked,
    no_pods,
)
from reconverge.model import JOB_TRACKING, Ref
from tests.builders import NAMESPACE, Json, meta, owned_by
from tests.judges.steady.worlds import JOB, World

CRON = Ref("CronJob", NAMESPACE, "tick", "cron-1")
RUN = Ref("Job", NAMESPACE, "tick-100", "tick-100")
LABELS: Json = {
    "batch.kubernetes.io/job-name": "batch",
    "job-name": "batch",
    "batch.kubernetes.io/controller-uid": JOB.uid,
    "controller-uid": JOB.uid,
}


def lacking(world: World, promise: OfPods) -> str:
    """What of it is lacking, in words; nothing where it is so."""
    return "; ".join(promise.weigh(world.timeline.latest()).lacking)


def container(state: Json, *, last: Json | None = None, restarts: int = 0) -> Json:
    row = {"name": "main", "restartCount": restarts, "state": state, "lastState": last or {}}
    return {"containerStatuses": [row]}


def ended(code: int, *, reason: str = "Completed", worked_s: int = 8) -> Json:
    stamps = {
        "startedAt": "2026-01-01T00:00:00Z",
        "finishedAt": f"2026-01-01T00:{worked_s // 60:02}:{worked_s % 60:02}Z",
    }
    return {"terminated": {"exitCode": code, "reason": reason, **stamps}}


def done(world: World, uid: str, code: int = 0, *, restarts: int = 0, **more: Any) -> None:
    """A pod of the Job that has ended."""
    phase, reason = ("Failed", "Error") if code else ("Succeeded", "Completed")
    status = container(ended(code, reason=reason, **more), restarts=restarts)
    world.pod(uid, owner=JOB, phase=phase, status={"phase": phase, **status})


@pytest.fixture
def world() -> World:
    world = World()
    world.job()
    return world


def test_pods_are_counted_by_how_they_ended(world: World) -> None:
    """Phase, exit code, reason and restarts all have to be so."""
    done(world, "a")
    done(world, "b", 1)
    done(world, "c", restarts=1)
    world.pod("d", owner=JOB)
    so = EndedPods(workload=JOB, count=1, phase="Succeeded", exit_code=0, reason="Completed")
    assert lacking(world, so) == "2 such pods of 1"
    once = EndedPods(workload=JOB, count=1, phase="Succeeded", restarts=0)
    assert lacking(world, once) == ""
    assert lacking(world, EndedPods(workload=JOB, count=1, phase="Failed", exit_code=1)) == ""
    other = EndedPods(workload=JOB, count=1, phase="Failed", exit_code=1, reason="OOMKilled")
    assert lacking(world, other) == "0 such pods of 1"
    said = '1 pod of "batch" ended as Failed (exit code 1, OOMKilled)'
    assert other.sentence() == said


def test_a_pod_may_end_as_a_whole(world: World) -> None:
    """Its containers' ends may not be known; that of the pod is the kubelet's word."""
    status = {"phase": "Failed", "reason": "DeadlineExceeded"}
    world.pod("a", owner=JOB, status={**status, "containerStatuses": [{"name": "main"}]})
    promise = EndedPods(workload=JOB, count=1, phase="Failed", pod_reason="DeadlineExceeded")
    assert lacking(world, promise) == ""
    coded = EndedPods(workload=JOB, count=1, phase="Failed", exit_code=137)
    assert lacking(world, coded) == "0 such pods of 1"


@pytest.mark.parametrize(
    ("worked_s", "flaw"),
    [(119, "a did not work for 120 s"), (120, ""), (123, ""), (124, "a did not work for 120 s")],
)
def test_work_takes_its_time(world: World, worked_s: int, flaw: str) -> None:
    """Neither less nor much more."""
    promise = Worked(workload=JOB, least_s=120, most_s=123)
    assert lacking(world, promise) == "no pod has ended"
    done(world, "a", worked_s=worked_s)
    assert lacking(world, promise) == flaw


WAITING: Json = {"waiting": {"reason": "CrashLoopBackOff"}}


@pytest.mark.parametrize(
    ("state", "last", "restarts", "is_so"),
    [
        (WAITING, ended(1), 2, True),
        (WAITING, ended(1), 1, False),
        (WAITING, ended(0), 2, False),
        (WAITING, None, 2, False),
        ({"running": {}}, ended(1), 2, False),
        ({"waiting": {"reason": "ErrImagePull"}}, ended(1), 2, False),
    ],
)
def test_a_restart_is_put_off(
    world: World, state: Json, last: Json | None, restarts: int, is_so: bool
) -> None:
    """The kubelet backs off after the exit code that is meant, and often enough."""
    world.pod("a", owner=JOB, status=container(state, last=last, restarts=restarts))
    promise = KeepsRestarting(workload=JOB, exit_code=1, times=2)
    assert (lacking(world, promise) == "") is is_so


def test_the_first_pods_are_made_together(world: World) -> None:
    """Those that follow do not matter."""
    promise = MadeTogether(workload=JOB, count=2, within_s=2)
    for uid, second, flaw in [("a", 0, "1 pods of 2"), ("b", 2, ""), ("c", 9, "")]:
        world.pod(uid, owner=JOB, header={"creationTimestamp": f"2026-01-01T00:00:0{second}Z"})
        assert lacking(world, promise) == flaw
    world.pod("b", owner=JOB, header={"creationTimestamp": "2026-01-01T00:00:03Z"})
    assert lacking(world, promise) == "not within 2 s"


def selecting(world: World, selector: Json, labels: Json, pod_labels: Json) -> str:
    template = {"metadata": {"labels": {"app": "batch-job", **labels}}}
    world.show(JOB, {"selector": {"matchLabels": selector}, "template": template}, {})
    world.pod("a", owner=JOB, labels={"app": "batch-job", **pod_labels})
    return lacking(world, SelectsByUid(workload=JOB))


def test_a_job_selects_by_its_uid(world: World) -> None:
    """Selector, template and pods all have it."""
    assert lacking(world, SelectsByUid(workload=JOB)).startswith("it has no pods")
    mine: Json = {CONTROLLER_UID: JOB.uid}
    assert selecting(world, mine, LABELS, LABELS) == ""
    by_label = selecting(world, {"app": "batch-job"}, LABELS, LABELS)
    assert by_label == "its selector asks for something else"
    assert selecting(world, mine, LABELS, {}) == "a label that it gives is missing"
    assert selecting(world, mine, {}, LABELS) == "a label that it gives is missing"


@pytest.mark.parametrize(
    ("name", "finalizers", "is_so"),
    [
        ("batch-x7k2p", [JOB_TRACKING], True),
        ("batch-x7k2p", [], False),
        ("batch-0", [JOB_TRACKING], False),
        ("other-x7k2p", [JOB_TRACKING], False),
    ],
)
def test_the_pods_of_a_job_are_tracked(
    world: World, name: str, finalizers: list[str], is_so: bool
) -> None:
    """By its name, and by what keeps them from going uncounted."""
    assert lacking(world, Tracked(workload=JOB)) == "it has no pods"
    world.pod(name, owner=JOB, header={"finalizers": finalizers})
    assert (lacking(world, Tracked(workload=JOB)) == "") is is_so


def cron_run(world: World, **pod: Any) -> str:
    spec = {"restartPolicy": "OnFailure", "containers": [{"name": "main", "image": "luksa/x"}]}
    template = {"metadata": {"labels": {"app": "periodic"}}, "spec": spec}
    world.show(CRON, {"jobTemplate": {"spec": {"template": template}}}, {})
    owners = owned_by(CRON)
    world.show(RUN, {}, {}, ownerReferences=owners)
    labels = {"app": "periodic", "controller-uid": RUN.uid, **pod.pop("labels", {})}
    world.pod("a", owner=RUN, labels=labels, spec={**spec, **pod})
    return lacking(world, FromTemplate(workload=CRON))


def test_a_run_is_as_its_template_says() -> None:
    """Labels, images and restart policy, through the Job in between."""
    assert cron_run(World()) == ""
    other = "a is of another template"
    assert cron_run(World(), labels={"app": "y"}) == other
    assert cron_run(World(), restartPolicy="Never") == other
    assert cron_run(World(), containers=[{"name": "main", "image": "luksa/y"}]) == other


def test_a_run_that_never_was_proves_nothing() -> None:
    """A CronJob without pods, and one that is gone."""
    world = World()
    assert lacking(world, FromTemplate(workload=CRON)) == 'CronJob "tick" is gone'
    world.show(CRON, {}, {})
    assert lacking(world, FromTemplate(workload=CRON)) == "it has no pods"


def test_ended_jobs_are_counted_once_none_goes_on() -> None:
    """Those of other CronJobs are not."""
    world = World()
    promise = EndedJobs(workload=CRON, end="Complete", count=1)
    for name, end, flaw in [
        ("a", "", "a goes on; 0 of 1"),
        ("a", "Complete", ""),
        ("b", "Failed", ""),
        ("c", "Complete", "2 of 1"),
    ]:
        rows = [{"type": end, "status": "True"}] if end else []
        job = Ref("Job", NAMESPACE, name, name)
        world.show(job, {}, {"conditions": rows}, ownerReferences=owned_by(CRON))
        assert lacking(world, promise) == flaw
    world.see("Job", "deleted", {"metadata": meta("c", "c", world.next_version())})
    world.show(Ref("Job", NAMESPACE, "d", "d"), {}, {"conditions": []})
    assert lacking(world, promise) == ""


@pytest.mark.parametrize(
    "more", [{}, {"terminating": True}, {"phase": "Succeeded"}, {"phase": "Failed"}]
)
def test_no_pod_is_left(world: World, more: dict[str, Any]) -> None:
    """Neither a running, nor a going, nor an ended one."""
    predicate = no_pods(JOB).of
    assert predicate.lack(world.timeline.latest()) == ""
    world.pod("a", owner=JOB, **more)
    assert predicate.lack(world.timeline.latest())
