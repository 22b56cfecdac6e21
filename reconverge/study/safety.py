"""What a stranger's manifest may not do, whatever the task: leave its namespace, reach its node.

The API server refuses most of it as well, in the fence around each hand-in (fences.py). Read here,
it is answered with its line, without a cluster, and before anything of it is applied.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.cluster.door import JsonObject
from reconverge.cluster.fields import Steps
from reconverge.fences import PODS_MAX
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.rules.shape import dotted
from reconverge.study.written import Written

# The kinds of Kubernetes 1.34 that belong to no namespace (kubectl api-resources
# --namespaced=false), but for reviews, which store nothing.
CLUSTER_WIDE = frozenset(
    [
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "ComponentStatus",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    ]
)
_HOST_FIELDS = (
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "priorityClassName",
    "priority",
    "runtimeClassName",
    "serviceAccountName",
    "serviceAccount",
)
# Of a pod's own choice of its node; a scheduler of another name would leave it to nobody.
_PLACES = ("nodeName", "schedulerName")
# Taints that every pod bears for a while anyway; whoever bears another gets onto nodes that are
# kept for the control plane, or for outages.
_BORNE = frozenset({"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
# Whoever ignores SIGTERM stays as long as its grace, and with it the namespace.
GRACE_MAX_S = 60
_OURS = "reconverge.dev/"
_HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_MECHANISMS = ("httpGet", "tcpSocket")
_AFFINITIES = ("podAffinity", "podAntiAffinity")
_TERMS = (
    ("requiredDuringSchedulingIgnoredDuringExecution", ()),
    ("preferredDuringSchedulingIgnoredDuringExecution", ("podAffinityTerm",)),
)
_VOLUMES = {"name", "configMap", "downwardAPI", "emptyDir", "projected", "secret"}
_PRIVILEGES = (
    ("privileged",),
    ("capabilities", "add"),
    ("procMount",),
    ("windowsOptions", "hostProcess"),
)
_COUNTS = ("replicas", "parallelism", "completions", "backoffLimit")
_LASTING = ("finalizers", "ownerReferences")


def is_cluster_wide(one: Written, exercise: Exercise) -> bool:
    """Whether it would be everybody's, and the exercise does not ask for such a thing."""
    return one.kind in CLUSTER_WIDE and one.kind not in exercise.kinds


def flaws_of(one: Written, exercise: Exercise) -> Iterator[Flaw]:
    """What of the object goes beyond the exercise. Nothing else matters of what is everybody's."""
    if is_cluster_wide(one, exercise):
        yield one.flaw("RCS709", ("kind",))
        return
    if one.kind not in exercise.kinds:
        yield one.flaw("RCS703", ("kind",))
    namespace = one.at(("metadata", "namespace"))
    if namespace is not None:
        yield one.flaw("RCS705", ("metadata", "namespace"), namespace=namespace)
    yield from _of_images(one, exercise)
    for path in _reaches(one):
        yield one.flaw("RCS706", path, path=dotted(path))
    for path in _lasting(one):
        yield one.flaw("RCS711", path, path=dotted(path))
    for path in (*_placing(one), *_foreign(one), *_disguised(one)):
        yield one.flaw("RCS713", path, path=dotted(path))
    yield from _of_counts(one)


def _of_images(one: Written, exercise: Exercise) -> Iterator[Flaw]:
    allowed = exercise.allowed_images
    for path, container in one.containers():
        image = container.get("image")
        if isinstance(image, str) and image not in allowed:
            words = {"image": image, "images": ", ".join(allowed)}
            yield one.flaw("RCS704", (*path, "image"), **words)


def _reaches(one: Written) -> Iterator[Steps]:
    """The fields that would have it out of its container."""
    spec = (*one.template_path, "spec")
    yield from ((*spec, field) for field in _HOST_FIELDS if one.at((*spec, field)))
    for number, volume in enumerate(one.rows_at((*spec, "volumes"))):
        strange = sorted(volume.keys() - _VOLUMES, key=str) if isinstance(volume, dict) else ()
        yield from ((*spec, "volumes", number, str(kind)) for kind in strange)
    for place in ((*spec, "securityContext"), *_security_contexts(one)):
        yield from ((*place, *field) for field in _PRIVILEGES if one.at((*place, *field)))
    for path, container in one.containers():
        rows = container.get("ports")
        for number, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict) and "hostPort" in row:
                yield (*path, "ports", number, "hostPort")


def _placing(one: Written) -> Iterator[Steps]:
    """The fields by which it would choose its node, or one that is kept for others."""
    spec = (*one.template_path, "spec")
    yield from ((*spec, field) for field in _PLACES if one.at((*spec, field)))
    for number, row in enumerate(one.rows_at((*spec, "tolerations"))):
        if not isinstance(row, dict) or row.get("key") not in _BORNE:
            yield (*spec, "tolerations", number)


def _foreign(one: Written) -> Iterator[Steps]:
    """The fields by which it would speak to other hosts from its node, or keep others off it."""
    spec = (*one.template_path, "spec")
    for path, container in one.containers():
        for place in _handlers(path, container):
            yield from (
                (*place, kind, "host") for kind in _MECHANISMS if one.at((*place, kind, "host"))
            )
    for affinity in _AFFINITIES:
        for field, between in _TERMS:
            place = (*spec, "affinity", affinity, field)
            for number in range(len(one.rows_at(place))):
                term = (*place, number, *between)
                fields = ("namespaces", "namespaceSelector")
                yield from ((*term, name) for name in fields if one.at((*term, name)) is not None)
    if one.at((*spec, "ephemeralContainers")):
        yield (*spec, "ephemeralContainers")


def _handlers(path: Steps, container: JsonObject) -> Iterator[Steps]:
    yield from ((*path, probe) for probe in _HANDLERS if probe in container)
    yield from ((*path, "lifecycle", hook) for hook in _HOOKS if "lifecycle" in container)


def _disguised(one: Written) -> Iterator[Steps]:
    """Labels and annotations by which the harness knows its own."""
    for place in (("metadata",), (*one.template_path, "metadata"), _JOB_OF_CRON):
        for field in ("labels", "annotations"):
            for key in one.map_at((*place, field)):
                if str(key).startswith(_OURS):
                    yield (*place, field, str(key))


def _security_contexts(one: Written) -> Iterator[Steps]:
    return ((*path, "securityContext") for path, _ in one.containers())


def _lasting(one: Written) -> Iterator[Steps]:
    """What would keep the object, or its pods, when everything else of it is deleted."""
    places = {("metadata",), (*one.template_path, "metadata"), _JOB_OF_CRON}
    for place in sorted(places, key=len):
        yield from ((*place, field) for field in _LASTING if one.at((*place, field)))
    grace = (*one.template_path, "spec", "terminationGracePeriodSeconds")
    value = one.at(grace)
    if isinstance(value, int) and value > GRACE_MAX_S:
        yield grace


_JOB_OF_CRON: Steps = ("spec", "jobTemplate", "metadata")


def _of_counts(one: Written) -> Iterator[Flaw]:
    for spec in (("spec",), ("spec", "jobTemplate", "spec")):
        for field in _COUNTS:
            value = one.at((*spec, field))
            if isinstance(value, int) and value > PODS_MAX:
                path = (*spec, field)
                problem = f"{dotted(path)} is {value}, and {PODS_MAX} pods at most have room"
                yield one.flaw("RCS710", path, problem=problem)
