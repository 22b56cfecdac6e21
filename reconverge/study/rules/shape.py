"""Versions, names and fields: what an API server would find while it decodes an object."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconverge.cluster.fields import Misfit, Steps, misfits
from reconverge.cluster.kinds import CORE, suggestion
from reconverge.cluster.manifests import COMPLETE, migrate
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text
from reconverge.study.written import Written

# DNS-1123 subdomain: apimachinery/pkg/util/validation.
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME_MAX = 253
_TYPES = {
    "string": Text(en="a text (in quotes)", ko="문자열(따옴표로 감싼 값)"),
    "integer": Text(en="a whole number", ko="정수"),
    "number": Text(en="a number", ko="숫자"),
    "boolean": Text(en="true or false", ko="true 또는 false"),
    "list": Text(en="a list (rows that begin with -)", ko="목록(-로 시작하는 줄)"),
    "map": Text(en="a map (key: value)", ko="맵(키: 값)"),
    "object": Text(en="a map (key: value)", ko="맵(키: 값)"),
    "int-or-string": Text(en="a number or a name", ko="숫자 또는 이름"),
    "quantity": Text(en="a quantity such as 100m or 64Mi", ko="100m, 64Mi 같은 수량"),
}
_FOUND = {bool: "a truth value", int: "a number", float: "a number", str: "a text",
          list: "a list", dict: "a map"}  # fmt: skip
_WORDS: dict[str, tuple[str, ...]] = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "operator": ("In", "NotIn", "Exists", "DoesNotExist"),
    "completionMode": ("NonIndexed", "Indexed"),
}
_ELSEWHERE = {"operator": ("Gt", "Lt", "Equal")}  # of node affinities and tolerations


def names(one: Written) -> Iterator[Flaw]:
    """The version is served, the kind is there, and the name is one."""
    migrated, notes = migrate(one.object)
    version = str(one.object["apiVersion"])
    if notes:
        yield _bygone(one, version, str(migrated["apiVersion"]), notes[0])
    else:
        yield from _unknown_kind(one, version)
    if not _NAME.fullmatch(one.name) or len(one.name) > _NAME_MAX:
        yield one.flaw("RCS107", ("metadata", "name"), name=one.name)


def _bygone(one: Written, version: str, current: str, note: str) -> Flaw:
    release = re.search(r"since (\d\S*):", note)
    since = Text(
        en=f"is not served since Kubernetes {release[1]}" if release else "never existed",
        ko=f"쿠버네티스 {release[1]}에서 없어졌습니다" if release else "존재한 적이 없습니다",
    )
    texts = {"since": since, "since_ko": since}
    return one.flaw("RCS105", ("apiVersion",), texts, version=version, current=current)


def _unknown_kind(one: Written, version: str) -> Iterator[Flaw]:
    known = CORE.get(one.kind)
    if known is None and version in COMPLETE:
        problem, hint = f'{version} has no kind "{one.kind}"', suggestion(one.kind, CORE)
        yield one.flaw("RCS106", ("kind",), problem=problem, hint=hint)
    elif known is not None and known.api_version != version:
        problem = f"{one.kind} is not served as {version}"
        hint = f"apiVersion: {known.api_version}"
        yield one.flaw("RCS106", ("apiVersion",), problem=problem, hint=hint)


def fields(one: Written) -> Iterator[Flaw]:
    """Every field is known at its place, of the right type, and none is missing."""
    for misfit in misfits(one.served):
        flaw = _of_misfit(one, misfit)
        if flaw is not None:
            yield flaw


def _of_misfit(one: Written, misfit: Misfit) -> Flaw | None:
    path = misfit.path
    if path[:2] == ("spec", "selector"):
        return _of_selector(one, misfit)
    if misfit.what == "missing":
        return one.flaw("RCS104", path, path=dotted(path))
    if misfit.what == "unknown":
        return _of_unknown(one, misfit)
    wanted = _TYPES[misfit.wanted]
    texts = {"wanted": wanted, "wanted_ko": wanted}
    found, value = _FOUND.get(type(misfit.value), "something else"), _shown(misfit.value)
    return one.flaw("RCS103", path, texts, path=dotted(path), value=value, found=found)


def _of_unknown(one: Written, misfit: Misfit) -> Flaw:
    path, field = misfit.path, misfit.name
    if one.kind == "DaemonSet" and path == ("spec", "replicas"):
        return one.flaw("RCS601", path)
    parent = dotted(path[:-1]) or one.kind
    if misfit.belongs or _belongs_to_top(misfit):
        belongs = misfit.belongs or "the top level"
        return one.flaw("RCS102", path, field=field, parent=parent, belongs=belongs)
    near = " or ".join(misfit.near)
    texts = {
        "near": Text(en=f"; did you mean {near}?" if near else ".", ko=""),
        "near_ko": Text(en="", ko=f" 혹시 {near} 필드를 쓰려고 했나요?" if near else ""),
    }
    return one.flaw("RCS101", path, texts, field=field, parent=parent)


def _belongs_to_top(misfit: Misfit) -> bool:
    return misfit.name in ("spec", "metadata", "kind", "apiVersion") and len(misfit.path) > 1


def _of_selector(one: Written, misfit: Misfit) -> Flaw | None:
    """Selectors have sentences of their own."""
    is_set_based = {"matchLabels", "matchExpressions"} & set(one.map_at(("spec", "selector")))
    if one.kind == "ReplicationController" and is_set_based:
        return None  # rules/selectors.py says it once
    if misfit.what == "unknown" and len(misfit.path) == 3 and one.kind in _SELECTED:
        return None
    if misfit.what == "unknown":
        return _of_unknown(one, misfit)
    if misfit.what == "missing":
        return one.flaw("RCS104", misfit.path, path=dotted(misfit.path))
    wanted = _TYPES[misfit.wanted]
    texts = {"wanted": wanted, "wanted_ko": wanted}
    found, value = _FOUND.get(type(misfit.value), "something else"), _shown(misfit.value)
    return one.flaw(
        "RCS103", misfit.path, texts, path=dotted(misfit.path), value=value, found=found
    )


_SELECTED = ("ReplicaSet", "Deployment", "DaemonSet", "StatefulSet")


def words(one: Written) -> Iterator[Flaw]:
    """Fields that take one of a few words have one of them."""
    for path, value in _leaves(one.object, ()):
        field = str(path[-1]) if path else ""
        allowed = _WORDS.get(field, ())
        is_known = value in (*allowed, *_ELSEWHERE.get(field, ()))
        if allowed and isinstance(value, str) and not is_known:
            yield one.flaw(
                "RCS108", path, path=dotted(path), value=f'"{value}"', words=", ".join(allowed)
            )


def _leaves(value: object, path: Steps) -> Iterator[tuple[Steps, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield path, value


def dotted(path: Steps) -> str:
    """`spec.containers[0].image`."""
    words = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(words).removeprefix(".")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "what stands there"
    return f'"{value}"' if isinstance(value, str) else str(value)
