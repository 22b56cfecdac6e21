"""Pods that the API server would not have: a quota, a policy, a webhook, an absent account.

The controller's own words count: the condition ReplicaFailure where its kind has one, else its
newest event about creation. A refusal that the world has overtaken leaves the controller's back-off
as the cause: nothing forbids the pods any more, and nobody tells the controller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconverge.judges.controllers import name_of
from reconverge.judges.why.controllers import retry
from reconverge.judges.why.words import Cause, Evidence, brief
from reconverge.judges.why.world import World, stamp_of
from reconverge.model import (
    Event,
    Named,
    ReplicaSet,
    ReplicationController,
    ResourceQuota,
    condition,
)

_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<requested>.+?), used: (?P<used>.+?), "
    r"limited: (?P<limited>\S+)"
)
_ACCOUNT = re.compile(r'serviceaccount "(?P<name>[^"]+)" not found')
# What is refused by whom, from the most specific words to the least
# (plugin/pkg/admission and staging/src/k8s.io/apiserver/pkg/admission, Kubernetes 1.34).
_REFUSALS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("PodSecurity forbids them", re.compile(r"violates PodSecurity (?P<rest>.+)")),
    (
        "the webhook {name} denies them",
        re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:? ?(?P<rest>.*)'),
    ),
    (
        "the webhook {name} cannot be asked",
        re.compile(r'failed calling webhook "(?P<name>[^"]+)":? ?(?P<rest>.*)'),
    ),
    (
        "the policy {name} denies them",
        re.compile(
            r"ValidatingAdmissionPolicy '(?P<name>[^']+)' with binding '[^']+' "
            r"denied request: ?(?P<rest>.*)"
        ),
    ),
    (
        "a LimitRange forbids them",
        re.compile(r"(?P<rest>(maximum|minimum) \S+ usage per .+|.+ limit to request ratio .+)"),
    ),
)
_FORBIDDEN = re.compile(r'^.*?pods "[^"]*" is forbidden: ')


def refused(view: Named, kind: str, world: World, *, missing: str = "its pods") -> Cause | None:
    """Why pods of the workload cannot be created; `missing` says which, such as `2 of 3 pods`."""
    event = world.newest(view.uid, "FailedCreate", "FailedDelete")
    if isinstance(view, ReplicationController | ReplicaSet):
        row = condition(view.status.conditions, "ReplicaFailure")
        if row is None or row.status != "True":
            return None
        message = row.message or (event.message if event is not None else "")
        evidence = [world.shows_condition(view, "ReplicaFailure", view.status.conditions)]
        if row.reason == "FailedDelete":
            return _undeleted(kind, message, evidence)
    else:
        if event is None or event.reason == "FailedDelete" or _is_overtaken(view, event, world):
            return None
        message, evidence = event.message, []
    evidence += [world.shows_event(event)] if event is not None else []
    return _refusal(view, kind, message, world, missing=missing).after(*evidence)


def _is_overtaken(view: Named, event: Event, world: World) -> bool:
    """Whether a creation succeeded after that failure."""
    success = world.newest(view.uid, "SuccessfulCreate")
    if success is not None and success.resource_version > event.resource_version:
        return True
    stamp = stamp_of(event)
    made = [pod.metadata.creation_timestamp for pod in world.owned_by(view)]
    return stamp is not None and any(one is not None and one > stamp for one in made)


def _undeleted(kind: str, message: str, evidence: list[Evidence]) -> Cause:
    return Cause(
        kind="FailedDelete",
        sentence=f"its pods cannot be deleted: {brief(message)}",
        controller=name_of(kind),
        evidence=tuple(evidence),
    )


def _refusal(view: Named, kind: str, message: str, world: World, *, missing: str) -> Cause:
    """The refusal in words, with the controller's next attempt."""
    timer = retry(view, kind, world)
    cause, is_past = _reason(view, message, world)
    controller = name_of(kind)
    if is_past:
        again = timer.removeprefix("it ") if timer else "tries again, by its back-off"
        return Cause(
            kind="back-off",
            sentence=f"{cause}; {controller} {again}",
            controller=controller,
        )
    said = f"{missing} cannot be created: {cause}"
    return Cause(
        kind="refused",
        sentence=said,
        controller=f"whoever lifts the refusal; then {controller}",
        evidence=(Evidence(None, f"{controller}: {timer}"),) if timer else (),
    )


def _reason(view: Named, message: str, world: World) -> tuple[str, bool]:
    """What forbids the pods, and whether that is past."""
    quota, account = _QUOTA.search(message), _ACCOUNT.search(message)
    if quota is not None:
        return _by_quota(view, quota, world)
    if account is not None:
        return _by_account(view, account["name"], world)
    for words, pattern in _REFUSALS:
        found = pattern.search(_FORBIDDEN.sub("", message))
        if found is not None:
            who = words.format(**found.groupdict())
            return f"{who}: {brief(found['rest'])}" if found["rest"] else who, False
    return brief(message) or "no reason given", False


def _by_quota(view: Named, found: re.Match[str], world: World) -> tuple[str, bool]:
    name = found["name"]
    quota = world.snapshot.named("ResourceQuota", name, namespace=view.metadata.namespace)
    if isinstance(quota, ResourceQuota) and _has_room(quota, found):
        return f'quota "{name}" refused its pods and has room now', True
    numbers = f"requested {found['requested']}, used {found['used']} of {found['limited']}"
    return f'quota "{name}" is exceeded ({numbers})', False


def _by_account(view: Named, name: str, world: World) -> tuple[str, bool]:
    account = world.snapshot.named("ServiceAccount", name, namespace=view.metadata.namespace)
    if account is not None:
        return f'service account "{name}" was missing and exists now', True
    return f'service account "{name}" does not exist', False


def _has_room(quota: ResourceQuota, found: re.Match[str]) -> bool:
    """Whether the quota would let the request pass now, as far as plain numbers tell."""
    wanted, hard, used = _rows(found["requested"]), quota.spec.hard, quota.status.used
    return all(_fits(hard, used, resource, amount) for resource, amount in wanted.items())


def _fits(hard: Mapping[str, str], used: Mapping[str, str], resource: str, amount: str) -> bool:
    limit, now = hard.get(resource), used.get(resource, "0")
    if limit is None:
        return True
    numbers = (limit, now, amount)
    return all(one.isdecimal() for one in numbers) and int(now) + int(amount) <= int(limit)


def _rows(text: str) -> dict[str, str]:
    """`pods=1,requests.cpu=2` as a map."""
    pairs = (row.partition("=") for row in text.split(","))
    return {name: amount for name, _, amount in pairs}
