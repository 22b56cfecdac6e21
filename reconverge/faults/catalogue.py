"""What is to be known of each fault beside what its class says: how it is undone, and what is not.

From this, the classes' own words and the steps the page docs/faults.md is made (`reconverge faults
--write`). A test holds that no fault is missing here, and that each example of a call is one.
"""

from __future__ import annotations

import msgspec

from reconverge import faults
from reconverge.faults import plans
from reconverge.faults.fault import Fault

_REPLACED = "not at all: its controller makes another"
_CONTAINER = "not at all: the kubelet starts another container in the same pod"
_LABELS = "each object gets the labels back that it had"
_NODE = "the node's container is started"
_PODS = "pods that were replaced meanwhile are other pods"
_LEADS = "the process is awaited until it leads"
_KUBELET = "the kubelet is started"
_MENDED = "our chain and the jumps to it are removed, and nothing else"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, or plan: an example of a call, how it is taken back, what never is.

    In `call` stand `kubia`, a ReplicationController with pods; `pod`, one of its pods; `job`,
    `cron` and `quota`; `home`, the scenario's namespace; and `world`, the newest snapshot.
    """

    topic: str
    fault: type[Fault] | type[plans.Plan]
    call: str
    undone: str
    remains: str = ""


def _topic(topic: str, *rows: tuple[type, str, str, str]) -> tuple[Entry, ...]:
    return tuple(
        Entry(topic=topic, fault=fault, call=call, undone=undone, remains=remains)
        for fault, call, undone, remains in rows
    )


_PODS_TOPIC = _topic(
    "Pods",
    (faults.DeletePods, "DeletePods(of=kubia, blast_radius=MAJORITY)", _REPLACED, "the pod"),
    (faults.DeletePod, "DeletePod(pod=lone)", "not at all", "the pod: nobody makes it again"),
    (faults.EvictPods, "EvictPods(of=kubia, node='NODE')", _REPLACED, "the pod"),
    (
        faults.FailPods,
        "FailPods(of=kubia)",
        "a pod that is still Failed is removed; its controller has made another",
        "the pod",
    ),
    (
        faults.DeleteEndedPods,
        "DeleteEndedPods(of=job)",
        "not at all",
        "the pod with its log; what it has done stays done",
    ),
    (
        faults.CreateSurplusPod,
        "CreateSurplusPod(of=kubia)",
        "it is deleted, if it bears our mark",
        "another pod may have been removed in its stead",
    ),
    (
        faults.CreateLonePods,
        "CreateLonePods(beside=kubia, labels=({'app': 'other'},))",
        "they are deleted, if they bear our mark",
        "one that was claimed may have cost another pod its place",
    ),
    (
        faults.CheapenPod,
        "CheapenPod(of=kubia)",
        "the annotation is removed",
        "a pod that was chosen for it is gone",
    ),
)
_CONTAINERS_TOPIC = _topic(
    "Containers",
    (faults.KillContainers, "KillContainers(of=pod, signal='KILL')", _CONTAINER, "its files"),
    (
        faults.FreezeContainers,
        "FreezeContainers(of=pod)",
        "its processes run on",
        "one that was killed for its probe meanwhile",
    ),
    (
        faults.RunInside,
        "RunInside(pod=pod, command=('rm', '/tmp/healthy'), harm='a file removed')",
        _CONTAINER,
        "what the command did to volumes",
    ),
    (faults.WearOut, "WearOut(pod=pod)", _CONTAINER, "the application stays sick until then"),
    (faults.ExhaustMemory, "ExhaustMemory(of=pod)", _CONTAINER, "its files"),
    (
        faults.BurnProcessor,
        "BurnProcessor(of=pod, for_s=20)",
        "the greedy process ends by itself",
        "after a kill of ours it goes on for what is left of its seconds",
    ),
)
_BONDS_TOPIC = _topic(
    "Labels, owners and finalizers",
    (
        faults.RelabelPod,
        "RelabelPod.out_of_selector(kubia, world)",
        _LABELS,
        "then there is a pod too many, and one is removed",
    ),
    (faults.LabelPod, "LabelPod(pod=pod, labels={'type': 'special'})", _LABELS, ""),
    (faults.LabelByHand, "LabelByHand(of=kubia, labels={'type': 'special'})", _LABELS, ""),
    (
        faults.Disown,
        "Disown(of=kubia)",
        "the owner is written back, unless the pod was adopted meanwhile",
        "",
    ),
    (
        faults.AddFinalizer,
        "AddFinalizer(of=kubia)",
        "the finalizer is removed; what was deleted meanwhile can go then",
        "",
    ),
    (
        faults.StripFinalizer,
        "StripFinalizer(of=job)",
        "the finalizer is put back",
        "what is being deleted takes none any more; work that was not counted is done again",
    ),
)
_SPECS_TOPIC = _topic(
    "What is asked for",
    (
        faults.ScaleWorkload,
        "ScaleWorkload(of=kubia, replicas=5)",
        "the former number is asked for",
        "pods that were removed are replaced by others",
    ),
    (
        faults.ChangeSpec,
        "specs.change_image(kubia, world, image='luksa/kubia:v2')",
        "the fields get their former values back",
        "pods that were made meanwhile, where no rollout replaces them",
    ),
    (faults.SetQuota, "SetQuota(of=quota, hard={'pods': '3'})", "the former bounds are set", ""),
    (
        faults.DeleteOwner,
        "DeleteOwner(of=kubia, propagation='Orphan')",
        "not at all",
        "another object of that name would be another",
    ),
    (
        faults.DeleteCollection,
        "DeleteCollection(kind='ReplicationController', labels={'app': 'kubia'}, namespace=home)",
        "not at all",
        "objects of those names would be others",
    ),
    (
        faults.OverwriteStatus,
        "OverwriteStatus(of=kubia, field='availableReplicas', number=0)",
        "the mark is removed; its controller has counted anew",
        "what somebody did who believed it",
    ),
    (
        faults.MissRuns,
        "MissRuns(of=cron, runs=2, written=datetime(2026, 1, 1, tzinfo=UTC))",
        "not at all: with its next run a CronJob writes when that was",
        "a run that was made up for",
    ),
    (
        faults.Silence,
        "Silence(namespace=home, agents='controllers')",
        "the policy that refuses their writes is deleted",
        "",
    ),
)
_NODES_TOPIC = _topic(
    "Nodes",
    (faults.StopNode, "StopNode(running=kubia, grace_s=0)", _NODE, _PODS),
    (faults.PauseNode, "PauseNode(running=kubia)", "its processes run on", _PODS),
    (
        faults.RestartNode,
        "RestartNode(running=kubia)",
        _NODE,
        "its containers are other containers",
    ),
    (
        faults.RemoveNode,
        "RemoveNode(running=kubia)",
        f"its object is made as it was; {_NODE}",
        "its UID; pods that were collected meanwhile are other pods",
    ),
    (
        faults.DeregisterNode,
        "DeregisterNode(running=kubia)",
        "its object is made as it was, and its kubelet begins anew with it",
        "its UID; pods that were collected meanwhile are other pods",
    ),
    (faults.CutNetwork, "CutNetwork.off_control_plane(world, running=kubia)", _MENDED, _PODS),
    (faults.LosePackets, "LosePackets(percent=10, running=kubia)", _MENDED, ""),
    (faults.StopKubelet, "StopKubelet(running=kubia)", _KUBELET, _PODS),
    (faults.FreezeKubelet, "FreezeKubelet(running=kubia)", "the kubelet runs on", _PODS),
    (faults.RestartKubelet, "RestartKubelet(running=kubia)", _KUBELET, ""),
    (faults.RestartRuntime, "RestartRuntime(running=kubia)", "containerd is started", ""),
    (
        faults.KillProxy,
        "KillProxy()",
        "it is awaited, and its kubelet restarted, which forgets the crash",
        "",
    ),
    (faults.CordonNode, "CordonNode(running=kubia)", "it is open again, unless it was not", ""),
    (faults.DrainNode, "DrainNode(running=kubia)", "it is open again, unless it was not", _PODS),
    (
        faults.TaintNode,
        "TaintNode(taint=Taint(key='closed', effect='NoExecute'))",
        "that taint is removed",
        _PODS,
    ),
    (faults.LabelNode, "LabelNode(labels={'disk': 'ssd'})", _LABELS, ""),
)
_CONTROL_PLANE_TOPIC = _topic(
    "Control plane",
    (
        faults.FreezeController,
        "FreezeController(process='kube-scheduler')",
        f"it runs on, inside its node and without the API server; {_LEADS}",
        "one that lost its lease, or failed its probe for 80 s, is another process",
    ),
    (faults.KillController, "KillController(signal='KILL')", _LEADS, "the kubelet's back-off"),
    (
        faults.StopController,
        "StopController(process='kube-scheduler')",
        f"its manifest is put back byte for byte; {_LEADS}",
        "",
    ),
    (
        faults.SwitchOffController,
        "SwitchOffController(controller='replicaset-controller')",
        f"its manifest is put back byte for byte; {_LEADS}",
        "",
    ),
    (
        faults.KeepEndedPods,
        "KeepEndedPods(count=3)",
        f"its manifest is put back byte for byte; {_LEADS}",
        "the deletion of pods that had ended, in every namespace of the cluster",
    ),
    (
        faults.RestartApiServer,
        "RestartApiServer()",
        "nothing to do: it is back when the fault is done",
        "watches that were broken, which begin anew with a gap",
    ),
)
_PLANS_TOPIC = _topic(
    "Several in one",
    (
        plans.AtOnce,
        "AtOnce(faults=(KillController(), KillController(process='kube-scheduler')))",
        "each fault by its own undo, the last first",
        "",
    ),
    (
        plans.InSequence,
        "InSequence(parts=(DeletePods(of=kubia), DeletePods(of=kubia)))",
        "each fault by its own undo, the last first",
        "",
    ),
    (
        plans.Repeated,
        "Repeated(fault=DeletePods(of=kubia), every_s=2, for_s=10)",
        "each fault by its own undo, the last first",
        "",
    ),
    (
        plans.Scheduled,
        "Scheduled(fault=DeletePods(of=kubia), due_s=(0, 3, 10))",
        "each fault by its own undo, the last first",
        "",
    ),
    (
        plans.Held,
        "Held(fault=FreezeController(process='etcd'), for_s=8)",
        "by the plan itself, after so many seconds",
        "",
    ),
    (
        plans.When,
        "When(sees=PodMade(of=kubia), nth=2, then=KillController())",
        "as what follows is",
        "",
    ),
)
ENTRIES = (
    *_PODS_TOPIC,
    *_CONTAINERS_TOPIC,
    *_BONDS_TOPIC,
    *_SPECS_TOPIC,
    *_NODES_TOPIC,
    *_CONTROL_PLANE_TOPIC,
    *_PLANS_TOPIC,
)
# What has been thought of, and was left out for a reason.
LEFT_OUT = {
    "A clock that is wrong": (
        "The time of day belongs to the whole machine: a time namespace moves the monotonic clocks "
        "only, and a preloaded library does not reach Kubernetes' static programs. So it cannot be "
        "confined to one container, and every node here is a container of the same machine."
    ),
    "Packets that come late": (
        "A delay, or a bound on the rate, takes the kernel's netem, which many machines lack. Loss "
        "is had from netfilter, which every node has for its Services."
    ),
    "A full disk": (
        "A node that is a container has no disk of its own: this machine's would fill up."
    ),
}
