"""What the images are made of agrees with itself, before anything is built."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from pathlib import Path

import pytest

from reconverge.errors import BadInput
from reconverge.provision.image_archive import (
    EXECUTABLE,
    Entry,
    Image,
    folder_entries,
    write_archive,
    write_layer,
)
from reconverge.provision.node_image import NodeRecipe
from reconverge.provision.versions import images_folder, versions

MINORS = sorted(versions().minors)


@pytest.mark.parametrize("minor", MINORS)
def test_go_modules_require_the_versions_of_the_table(minor: str) -> None:
    """versions.toml and each go.mod name the same releases."""
    known = versions().minor(minor)
    folder = images_folder() / "node" / "modules" / minor
    for module, package, version in (
        ("kubernetes", "k8s.io/kubernetes", known.kubernetes),
        ("etcd", "go.etcd.io/etcd/server/v3", known.etcd),
        ("coredns", "github.com/coredns/coredns", known.coredns),
    ):
        text = (folder / module / "go.mod").read_text()
        assert re.search(rf"^(require )?\s*{re.escape(package)} {version}( |$)", text, re.M), module
    staging = re.findall(r"=> (k8s\.io/\S+) (v0\.\S+)", (folder / "kubernetes/go.mod").read_text())
    assert {version for _, version in staging} == {f"v0.{known.kubernetes.removeprefix('v1.')}"}


def test_kind_is_the_kind_of_the_table() -> None:
    """The module of kind requires the release that versions.toml names."""
    text = (images_folder() / "node" / "kind" / "go.mod").read_text()
    assert f"sigs.k8s.io/kind {versions().kind}" in text


def test_published_images_are_pinned_and_of_their_minor() -> None:
    """What is pulled is named by digest and belongs to the minor it stands for."""
    for minor in versions().minors.values():
        pattern = rf"kindest/node:v{re.escape(minor.name)}\.\d+@sha256:[0-9a-f]{{64}}"
        assert re.fullmatch(pattern, minor.published)
        assert minor.kubernetes.startswith(f"v{minor.name}.")


def test_an_unknown_minor_is_bad_input() -> None:
    """The error names the minors that are known."""
    with pytest.raises(BadInput, match=r"1\.7 is not known here") as error:
        versions().minor("1.7")
    assert versions().default in error.value.cure


def test_the_reference_follows_the_sources_and_not_the_tools() -> None:
    """Another Go on another path gives the same image name: it is asked for before Go is."""
    assert NodeRecipe(go=Path("/a/go")).reference == NodeRecipe(go=Path("/b/go")).reference
    assert re.fullmatch(r"reconverge/node:v[\d.]+-[0-9a-f]{12}", NodeRecipe().reference)


def test_layers_depend_on_content_alone(tmp_path: Path) -> None:
    """The same files give the same bytes, whenever and by whomever they were written."""
    digests = set()
    for attempt in ("one", "two"):
        source = tmp_path / attempt / "bin" / "tool"
        source.parent.mkdir(parents=True)
        source.write_text("#!/bin/sh\n")
        source.chmod(0o600 if attempt == "one" else 0o777)
        layer = write_layer(tmp_path / f"{attempt}.tar", folder_entries(tmp_path / attempt))
        digests.add(hashlib.sha256(layer.read_bytes()).hexdigest())
    assert len(digests) == 1
    with tarfile.open(tmp_path / "one.tar") as tar:
        member = tar.getmember("bin/tool")
    assert (member.mode, member.uid, member.mtime) == (EXECUTABLE, 0, 0)


def test_an_archive_describes_its_images_and_stores_shared_layers_once(tmp_path: Path) -> None:
    """Names, order of layers and digests are what Docker and containerd expect."""
    base = write_layer(tmp_path / "base", [Entry(path="bin/sh", link="/bin/busybox")])
    top = write_layer(tmp_path / "top", [Entry(path="app", content=b"x", mode=EXECUTABLE)])
    images = [
        Image(reference="a:1", layers=[base, top], config={"Entrypoint": ["/app"]}),
        Image(reference="b:1", layers=[base]),
    ]
    archive = write_archive(tmp_path / "images.tar", images, architecture="amd64")
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        manifest = json.loads(_read(tar, "manifest.json"))
        config = json.loads(_read(tar, manifest[0]["Config"]))
    assert len([name for name in names if name.endswith(".tar")]) == 2
    assert [each["RepoTags"] for each in manifest] == [["a:1"], ["b:1"]]
    assert config["config"] == {"Entrypoint": ["/app"]}
    assert config["rootfs"]["diff_ids"] == [
        f"sha256:{hashlib.sha256(layer.read_bytes()).hexdigest()}" for layer in (base, top)
    ]
    assert manifest[0]["Layers"] == [
        f"{digest.removeprefix('sha256:')}.tar" for digest in config["rootfs"]["diff_ids"]
    ]


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()
