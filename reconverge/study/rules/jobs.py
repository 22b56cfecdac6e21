"""Work that ends, and pods that are not to end: restart policies, numbers and time limits."""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.cluster.fields import Steps
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text
from reconverge.study.written import Written

ENDLESS = ("ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet")
_BATCH = ("Job", "CronJob")


def restart_policies(one: Written) -> Iterator[Flaw]:
    """Work that ends is not restarted always, and what is to run for ever is."""
    path = (*one.template_path, "spec", "restartPolicy")
    policy = one.pod_spec.get("restartPolicy")
    if one.kind in _BATCH and one.pod_spec and policy in (None, "Always"):
        by_default = Text(en=", which is the default", ko="(적지 않으면 기본값이 Always입니다)")
        said = by_default if policy is None else Text(en="", ko="")
        yield one.flaw("RCS401", path, {"by_default": said, "by_default_ko": said})
    if one.kind in ENDLESS and policy in ("OnFailure", "Never"):
        yield one.flaw("RCS402", path, policy=policy)


def _job_spec(one: Written) -> Steps:
    return ("spec", "jobTemplate", "spec") if one.kind == "CronJob" else ("spec",)


def numbers(one: Written) -> Iterator[Flaw]:
    """No more pods at once than there is work."""
    path = _job_spec(one)
    completions = one.at((*path, "completions"))
    parallelism = one.at((*path, "parallelism"))
    if one.kind not in _BATCH or not isinstance(parallelism, int):
        return
    if isinstance(completions, int) and parallelism > completions:
        where = (*path, "parallelism")
        yield one.flaw("RCS403", where, parallelism=parallelism, completions=completions)


def deadlines(one: Written) -> Iterator[Flaw]:
    """A time limit in the pod template is the pod's, and only for pods that end."""
    path = (*one.template_path, "spec", "activeDeadlineSeconds")
    if one.kind == "Pod" or one.at(path) is None:
        return
    if one.kind in _BATCH:
        yield one.flaw("RCS404", path)
    elif one.kind in ENDLESS:
        yield one.flaw("RCS405", path)


def selectors(one: Written) -> Iterator[Flaw]:
    """A Job makes its own selector."""
    path = _job_spec(one)
    is_manual = one.at((*path, "manualSelector")) is True
    if one.kind in _BATCH and one.at((*path, "selector")) is not None and not is_manual:
        yield one.flaw("RCS406", (*path, "selector"))
