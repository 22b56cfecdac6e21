"""Labels and the selectors that look for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconverge.cluster.fields import Steps
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text
from reconverge.study.written import Written

SELECTED = ("ReplicaSet", "Deployment", "DaemonSet", "StatefulSet")
_SELECTOR: Steps = ("spec", "selector")
_SET_BASED = ("matchLabels", "matchExpressions")
# apimachinery/pkg/util/validation: IsQualifiedName without its prefix, IsValidLabelValue.
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LENGTH_MAX = 63
_KEY = Text(en="key", ko="키로")
_WORTH = Text(en="value", ko="값으로")


def agreement(one: Written) -> Iterator[Flaw]:
    """The selector of a controller finds the pods of its own template."""
    selector = one.map_at(_SELECTOR)
    if one.kind == "ReplicationController":
        yield from _of_controller(one, selector)
    elif one.kind in SELECTED and one.at(_SELECTOR) is not None:
        yield from _of_set(one, selector)


def _of_controller(one: Written, selector: dict[str, object]) -> Iterator[Flaw]:
    used = [word for word in _SET_BASED if word in selector]
    if used:
        yield one.flaw("RCS203", (*_SELECTOR, used[0]), used=used[0])
    elif selector:
        yield from _disagreement(one, selector, _SELECTOR)


def _of_set(one: Written, selector: dict[str, object]) -> Iterator[Flaw]:
    plain = [key for key in selector if key not in _SET_BASED]
    if plain:
        yield one.flaw("RCS204", (*_SELECTOR, plain[0]))
        return
    labels = one.map_at((*_SELECTOR, "matchLabels"))
    expressions = one.rows_at((*_SELECTOR, "matchExpressions"))
    if not labels and not expressions:
        yield one.flaw("RCS208", _SELECTOR)
        return
    yield from _disagreement(one, labels, (*_SELECTOR, "matchLabels"))
    for number, row in enumerate(expressions):
        if isinstance(row, dict) and not _is_met(row, _template_labels(one)):
            path = (*_SELECTOR, "matchExpressions", number)
            yield from _differing(one, path, _said(row))


def _disagreement(one: Written, wanted: dict[str, object], path: Steps) -> Iterator[Flaw]:
    labels = _template_labels(one)
    # A label that is no text is told by its type.
    wrong = [
        key
        for key, value in wanted.items()
        if labels.get(key) != value and isinstance(labels.get(key, ""), str)
    ]
    if wrong:
        asked = ",".join(f"{key}={value}" for key, value in wanted.items())
        yield from _differing(one, (*path, wrong[0]), asked)


def _differing(one: Written, path: Steps, asked: str) -> Iterator[Flaw]:
    labels = _template_labels(one)
    if not labels:
        yield one.flaw("RCS202", (*one.template_path, "metadata"), selector=asked)
        return
    given = ",".join(f"{key}={value}" for key, value in labels.items())
    yield one.flaw("RCS201", path, selector=asked, labels=given)


def _template_labels(one: Written) -> dict[str, object]:
    return one.map_at((*one.template_path, "metadata", "labels"))


def _is_met(row: dict[str, object], labels: dict[str, object]) -> bool:
    """Whether the labels meet the expression; one that is malformed is another rule's."""
    key, values = row.get("key"), row.get("values")
    rows = values if isinstance(values, list) else []
    match row.get("operator"):
        case "In":
            return labels.get(str(key)) in rows or not rows
        case "NotIn":
            return labels.get(str(key)) not in rows
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True


def _said(row: dict[str, object]) -> str:
    values = row.get("values")
    listed = f" ({', '.join(map(str, values))})" if isinstance(values, list) and values else ""
    return f"{row.get('key')} {row.get('operator')}{listed}"


def expressions(one: Written) -> Iterator[Flaw]:
    """An operator has values where it needs them, and only there."""
    path = (*_SELECTOR, "matchExpressions")
    for number, row in enumerate(one.rows_at(path) if one.kind in SELECTED else []):
        if not isinstance(row, dict):
            continue
        operator, values = row.get("operator"), row.get("values")
        if operator in ("In", "NotIn") and not values and "value" not in row:
            yield one.flaw("RCS205", (*path, number, "operator"), operator=operator)
        if operator in ("Exists", "DoesNotExist") and values:
            yield one.flaw("RCS206", (*path, number, "values"), operator=operator)


def labels(one: Written) -> Iterator[Flaw]:
    """Labels, and what selectors and node selectors compare with, are labels."""
    template = one.template_path
    places: list[Steps] = [("metadata", "labels"), (*template, "spec", "nodeSelector")]
    places += [(*template, "metadata", "labels")] if template else []
    places += [(*_SELECTOR, "matchLabels")] if one.kind in SELECTED else []
    places += [_SELECTOR] if one.kind == "ReplicationController" else []
    for path in places:
        for key, value in one.map_at(path).items():
            if not _is_label(key.rpartition("/")[2]) or not key.rpartition("/")[2]:
                texts = {"part": _KEY, "part_ko": _KEY}
                yield one.flaw("RCS207", (*path, key), texts, label=key)
            if isinstance(value, str) and not _is_label(value):
                texts = {"part": _WORTH, "part_ko": _WORTH}
                yield one.flaw("RCS207", (*path, key), texts, label=value)


def _is_label(word: str) -> bool:
    return _VALUE.fullmatch(word) is not None and len(word) <= _LENGTH_MAX
