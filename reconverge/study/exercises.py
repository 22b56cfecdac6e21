"""Exercises as folders: the task, what is to be handed in, hints, and how it is judged.

    keep-three-pods/
      exercise.yaml      title, sections, what is handed in, what the task asks of it, hints
      task.en.md, task.ko.md
      check.feature      what happens to it on a cluster, in the words of all features
      solution/          one right answer
      wrong.yaml         mistakes that people make, as changes of the right answer
      given/             what the learner begins with, if anything
      world/             manifests that its features speak of, beside the learner's
      lab.feature        what is given, and asked for, when it is done with kubectl
      lab/               what its lab begins with, where that is not world/

Every text is there in each language. An unknown key is an error, so that a misspelt one is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec

from reconverge.cluster.fields import Steps
from reconverge.cluster.manifests import load as load_manifest
from reconverge.cluster.manifests import pod_spec
from reconverge.cluster.yamls import read_documents
from reconverge.errors import BadInput
from reconverge.study.languages import LANGUAGES, Language, Text

FILE, FEATURE, LAB_FEATURE = "exercise.yaml", "check.feature", "lab.feature"
SOLUTION, GIVEN, WORLD, LAB = "solution", "given", "world", "lab"
HINTS = 3


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object that is to be handed in."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f'{self.kind} "{self.name}"'


class Demand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the task asks of one field: a value, one of several, a number's bounds, or its presence.

    `of` is `Kind/name`, `field` is `spec.template.spec.containers[0].image`; `otherwise` is what
    the learner is told.
    """

    of: str
    field: str
    otherwise: Text
    value: Any = msgspec.field(default=None, name="is")
    among: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    given: bool | None = None
    sections: tuple[str, ...] = ()

    @property
    def path(self) -> Steps:
        found = re.findall(r"[^.\[\]]+|\[\d+\]", self.field)
        return tuple(int(one[1:-1]) if one.startswith("[") else one for one in found)

    def is_met(self, value: Any) -> bool:
        """Whether the field's value is what is asked for."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return all(
            (
                self.value is None or value == self.value,
                not self.among or value in self.among,
                self.least is None or (is_number and value >= self.least),
                self.most is None or (is_number and value <= self.most),
                self.given is None or (value is not None) is self.given,
            )
        )


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the learner predicts before it happens. `answer` is one of the keys of `choices`."""

    key: str
    ask: Text
    choices: dict[str, Text]
    answer: str
    because: Text


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a learner is told where a Then of lab.feature does not hold: a sentence, and its code.

    RCS901 is for what does not stand as it should, RCS902 for what came about in another way.
    """

    then: str
    otherwise: Text
    code: Literal["RCS901", "RCS902"] = "RCS901"


class LabTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done by hand. `changes` are the kinds that the learner may change there."""

    task: Text
    first: str
    changes: tuple[
        Literal[
            "Pod",
            "ReplicationController",
            "Service",
            "ReplicaSet",
            "DaemonSet",
            "Job",
            "CronJob",
        ],
        ...,
    ]
    told: tuple[Told, ...]

    def told_of(self, then: str) -> Told:
        """What is to be said of that Then. Raises BadInput."""
        for one in self.told:
            if one.then == then:
                return one
        raise BadInput(f"nothing is told of: {then}", cure=f"name it in {FILE}, under lab.told")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Text
    sections: tuple[str, ...]
    hints: tuple[Text, Text, Text]
    hand_in: tuple[Wanted, ...] = ()
    demands: tuple[Demand, ...] = ()
    questions: tuple[Question, ...] = ()
    images: tuple[str, ...] = ("mycool0905/kubia", "luksa/kubia")
    weight: int = 1
    lab: LabTask | None = None


