"""Settings out of what components show: command lines and the kubelet's configuration. Pure.

A value that is there and cannot be understood is an error, never a default in disguise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import durationpy
import msgspec

from reconverge.errors import BadInput
from reconverge.judges.timing.defaults import default_kubelet, is_enabled
from reconverge.model.settings import ClusterSettings, KubeletSettings, Setting

# Which field of ClusterSettings each flag sets, by the component that has it.
FLAGS: dict[str, dict[str, str]] = {
    "kube-controller-manager": {
        "node-monitor-grace-period": "node_monitor_grace_s",
        "node-monitor-period": "node_monitor_period_s",
        "node-eviction-rate": "node_eviction_rate",
        "secondary-node-eviction-rate": "secondary_eviction_rate",
        "large-cluster-size-threshold": "large_cluster_nodes",
        "unhealthy-zone-threshold": "unhealthy_zone_share",
        "leader-elect-lease-duration": "leader_lease_s",
        "leader-elect-retry-period": "leader_retry_s",
        "kube-api-qps": "controller_qps",
        "kube-api-burst": "controller_burst",
    },
    "kube-apiserver": {
        "default-not-ready-toleration-seconds": "not_ready_toleration_s",
        "default-unreachable-toleration-seconds": "unreachable_toleration_s",
    },
    "kube-scheduler": {},
}
_TOLERATIONS = "DefaultTolerationSeconds"


class _CrashLoopBackOff(msgspec.Struct, frozen=True, rename="camel"):
    max_container_restart_period: str | None = None


class _KubeletConfiguration(msgspec.Struct, frozen=True, rename="camel"):
    """KubeletConfiguration (kubelet.config.k8s.io/v1beta1), as far as it decides how long."""

    node_status_update_frequency: str | None = None
    crash_loop_back_off: _CrashLoopBackOff | None = None
    feature_gates: dict[str, bool] = {}


class _Configz(msgspec.Struct, frozen=True):
    kubeletconfig: _KubeletConfiguration


def number(text: str) -> float:
    """A Go duration such as `1m30s` in seconds, or a bare number; BadInput when it is neither."""
    try:
        return float(text)
    except ValueError:
        pass  # a number with units
    try:
        return float(durationpy.from_str(text).total_seconds())
    except durationpy.DurationError as error:
        raise BadInput(f"{text!r} is no duration") from error


def runs(component: str, words: Sequence[str]) -> bool:
    """Whether the command line is that of the component itself, and not of a shell around it."""
    return any(PurePosixPath(word).name == component for word in words)


def flags_of(words: Sequence[str]) -> dict[str, str]:
    """The flags of a command line as pflag reads them: `--name=value`, `--name value`, `--name`.

    The last of several wins.
    """
    flags: dict[str, str] = {}
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if not word.startswith("--"):
            continue
        name, is_given, value = word.removeprefix("--").partition("=")
        if not is_given:
            value = "true" if following.startswith("--") or not following else following
        flags[name] = value
    return flags


def with_flags(
    settings: ClusterSettings, component: str, flags: Mapping[str, str], *, where: str
) -> ClusterSettings:
    """`settings` with what the flags of one component say; `where` is the node that it runs on.

    Raises BadInput for a value that is no duration and no number.
    """
    origin = f"flag of {component} on {where}"
    for flag, field in FLAGS[component].items():
        if flag in flags:
            value = Setting(flag, number(flags[flag]), origin)
            settings = msgspec.structs.replace(settings, **{field: value})
    if component == "kube-scheduler" and "config" in flags:
        # Its back-off stands in that file, on the node.
        told = f"kube-scheduler reads {flags['config']} on {where}, which the API does not show"
        return msgspec.structs.replace(settings, unread=(*settings.unread, told))
    if _TOLERATIONS in flags.get("disable-admission-plugins", "").split(","):
        none = Setting(f"{_TOLERATIONS} is disabled", 0.0, origin)
        return msgspec.structs.replace(
            settings, not_ready_toleration_s=none, unreachable_toleration_s=none
        )
    return settings


def values_of(settings: ClusterSettings, component: str) -> tuple[float, ...]:
    """The values that the flags of `component` can set, in a fixed order."""
    return tuple(getattr(settings, field).value for field in FLAGS[component].values())


def kubelet_settings(body: bytes | str, *, version: str, node: str) -> KubeletSettings:
    """What the answer of a kubelet's /configz says; BadInput when it is no such answer.

    `crashLoopBackOff` is only there where its feature gate is on; where it is, it overrules the
    defaults, and also begins the back-off when it is shorter than the first step.
    """
    try:
        read = msgspec.json.decode(body, type=_Configz).kubeletconfig
    except msgspec.DecodeError as error:
        raise BadInput(f"its configz cannot be read: {error}", where=node) from error
    origin = f"configuration of the kubelet on {node}"
    kubelet = default_kubelet(version, gates=read.feature_gates)
    if read.node_status_update_frequency is not None:
        often = number(read.node_status_update_frequency)
        frequency = Setting("nodeStatusUpdateFrequency", often, origin)
        kubelet = msgspec.structs.replace(kubelet, status_frequency_s=frequency)
    given = read.crash_loop_back_off and read.crash_loop_back_off.max_container_restart_period
    if not given or not is_enabled("KubeletCrashLoopBackOffMax", version, read.feature_gates):
        return kubelet
    max_s = number(given)
    first_s = min(kubelet.crash_backoff_first_s.value, max_s)
    return msgspec.structs.replace(
        kubelet,
        crash_backoff_first_s=Setting("first crash back-off", first_s, origin),
        crash_backoff_max_s=Setting("maxContainerRestartPeriod", max_s, origin),
    )
