"""What learners type in each lab, and what they are to be told: one right way, and several wrong.

A way is a lab of its own, from its beginning to its end. Its stages follow each other in that lab:
after what is typed it is judged, and answered with a code and a sentence, or with neither.
"""

from __future__ import annotations

import msgspec

OTHER = """\
apiVersion: v1
kind: ReplicationController
metadata: {name: other}
spec:
  replicas: 1
  selector: {app: other}
  template:
    metadata: {labels: {app: other}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: kubia, image: mycool0905/kubia, imagePullPolicy: IfNotPresent}]
"""
KUBIA = OTHER.replace("other", "kubia").replace("replicas: 1", "replicas: 3")
FIVE = KUBIA.replace("replicas: 3", "replicas: 5")
SECOND = """\
apiVersion: batch/v1
kind: Job
metadata: {name: five-in-twos}
spec:
  completions: 5
  parallelism: 3
  template:
    spec:
      restartPolicy: OnFailure
      containers: [{name: main, image: luksa/batch-job, imagePullPolicy: IfNotPresent}]
"""
_BOTH = (
    '{"spec": {"selector": {"app": "kubia2"}, "template": {"metadata": {"labels": '
    '{"app": "kubia2"}}}}}'
)


class Stage(msgspec.Struct, frozen=True):
    """What is typed, and what is said then; an empty `code` passes.

    `{pod}` is the first pod of the beginning and `{second}` its second; `<NAME` is a file.
    """

    typed: tuple[str, ...]
    code: str = ""
    says: str = ""


FILES = {"other": OTHER, "kubia": KUBIA, "five": FIVE, "second": SECOND}
NOTHING: tuple[str, ...] = ()
WAYS: dict[str, dict[str, tuple[Stage, ...]]] = {
    "mark-a-pod": {
        "two marks, and then one": (
            Stage(NOTHING, "RCS901", "none of them is labelled type=special"),
            Stage(("label pods --all type=special",), "RCS901", "3 of them are labelled"),
            Stage(("label {pod} type-", "label {second} type-")),
            Stage(("label {pod} app=special --overwrite",), "RCS902", "does not belong to it"),
        ),
        "deleted": (Stage(("delete {pod}",), "RCS902", "you deleted kubia-"),),
    },
    "scale-by-hand": {
        "four, and then five": (
            Stage(NOTHING, "RCS901", "kubia asks for 3 pods"),
            Stage(("scale rc kubia --replicas=4",), "RCS901", "kubia asks for 4 pods"),
            Stage(("scale rc kubia --replicas=5",)),
            Stage(
                ("delete rc kubia --cascade=orphan", "create --filename <five"),
                "RCS902",
                "kubia was deleted and made anew",
            ),
        ),
        "by way of nothing": (
            Stage(
                ("scale rc kubia --replicas=0", "scale rc kubia --replicas=5"),
                "RCS902",
                "replication-controller deleted kubia-",
            ),
        ),
    },
    "another-selector": {
        "edited": (
            Stage(NOTHING, "RCS901", "still belongs to its controller"),
            Stage((f"patch rc kubia --patch {_BOTH}",)),
        ),
        "the pods relabelled": (
            Stage(
                ("label pods --all app=free --overwrite",), "RCS902", "is not labelled app=kubia"
            ),
            Stage(("delete {second}",), "RCS902", "you deleted kubia-"),
            Stage(("delete rc kubia",), "RCS902", "kubia is not there any more"),
        ),
    },
    "hand-a-pod-over": {
        "relabelled, then found": (
            Stage(NOTHING, "RCS901", "none of them belongs to other"),
            Stage(("label {pod} app=other --overwrite",), "RCS901", "none of them belongs to"),
            Stage(("create --filename <other",)),
            Stage(("delete rc other",), "RCS902", "deleted kubia-"),
        ),
        "taken away": (
            Stage(("create --filename <other",), "RCS901", "none of them belongs to other"),
            Stage(("delete {pod}",), "RCS902", "you deleted kubia-"),
        ),
    },
    "another-template": {
        "edited, then deleted": (
            Stage(NOTHING, "RCS901", "is one of those it began with"),
            Stage(
                ("set image rc/kubia kubia=luksa/kubia",), "RCS901", "is one of those it began with"
            ),
            Stage(("delete pods --all",)),
        ),
        "deleted, and not edited": (
            Stage(("delete pods --all",), "RCS901", "is of mycool0905/kubia"),
            Stage(
                ("delete rc kubia", "create --filename <kubia"),
                "RCS902",
                "kubia was deleted and made anew",
            ),
        ),
    },
    "five-two-at-a-time": {
        "four, and then three": (
            Stage(NOTHING, "RCS901", "five-in-twos asks for 2 pods"),
            Stage(
                ('patch job five-in-twos --patch {"spec":{"parallelism":4}}',),
                "RCS901",
                "five-in-twos asks for 4 pods",
            ),
            Stage(('patch job five-in-twos --patch {"spec":{"parallelism":3}}',)),
            Stage(("delete {pod}",), "RCS902", "you deleted five-in-twos-"),
        ),
        "made anew": (
            Stage(
                ("delete job five-in-twos", "create --filename <second"),
                "RCS902",
                "five-in-twos was deleted and made anew",
            ),
        ),
    },
}
