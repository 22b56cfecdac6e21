"""Frozen views of the objects that judges reason about, decoded straight from the wire.

Only the fields that some judge reads are decoded; the rest stays in the timeline's raw record.
Everything is keyed by UID: a name can be reused, a UID never is.
"""

from __future__ import annotations

import msgspec

from reconverge.model.apps import (
    DaemonSet,
    DaemonSetSpec,
    DaemonSetStatus,
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    StatefulSet,
    StatefulSetSpec,
    StatefulSetStatus,
)
from reconverge.model.batch import (
    COMPLETION_INDEX,
    CronJob,
    CronJobSpec,
    CronJobStatus,
    Job,
    JobSpec,
    JobStatus,
)
from reconverge.model.events import Event, EventSeries, EventSource, ObjectReference
from reconverge.model.meta import (
    JOB_TRACKING,
    Condition,
    Meta,
    Named,
    OwnerReference,
    Ref,
    Requirement,
    Selector,
    condition,
    is_of,
    is_true,
    ref,
)
from reconverge.model.namespaces import Namespace, NamespaceStatus
from reconverge.model.nodes import OUTAGES, Node, NodeAddress, NodeSpec, NodeStatus, Taint
from reconverge.model.pods import (
    ContainerSpec,
    ContainerState,
    ContainerStatus,
    Pod,
    PodSpec,
    PodStatus,
    Probe,
    Running,
    Terminated,
    Toleration,
    Waiting,
)
from reconverge.model.quotas import ResourceQuota
from reconverge.model.services import ConfigMap, Endpoint, EndpointSlice, Lease, Service
from reconverge.model.sharing import share
from reconverge.model.snapshot import BETWEEN, Snapshot
from reconverge.model.workloads import (
    PodTemplate,
    ReplicaSet,
    ReplicaSetSpec,
    ReplicaStatus,
    Replicated,
    ReplicationController,
    ReplicationControllerSpec,
)

VIEWS: dict[str, type[Named]] = {
    "Pod": Pod,
    "Namespace": Namespace,
    "Node": Node,
    "ReplicationController": ReplicationController,
    "ReplicaSet": ReplicaSet,
    "Deployment": Deployment,
    "StatefulSet": StatefulSet,
    "DaemonSet": DaemonSet,
    "Job": Job,
    "CronJob": CronJob,
    "Service": Service,
    "EndpointSlice": EndpointSlice,
    "Lease": Lease,
    "ConfigMap": ConfigMap,
    "Event": Event,
    "ResourceQuota": ResourceQuota,
}
_DECODERS = {kind: msgspec.json.Decoder(view) for kind, view in VIEWS.items()}
_ANY = msgspec.json.Decoder(Named)


def decode(kind: str, raw: bytes | msgspec.Raw) -> Named:
    """The view of one object's JSON; of an unlisted kind, its metadata.

    Raises msgspec.DecodeError when `raw` is not an object of that kind.
    """
    return _DECODERS.get(kind, _ANY).decode(raw)


__all__ = [
    "BETWEEN",
    "COMPLETION_INDEX",
    "JOB_TRACKING",
    "OUTAGES",
    "Condition",
    "ConfigMap",
    "ContainerSpec",
    "ContainerState",
    "ContainerStatus",
    "CronJob",
    "CronJobSpec",
    "CronJobStatus",
    "DaemonSet",
    "DaemonSetSpec",
    "DaemonSetStatus",
    "Deployment",
    "DeploymentSpec",
    "DeploymentStatus",
    "Endpoint",
    "EndpointSlice",
    "Event",
    "EventSeries",
    "EventSource",
    "Job",
    "JobSpec",
    "JobStatus",
    "Lease",
    "Meta",
    "Named",
    "Namespace",
    "NamespaceStatus",
    "Node",
    "NodeAddress",
    "NodeSpec",
    "NodeStatus",
    "ObjectReference",
    "OwnerReference",
    "Pod",
    "PodSpec",
    "PodStatus",
    "PodTemplate",
    "Probe",
    "Ref",
    "ReplicaSet",
    "ReplicaSetSpec",
    "ReplicaStatus",
    "Replicated",
    "ReplicationController",
    "ReplicationControllerSpec",
    "Requirement",
    "ResourceQuota",
    "Running",
    "Selector",
    "Service",
    "Snapshot",
    "StatefulSet",
    "StatefulSetSpec",
    "StatefulSetStatus",
    "Taint",
    "Terminated",
    "Toleration",
    "Waiting",
    "condition",
    "decode",
    "is_of",
    "is_true",
    "ref",
    "share",
]
