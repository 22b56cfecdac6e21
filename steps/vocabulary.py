"""Words of the features and the values they stand for.

Every type has the pattern of what it accepts, so that a step matches a text or does not, and no
two steps claim one text by accident.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, get_args

from pytest_bdd.parsers import parse

from reconverge.blast import ALL, MAJORITY, MINORITY, BlastRadius, Count, Percent
from reconverge.faults.containers import Ending
from reconverge.faults.deletions import Propagation
from reconverge.faults.specs import Illness
from reconverge.judges.invariants import Mark
from reconverge.model import Taint

Word = TypeVar("Word", bound=Callable[[str], Any])

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNITS_S = {"second": 1.0, "minute": 60.0}
_NUMBER = r"\d+|" + "|".join(_NUMBERS)
_PROPAGATIONS: dict[str, Propagation | None] = {
    "with its pods": "Background",
    "without its pods": "Orphan",
    "after its pods": "Foreground",
    "without a word on its pods": None,
}
_RADII: dict[str, BlastRadius] = {"all": ALL, "a majority": MAJORITY, "a minority": MINORITY}


def spelt(pattern: str) -> Callable[[Word], Word]:
    """Say what a word looks like, where the step parser looks for it."""

    def mark(word: Word) -> Word:
        vars(word)["pattern"] = pattern
        return word

    return mark


@spelt(_NUMBER)
def number(text: str) -> int:
    """`3` or `three`."""
    return _NUMBERS.index(text) if text in _NUMBERS else int(text)


@spelt(rf"all|a majority|a minority|\d+ percent|{_NUMBER}")
def blast_radius(text: str) -> BlastRadius:
    """How many are hit: `one`, `3`, `a majority`, `30 percent`, `all`."""
    if text in _RADII:
        return _RADII[text]
    if text.endswith(" percent"):
        return Percent(float(text.removesuffix(" percent")))
    return Count(number(text))


@spelt(r"\d+ (?:second|minute)s?")
def duration(text: str) -> float:
    """`60 seconds` or `2 minutes`, in seconds."""
    count, unit = text.split()
    return int(count) * _UNITS_S[unit.removesuffix("s")]


@spelt(r'[^"]+')
def name(text: str) -> str:
    """What stands between quotes."""
    return text


@spelt(r"ReplicationController|ReplicaSet|Deployment|StatefulSet")
def kind(text: str) -> str:
    """A kind of workload whose steady state is known."""
    return text


@spelt(r"[A-Z][A-Za-z]+")
def any_kind(text: str) -> str:
    """A kind of object, whether or not anything is promised of it."""
    return text


@spelt(r'[^"=]+=[^"]*')
def label(text: str) -> dict[str, str | None]:
    """`key=value`."""
    key, _, value = text.partition("=")
    return {key: value}


@spelt(r'[a-z][^"]*')
def field(text: str) -> tuple[str, ...]:
    """`spec.backoffLimit`, or `metadata.annotations[a.b/c]` where a key has dots itself."""
    path, _, key = text.removesuffix("]").partition("[")
    return (*path.split("."), *filter(None, [key]))


def _quarter(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def _half_past(now: datetime) -> datetime:
    here = now - timedelta(minutes=30)
    return here.replace(minute=30, second=0, microsecond=0)


def _sunday(now: datetime) -> datetime:
    """On a Sunday before 15:00 it is the Sunday before."""
    here = now - timedelta(hours=15)
    sunday = here - timedelta(days=here.isoweekday() % 7)
    return sunday.replace(hour=15, minute=0, second=0, microsecond=0)


_MOMENTS: dict[str, Callable[[datetime], datetime]] = {
    "quarter of an hour": _quarter,
    "minute 30 of an hour": _half_past,
    "Sunday at 15:00": _sunday,
}


@spelt("|".join(_MOMENTS))
def moment(text: str) -> Callable[[datetime], datetime]:
    """What returns again and again: the last such moment before another, in the same time zone."""
    return _MOMENTS[text]


@spelt(r'[^"=/]+=[^"=/]*(?:, [^"=/]+=[^"=/]*)*')
def labels(text: str) -> dict[str, str]:
    """`key=value, key=value`."""
    rows = (row.partition("=") for row in text.split(", "))
    return {key: value for key, _, value in rows}


@spelt(r'[^"]+')
def label_sets(text: str) -> tuple[dict[str, str], ...]:
    """`key=value, key=value / key=value`: the labels of one pod, and of another."""
    return tuple(labels(one) for one in text.split(" / "))


@spelt(r'no [^"=]+|[^"=]+=[^"]*')
def label_change(text: str) -> dict[str, str | None]:
    """`key=value`, or `no key` where the label is to go."""
    return {text.removeprefix("no "): None} if text.startswith("no ") else label(text)


@spelt("|".join(_PROPAGATIONS))
def propagation(text: str) -> Propagation | None:
    """What becomes of the pods of an owner that is deleted."""
    return _PROPAGATIONS[text]


def lines(datatable: list[list[str]]) -> dict[str, str]:
    """A table of two columns: what is meant, and what is said of it."""
    return {name: text for name, text in datatable}  # noqa: C416  # a row has exactly two cells


def marks(datatable: list[list[str]]) -> tuple[Mark, ...]:
    """A table of two columns, in the order of what happens: a field, and what it comes to say."""
    return tuple(Mark(field(name), text) for name, text in datatable)


@spelt(r"[^:\"]+:(?:NoExecute|NoSchedule|PreferNoSchedule)")
def taint(text: str) -> Taint:
    """`key:effect` or `key=value:effect`, as kubectl writes it."""
    row, _, effect = text.rpartition(":")
    key, _, value = row.partition("=")
    return Taint(key=key, value=value, effect=effect)


_ORDINALS = ("first", "second", "third", "fourth", "fifth")


@spelt("|".join(_ORDINALS))
def ordinal(text: str) -> int:
    """Which one of several, the first being 1."""
    return _ORDINALS.index(text) + 1


@spelt("kube-controller-manager|kube-scheduler|kube-apiserver|etcd")
def process(text: str) -> str:
    """A process of the control plane, by the name of its program."""
    return text


_ILLNESSES: dict[str, Illness] = {one: one for one in get_args(Illness)}


@spelt("|".join(_ILLNESSES))
def illness(text: str) -> Illness:
    """Why a container cannot be well."""
    return _ILLNESSES[text]


_SIGNALS: dict[str, Ending] = {"SIGKILL": "KILL", "SIGTERM": "TERM"}


@spelt("|".join(_SIGNALS))
def signal(text: str) -> Ending:
    """A signal that is meant to end a process."""
    return _SIGNALS[text]


@spelt(r"liveness|readiness|startup")
def probe(text: str) -> str:
    """One of the three probes that a container can have."""
    return text


WORDS: dict[str, Callable[[str], Any]] = {
    "Number": number,
    "BlastRadius": blast_radius,
    "Duration": duration,
    "Name": name,
    "Kind": kind,
    "AnyKind": any_kind,
    "Label": label,
    "Field": field,
    "Moment": moment,
    "Labels": labels,
    "LabelSets": label_sets,
    "LabelChange": label_change,
    "Propagation": propagation,
    "Taint": taint,
    "Signal": signal,
    "Illness": illness,
    "Ordinal": ordinal,
    "Process": process,
    "Probe": probe,
}


def words(text: str) -> parse:
    """A step's text, with placeholders such as `{name:Name}`."""
    return parse(text, extra_types=WORDS)
