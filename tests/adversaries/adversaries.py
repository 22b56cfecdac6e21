"""The adversaries of the table: what each does, and what may be said under it.

A verdict that no row allows is reported; a verdict against the truth is wrong, whatever a row
allows.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge.faults import (
    Fault,
    FreezeController,
    FreezeKubelet,
    KillController,
    RestartApiServer,
    StopController,
    StopNode,
    SwitchOffController,
)
from tests.adversaries.acts import (
    Around,
    create_matching,
    delete_one,
    flap,
    freeze_at_some_moment,
    freeze_for_seconds,
    freeze_kubelet_of_probed,
    injected_midway,
    midway,
    nobody,
    of_a_ghost,
    on_a_worker,
    refuse_kubelets,
    restart_controllers,
    rival,
    throughout,
    wire_is,
)
from tests.adversaries.proxy import Wire
from tests.adversaries.scenarios import JOB, POD, RC, RS, Scenario
from tests.adversaries.trial import Trial

HELD, NOT_HELD, UNKNOWN = {"HELD"}, {"BROKEN", "UNKNOWN"}, {"UNKNOWN"}
HELD_OR_UNKNOWN, ANY = HELD | UNKNOWN, {"HELD", "BROKEN", "UNKNOWN"}
REFUSED = {"REFUSED"}


def nobody_is(scenario: Scenario) -> bool:
    del scenario
    return False


class Adversary(msgspec.Struct, frozen=True, kw_only=True):
    """`may`: the verdicts that may be given; `silences`: whose controller does not work till the
    end; `is_alone`: it disturbs the whole cluster; `hits`: whether the fault is real."""

    name: str
    says: str
    around: Around
    may: Callable[[Scenario], set[str]]
    silences: Callable[[Scenario], bool] = nobody_is
    deadline_s: float = 60.0
    is_alone: bool = True
    is_on_wire: bool = False
    are_faults_off: bool = False
    hits: bool = True
    fault: Callable[[Trial], Fault] | None = None


def off(kind: str, controller: str) -> Adversary:
    return Adversary(
        name=f"{kind} controller switched off",
        says=f"kube-controller-manager runs without {controller}",
        around=throughout(lambda: SwitchOffController(controller=controller)),
        may=lambda scenario: NOT_HELD if _depends(scenario, kind) else HELD,
        silences=lambda scenario: _depends(scenario, kind),
        deadline_s=20.0,
    )


def _depends(scenario: Scenario, kind: str) -> bool:
    """A Deployment's pods are made by a ReplicaSet."""
    return scenario.kind == kind or (kind == RS and scenario.kind == "Deployment")


def always(verdicts: set[str], *, probed: set[str] | None = None) -> Callable[[Scenario], set[str]]:
    """The same for every scenario, but for a Pod's own where `probed` says something else."""

    def may(scenario: Scenario) -> set[str]:
        return probed if probed is not None and scenario.kind == POD else verdicts

    return may


def controlled(scenario: Scenario) -> bool:
    """Whoever depends on kube-controller-manager: a container is restarted without it."""
    return scenario.kind != POD


def probed(scenario: Scenario) -> bool:
    return not controlled(scenario)


def against_deletion(scenario: Scenario) -> set[str]:
    """A Job backs off for longer than it is given; nobody replaces a pod of nobody's."""
    if probed(scenario):
        return NOT_HELD
    return ANY if scenario.kind == JOB else HELD


def without_new_pods(scenario: Scenario) -> set[str]:
    return NOT_HELD if scenario.needs_new_pods else HELD


def without_kubelets(scenario: Scenario) -> set[str]:
    return NOT_HELD if probed(scenario) else without_new_pods(scenario)


