"""What a learner is given: one namespace's permissions, and a kubeconfig that is theirs alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml

from reconverge.errors import BadInput
from reconverge.judges.learning import Beginning
from reconverge.model import Ref
from reconverge.provision.kubeconfig import restricted
from reconverge.study.exercises import LabTask
from reconverge.study.lab.access import CHANGEABLE, objects, user_in
from reconverge.study.lab.shelf import Lab, Shelf

NAMESPACE = "lab-one"


def rules(*changes: str) -> Iterator[tuple[str, str]]:
    """Resource and verb of everything that is granted."""
    role: dict[str, Any] = objects(changes)[1]
    for rule in role["rules"]:
        yield from ((one, verb) for one in rule["resources"] for verb in rule["verbs"])


def test_nothing_beyond_a_namespace_is_granted() -> None:
    """A Role and its binding, for an account of that namespace; no cluster role."""
    kinds = [one["kind"] for one in objects(CHANGEABLE)]
    assert kinds == ["ServiceAccount", "Role", "RoleBinding"]
    granted = set(rules(*CHANGEABLE))
    resources = {resource for resource, _ in granted}
    assert resources.isdisjoint({"nodes", "secrets", "namespaces", "pods/exec", "roles", "*"})
    assert {verb for _, verb in granted} == {
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
    }


def test_only_what_the_exercise_is_about_can_be_changed() -> None:
    """The rest can be looked at."""
    changes = {resource for resource, verb in rules("Pod", "ReplicaSet") if verb == "patch"}
    assert changes == {"pods", "replicasets", "replicasets/scale"}
    seen = {resource for resource, verb in rules("Pod") if verb == "list"}
    assert {"pods", "pods/log", "events", "jobs", "replicationcontrollers"} <= seen


def test_an_author_can_name_the_kinds_that_can_be_granted() -> None:
    """The two lists are one."""
    [kind, _] = get_args(get_type_hints(LabTask)["changes"])
    assert set(get_args(kind)) == set(CHANGEABLE)


def test_the_account_is_named_as_the_audit_log_names_it() -> None:
    """Else nothing would be the learner's doing."""
    assert user_in(NAMESPACE) == "system:serviceaccount:lab-one:learner"


@pytest.fixture
def admin(tmp_path: Path) -> Path:
    (tmp_path / "ca.crt").write_text("a certificate")
    cluster = {"server": "https://127.0.0.1:1", "certificate-authority": "ca.crt"}
    config = {
        "clusters": [{"name": "shop", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"client-key-data": "a secret"}}],
        "contexts": [{"name": "prod", "context": {"cluster": "shop", "user": "admin"}}],
    }
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    return path


def test_a_kubeconfig_that_can_be_given_away(admin: Path) -> None:
    """It begins in the namespace, names no file, and has nothing of the administrator's."""
    text = restricted(admin, "prod", namespace=NAMESPACE, user="learner", token="a token")
    assert b"secret" not in text
    assert b"ca.crt" not in text
    found = yaml.safe_load(text)
    [cluster] = found["clusters"]
    authority = base64.b64decode(cluster["cluster"]["certificate-authority-data"])
    assert (cluster["cluster"]["server"], authority) == ("https://127.0.0.1:1", b"a certificate")
    assert found["users"] == [{"name": "learner", "user": {"token": "a token"}}]
    [context] = [one for one in found["contexts"] if one["name"] == found["current-context"]]
    assert context["context"]["namespace"] == NAMESPACE


def test_a_context_that_is_not_there_is_bad_input(admin: Path) -> None:
    """Before anything is written."""
    with pytest.raises(BadInput, match="contexts is called staging"):
        restricted(admin, "staging", namespace=NAMESPACE, user="learner", token="a token")


def test_a_kubeconfig_is_its_owners_alone(tmp_path: Path) -> None:
    """There is a token in it."""
    path = Shelf(tmp_path / "labs").put_kubeconfig("one", b"text")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_lab_is_found_again_until_it_is_forgotten(tmp_path: Path) -> None:
    """Whoever asks; a file that is torn is an error, and no lab."""
    shelf = Shelf(tmp_path)
    place = Ref("Namespace", "", NAMESPACE, "uid")
    lab = Lab(cluster_name="c", namespace=place, begun=Beginning(pods=(place,), account="somebody"))
    assert shelf.find("one") is None
    shelf.put("one", lab)
    assert Shelf(tmp_path).find("one") == lab
    (tmp_path / "one" / "lab.json").write_text("{")
    with pytest.raises(BadInput, match="not a lab"):
        shelf.find("one")
    shelf.forget("one")
    shelf.forget("one")
    assert shelf.find("one") is None
