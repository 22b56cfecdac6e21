"""What was written since a lab began, and whether all of it is known."""

from __future__ import annotations

from pathlib import Path

from reconverge.cluster.door import JsonObject
from reconverge.judges.learning import Beginning
from reconverge.model import Ref
from reconverge.study.lab.access import objects
from reconverge.study.lab.history import History
from reconverge.timeline import Noted, Timeline, Wrote
from tests.fakes import FakeCluster, SteppedClock

NAMESPACE = "lab-one"
BEGUN = Beginning(pods=(Ref("Pod", NAMESPACE, "a", "a"),), account="learner")


def recalled(cluster: FakeCluster, tmp_path: Path) -> tuple[Beginning, Timeline]:
    timeline = Timeline(cluster.clock, path=tmp_path / "timeline.jsonl")
    return History(cluster, NAMESPACE, BEGUN).recall(timeline), timeline


def lab(*, is_audited: bool = True) -> FakeCluster:
    cluster = FakeCluster(SteppedClock())
    cluster.is_audited = is_audited
    for name in (NAMESPACE, "other"):
        manifest: JsonObject = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        cluster.create(manifest, namespace="")
    for one in objects(("Pod",)):
        cluster.create(one, namespace=NAMESPACE)
    pod: JsonObject = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a"}]}}
    cluster.create({**pod, "metadata": {"name": "mine"}}, namespace=NAMESPACE)
    cluster.create({**pod, "metadata": {"name": "others"}}, namespace="other")
    return cluster


def test_every_write_comes_onto_the_timeline(tmp_path: Path) -> None:
    """Those of the lab, at the second at which they were read."""
    begun, timeline = recalled(lab(), tmp_path)
    assert begun.is_told
    records = [entry.record for entry in timeline.entries()]
    names = {one.name for one in records if isinstance(one, Wrote)}
    assert "mine" in names
    assert "others" not in names


def test_a_cluster_without_a_log_is_said_to_have_none(tmp_path: Path) -> None:
    """Then the UIDs decide alone, and the record says so."""
    begun, timeline = recalled(lab(is_audited=False), tmp_path)
    assert not begun.is_told
    [note] = [entry.record for entry in timeline.entries()]
    assert isinstance(note, Noted)
    assert "no audit log" in note.text


def test_a_log_that_does_not_reach_back_proves_nothing(tmp_path: Path) -> None:
    """Its oldest part was rotated away, and with it the binding of the account."""
    cluster = lab()
    first = next(
        index
        for index, one in enumerate(cluster.audit_file.writes)
        if (one.kind, one.namespace) == ("RoleBinding", NAMESPACE)
    )
    del cluster.audit_file.writes[: first + 1]
    begun, timeline = recalled(cluster, tmp_path)
    assert not begun.is_told
    records = [entry.record for entry in timeline.entries()]
    assert not [one for one in records if isinstance(one, Wrote)]