ADVERSARIES = (
    Adversary(
        name="nobody",
        says="nothing but the scenario's own fault",
        around=nobody,
        may=always(HELD),
        is_alone=False,
    ),
    Adversary(
        name="fault switched off",
        says="the fault is recorded and not injected: nothing was hit, so nothing is known",
        around=nobody,
        may=always(UNKNOWN, probed=NOT_HELD),
        deadline_s=8.0,
        is_alone=False,
        are_faults_off=True,
        hits=False,
    ),
    Adversary(
        name="wrong selector",
        says="the fault finds nothing to hit: refused, never a verdict",
        around=nobody,
        may=always(REFUSED),
        deadline_s=8.0,
        is_alone=False,
        hits=False,
        fault=of_a_ghost,
    ),
    Adversary(
        name="watches cut for 2 s",
        says="our connections break and are refused; what was missed is delivered later",
        around=wire_is(Wire.cut, for_s=2.0),
        may=always(HELD),
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="watches stalled for 3 s",
        says="our connections stand and say nothing for a while",
        around=wire_is(Wire.stall, for_s=3.0),
        may=always(HELD),
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="watches cut over the deadline",
        says="we are blind when it counts: nothing can be known",
        around=wire_is(Wire.cut, for_s=None),
        may=always(UNKNOWN),
        deadline_s=8.0,
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="watches stalled over the deadline",
        says="we are blind and are not told so: nothing can be known",
        around=wire_is(Wire.stall, for_s=None),
        may=always(UNKNOWN),
        deadline_s=8.0,
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="rival creates pods, then stops",
        says="six matching pods of nobody's; once it stops, the controller has its way",
        around=rival(create_matching, every_s=0.6, times=6),
        may=always(HELD),
        is_alone=False,
    ),
    Adversary(
        name="rival creates pods to the end",
        says="a matching pod every 0.6 s: the state never stands for its settle time",
        around=rival(create_matching, every_s=0.6, times=None),
        may=always(NOT_HELD, probed=HELD),
        deadline_s=8.0,
        is_alone=False,
    ),
    Adversary(
        name="rival deletes pods, then stops",
        says="three more pods are lost at moments nobody expects",
        around=rival(delete_one, every_s=1.0, times=3),
        may=against_deletion,
        is_alone=False,
    ),
    Adversary(
        name="a pod flaps",
        says="a pod is ready and not ready in turns, shorter than the settle time",
        around=rival(flap, every_s=0.4, times=None),
        may=always(ANY),
        deadline_s=8.0,
        is_alone=False,
    ),
    Adversary(
        name="controllers frozen",
        says="kube-controller-manager is suspended throughout",
        around=throughout(FreezeController),
        may=always(NOT_HELD, probed=HELD),
        silences=controlled,
        deadline_s=12.0,
    ),
    Adversary(
        name="controllers stopped",
        says="there is no kube-controller-manager",
        around=throughout(StopController),
        may=always(NOT_HELD, probed=HELD),
        silences=controlled,
        deadline_s=12.0,
    ),
    Adversary(
        name="controllers frozen at some moment",
        says="suspended for good up to 3 s after the fault: the truth decides",
        around=midway(freeze_at_some_moment),
        may=always(ANY, probed=HELD),
        deadline_s=12.0,
    ),
    Adversary(
        name="controllers killed midway",
        says="kube-controller-manager crashes after the fault and is followed by another",
        around=injected_midway(KillController()),
        may=always(HELD),
        deadline_s=120.0,
    ),
    Adversary(
        name="controllers restarted midway",
        says="another kube-controller-manager takes over once the lease has expired",
        around=midway(restart_controllers),
        may=always(HELD),
        deadline_s=90.0,
    ),
    off(RC, "replicationcontroller-controller"),
    off(RS, "replicaset-controller"),
    Adversary(
        name="no scheduler",
        says="there is no kube-scheduler: new pods stay pending",
        around=throughout(lambda: StopController(process="kube-scheduler")),
        may=without_new_pods,
        deadline_s=12.0,
    ),
    Adversary(
        name="API server restarted midway",
        says="kube-apiserver crashes after the fault; whoever could not ask says so",
        around=injected_midway(RestartApiServer()),
        may=always(HELD_OR_UNKNOWN),
        deadline_s=120.0,
    ),
    Adversary(
        name="API server frozen for 4 s",
        says="kube-apiserver is suspended after the fault, and goes on",
        around=midway(freeze_for_seconds("kube-apiserver", 4.0)),
        may=always(HELD_OR_UNKNOWN),
        deadline_s=90.0,
    ),
    Adversary(
        name="a kubelet frozen",
        says="pods on one worker are not looked after: the truth decides",
        around=on_a_worker(FreezeKubelet, kills_pods=False),
        may=always(ANY, probed=HELD),
        deadline_s=60.0,
    ),
    Adversary(
        name="a probed pod's kubelet frozen",
        says="it is suspended once the container is sick, so nobody restarts it",
        around=freeze_kubelet_of_probed,
        may=always(ANY, probed=NOT_HELD),
        silences=probed,
        deadline_s=30.0,
    ),
    Adversary(
        name="kubelets refused",
        says="the API server takes no write of theirs: what they do is not known",
        around=refuse_kubelets,
        may=without_kubelets,
        silences=probed,
        deadline_s=12.0,
        is_alone=False,
    ),
    Adversary(
        name="a node stopped",
        says="one worker loses its power before the fault: the truth decides",
        around=on_a_worker(StopNode, kills_pods=True),
        may=always(ANY, probed=HELD),
        deadline_s=60.0,
    ),
)