class Exercise(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One exercise. `sections` are those of the chapter; `weight` is 1 to 3, the hardest last."""

    id: str
    folder: Path
    title: Text
    sections: tuple[str, ...]
    hints: tuple[Text, ...]
    hand_in: tuple[Wanted, ...]
    demands: tuple[Demand, ...]
    questions: tuple[Question, ...]
    images: tuple[str, ...]
    weight: int
    lab: LabTask | None = None

    def task(self, language: Language) -> str:
        """The task's text, Markdown."""
        return (self.folder / f"task.{language}.md").read_text(encoding="utf-8")

    @property
    def feature(self) -> Path | None:
        """What is played on a cluster; None where the files alone decide."""
        path = self.folder / FEATURE
        return path if path.is_file() else None

    @property
    def lab_feature(self) -> Path | None:
        """What is given in its lab, and asked of it at the end; None where it has no lab."""
        return self.folder / LAB_FEATURE if self.lab is not None else None

    @property
    def lab_world(self) -> Path:
        """The folder of the manifests that its lab begins with."""
        own = self.folder / LAB
        return own if own.is_dir() else self.folder / WORLD

    @property
    def kinds(self) -> frozenset[str]:
        """Those that may be handed in."""
        return frozenset(wanted.kind for wanted in self.hand_in)

    @cached_property
    def world_names(self) -> frozenset[tuple[str, str]]:
        """Kind and name of the objects that stand beside what is handed in, and are not its own."""
        found = {(one.kind, one.name) for path in self.world for one in load_manifest(path)}
        return frozenset(found - {(wanted.kind, wanted.name) for wanted in self.hand_in})

    @cached_property
    def allowed_images(self) -> tuple[str, ...]:
        """The images that are named for it, and those of its own manifests."""
        paths = (*sorted(self.solution.glob("*.yaml")), *self.world, *self.given)
        own = {image for path in paths for image in _images_in(path)}
        return (*self.images, *sorted(own - {*self.images}))

    @property
    def world(self) -> tuple[Path, ...]:
        """Manifests that its feature speaks of, beside the learner's."""
        return tuple(sorted((self.folder / WORLD).glob("*.yaml")))

    @property
    def given(self) -> tuple[Path, ...]:
        """The files that the learner begins with."""
        return tuple(sorted((self.folder / GIVEN).glob("*.yaml")))

    @property
    def solution(self) -> Path:
        return self.folder / SOLUTION


def _images_in(path: Path) -> Iterator[str]:
    """Those of the file's pods; what is given may be broken, since it is to be repaired."""
    try:
        documents = read_documents(path)
    except BadInput:
        return
    for document in documents:
        spec = pod_spec(document.object)
        for key in ("initContainers", "containers"):
            rows = spec.get(key)
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict) and isinstance(row.get("image"), str):
                    yield row["image"]


def load(folder: Path) -> Exercise:
    """The exercise in a folder. Raises BadInput for one that is not whole."""
    path = folder / FILE
    documents = read_documents(path)
    try:
        found = msgspec.convert(documents[0].object, _File)
    except (msgspec.ValidationError, IndexError) as error:
        raise BadInput(f"no exercise: {error}", where=str(path)) from error
    of_lab = (LAB_FEATURE,) if found.lab is not None else ()
    for name in (*(f"task.{language}.md" for language in LANGUAGES), SOLUTION, *of_lab):
        if not (folder / name).exists():
            raise BadInput(f"the exercise has no {name}", where=str(folder))
    fields = {name: getattr(found, name) for name in found.__struct_fields__}
    return Exercise(id=folder.name, folder=folder, **fields)


def load_all(home: Path) -> tuple[Exercise, ...]:
    """Every exercise below `home`, in the chapter's order. Raises BadInput."""
    found = [load(path.parent) for path in home.glob(f"*/{FILE}")]
    if not found:
        raise BadInput("no exercises there", where=str(home), cure="name their folder")
    return tuple(sorted(found, key=lambda one: (one.sections, one.weight, one.id)))


def named(found: tuple[Exercise, ...], name: str) -> Exercise:
    """The exercise of that id. Raises BadInput with those near it."""
    from difflib import get_close_matches

    for one in found:
        if one.id == name:
            return one
    near = get_close_matches(name, [one.id for one in found], n=3, cutoff=0.4)
    cure = f"did you mean {' or '.join(near)}?" if near else "`reconverge study list` names them"
    raise BadInput(f'there is no exercise "{name}"', cure=cure)


def shipped() -> Path:
    """The exercises that come with the program: the wheel has a copy of them."""
    here = Path(__file__).parent.parent
    copied = here / "_exercises"
    return copied if copied.is_dir() else here.parent / "exercises"
