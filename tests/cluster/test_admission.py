"""When a policy of ours is in force, and when it is no more: told by what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.cluster import admission
from reconverge.cluster.admission import (
    BINDING,
    POLICY,
    REFUSAL,
    TOUCHSTONE,
    are_refused,
    refuse_writes,
)
from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Forbidden, Rejected
from reconverge.errors import ReconvergeError, Unavailable
from reconverge.faults.object_undos import EndSilence
from reconverge.faults.undo import RollbackFailed
from reconverge.model import Ref
from tests.fakes import FakeCluster, SteppedClock

HOME = "exp"


class Gate(FakeCluster):
    """Answers to a touchstone with these in turn, the last from then on; None admits it."""

    def __init__(self, *answers: ReconvergeError | None) -> None:
        super().__init__(SteppedClock())
        namespace: JsonObject = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": HOME},
        }
        super().create(namespace, namespace="")
        self.answers: list[ReconvergeError | None] = [*answers]

    def create(self, manifest: Any, *, namespace: str, is_dry_run: bool = False) -> Any:
        if manifest["metadata"]["name"] == TOUCHSTONE:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is not None:
                raise answer
        if manifest["kind"] in (POLICY, BINDING):
            return Ref(manifest["kind"], "", manifest["metadata"]["name"], "uid"), None
        return super().create(manifest, namespace=namespace, is_dry_run=is_dry_run)


REFUSED = Rejected(f"ValidatingAdmissionPolicy 'p' with binding 'p' denied request: {REFUSAL}")
UNDO = EndSilence(objects=(), mark="uid", namespace=HOME)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "IN_FORCE_WITHIN_S", 0.2)


def test_who_begins_waits_until_it_is_refused() -> None:
    """The API server learns of the policy a little later."""
    gate = Gate(None, None, REFUSED)
    refuse_writes(gate, name="p", namespace=HOME, users="true", annotations={})
    assert gate.answers == [REFUSED]


def test_another_refusal_is_not_ours() -> None:
    """Who may not make such an object at all learns nothing from not being let."""
    gate = Gate(Forbidden("User cannot create resource configmaps"))
    assert not are_refused(gate, HOME)
    with pytest.raises(Unavailable, match="not in force"):
        refuse_writes(gate, name="p", namespace=HOME, users="true", annotations={})


def test_who_ends_it_waits_until_it_is_admitted() -> None:
    """And learns of its end a little later, too."""
    gate = Gate(REFUSED, REFUSED, None)
    assert UNDO.lacking(gate) == f"writes in {HOME} are still refused"
    UNDO.rollback(gate)
    assert gate.answers == [None]
    assert UNDO.lacking(gate) == ""


def test_a_silence_that_does_not_end_is_a_failed_rollback() -> None:
    """It stays in the journal."""
    with pytest.raises(RollbackFailed, match="still refused"):
        UNDO.rollback(Gate(REFUSED))


def test_nobody_is_refused_where_nothing_is() -> None:
    """The namespace is gone: the next start has nothing to heal."""
    gate = Gate(None)
    gone = EndSilence(objects=(), mark="uid", namespace="gone")
    gone.rollback(gate)
    assert gone.lacking(gate) == ""
