"""Are manifests taken as written, adapted with a note, and refused with file and line?"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from reconverge.cluster.manifests import Manifest, adapt, load, parse
from reconverge.cluster.yamls import FILE_BYTES_MAX
from reconverge.errors import BadInput


def one(text: str) -> Manifest:
    (manifest,) = parse(text, source="kubia.yaml")
    return manifest


def workload(api_version: str, kind: str, spec: str = "{}") -> str:
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: kubia}}\nspec: {spec}\n"


def test_each_document_remembers_its_line() -> None:
    """Several documents, comments and empty ones between them."""
    text = "# first\n" + workload("v1", "Pod") + "---\n---\n\n" + workload("batch/v1", "Job")
    pod, job = parse(text, source="all.yaml")
    assert (str(pod), pod.where) == ('Pod "kubia"', "all.yaml:2")
    assert (str(job), job.where) == ('Job "kubia"', "all.yaml:9")


def test_a_list_is_its_items() -> None:
    """kubectl's List is taken apart."""
    text = (
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
    )
    assert str(one(text)) == 'Pod "a"'


def test_dates_stay_text() -> None:
    """As for kubectl: a label that looks like a date is no date."""
    text = workload("v1", "Pod") + "extra: 2024-01-01\n"
    assert one(text).object["extra"] == "2024-01-01"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("kind: Pod\nmetadata: {name: a}\n", "x.yaml:1", 'needs "apiVersion"'),
        ("a: 1\n---\n- a list\n", "x.yaml:3", "is a mapping"),
        ("a: 1\n b: 2\n", "x.yaml:2", "not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3", '"a" is given twice'),
        ("a: &x [*x]\n", "x.yaml:1", "contains itself"),
        ("a: !!python/object:os.system {}\n", "x.yaml:1", "not valid YAML"),
        ("apiVersion: v1\nkind: Pod\n", "x.yaml:1", "has no name"),
        (workload("v1", "ReplicaSet"), "x.yaml:1", "apiVersion: apps/v1"),
        (workload("apps/v1", "ReplicSet"), "x.yaml:1", "did you mean ReplicaSet"),
        ("# nothing\n", "x.yaml", "no manifest"),
    ],
)
def test_errors_name_file_and_line(text: str, where: str, what: str) -> None:
    """What is wrong, and where to look."""
    with pytest.raises(BadInput, match=what) as caught:
        parse(text, source="x.yaml")
    assert caught.value.where == where


def test_a_bomb_of_aliases_is_refused() -> None:
    """Nine levels of nine aliases would be 400 million values."""
    rows = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    rows += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(BadInput, match="aliases"):
        parse("\n".join(rows), source="bomb.yaml")


def test_deep_nesting_is_refused() -> None:
    """It is an error of the text, not a crash of ours."""
    with pytest.raises(BadInput, match="deeply"):
        parse("[" * 5000, source="deep.yaml")


def test_files_are_read_with_their_errors(tmp_path: Path) -> None:
    """Missing, too large, not UTF-8: each one sentence with the path."""
    good = tmp_path / "pod.yaml"
    good.write_text(workload("v1", "Pod"))
    assert load(good)[0].where == f"{good}:1"
    large, binary = tmp_path / "large.yaml", tmp_path / "binary.yaml"
    large.write_bytes(b"#" * (FILE_BYTES_MAX + 1))
    binary.write_bytes(b"a: \xff\xfe")
    for path, what in [
        (tmp_path / "none.yaml", "No such file"),
        (large, "larger than"),
        (binary, "UTF-8"),
    ]:
        with pytest.raises(BadInput, match=what) as caught:
            load(path)
        assert caught.value.where == str(path)


@pytest.mark.parametrize(
    ("old", "kind", "new", "note"),
    [
        ("apps/v1beta2", "ReplicaSet", "apps/v1", "not served since 1.16: apps/v1 in its stead"),
        ("apps/v1beta2", "DaemonSet", "apps/v1", "not served since 1.16"),
        ("apps/v1beta1", "StatefulSet", "apps/v1", "not served since 1.16"),
        ("extensions/v1beta1", "Deployment", "apps/v1", "not served since 1.16"),
        ("batch/v1beta1", "CronJob", "batch/v1", "not served since 1.25"),
        ("batch/v1beta2", "CronJob", "batch/v1", "batch/v1beta2 never existed"),
    ],
)
def test_old_versions_are_migrated_with_a_note(old: str, kind: str, new: str, note: str) -> None:
    """A manifest from an old book is applied in today's version, and the timeline says so."""
    manifest = one(workload(old, kind, "{selector: {matchLabels: {a: b}}}"))
    assert manifest.object["apiVersion"] == new
    assert note in manifest.notes[0]


def test_old_defaults_are_written_out() -> None:
    """extensions/v1beta1 took the selector from the template and updated daemons on deletion."""
    template = "{template: {metadata: {labels: {app: kubia}}}}"
    manifest = one(workload("extensions/v1beta1", "DaemonSet", template))
    spec = manifest.object["spec"]
    assert isinstance(spec, dict)
    assert spec["selector"] == {"matchLabels": {"app": "kubia"}}
    assert spec["updateStrategy"] == {"type": "OnDelete"}
    assert len(manifest.notes) == 3


POD_OF = {
    "Pod": "{containers: [CONTAINER]}",
    "ReplicationController": "{template: {spec: {containers: [CONTAINER]}}}",
    "CronJob": "{jobTemplate: {spec: {template: {spec: {containers: [CONTAINER]}}}}}",
}


@pytest.mark.parametrize("kind", POD_OF)
@pytest.mark.parametrize("image", ["luksa/kubia", "luksa/kubia:latest", "host:5000/kubia"])
def test_loaded_images_are_not_pulled(kind: str, image: str) -> None:
    """Offline, an image without a tag gets IfNotPresent; the manifest itself stays as it was."""
    api_version = "batch/v1" if kind == "CronJob" else "v1"
    container = f"{{name: main, image: '{image}'}}"
    manifest = one(workload(api_version, kind, POD_OF[kind].replace("CONTAINER", container)))
    before = copy.deepcopy(manifest.object)
    adapted = adapt(manifest, offline=True)
    assert "'imagePullPolicy': 'IfNotPresent'" in str(adapted.object)
    assert image in adapted.notes[0]
    assert manifest.object == before


@pytest.mark.parametrize(
    "container",
    [
        "{name: main, image: 'luksa/kubia:v2'}",
        "{name: main, image: 'luksa/kubia@sha256:00'}",
        "{name: main, image: luksa/kubia, imagePullPolicy: Always}",
    ],
)
def test_what_is_explicit_is_left_alone(container: str) -> None:
    """A tag, a digest or the author's own policy needs no adaptation."""
    manifest = one(workload("v1", "Pod", f"{{containers: [{container}]}}"))
    assert adapt(manifest, offline=True) is manifest


def test_online_nothing_is_adapted() -> None:
    """Where images can be pulled the manifest is applied as it is."""
    manifest = one(workload("v1", "Pod", "{containers: [{name: main, image: luksa/kubia}]}"))
    assert adapt(manifest, offline=False) is manifest
