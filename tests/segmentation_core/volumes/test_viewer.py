"""The viewer's server gives every byte it should and no other; state and link name every layer."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmentation_core as sc

from .example_files import LABELS, VOXEL_SIZE_NM, VOXELS, gzip_chunks
from .test_writing import SKELETONS, SMALL, synapses


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    sc.write_ome_zarr(VOXELS, root / "show" / "em.zarr", **SMALL)
    sc.write_precomputed(LABELS, root / "show" / "neurons", skeletons=SKELETONS, **SMALL)
    sc.write_synapse_annotations(synapses(20), root / "show" / "synapses")
    (root / "secret").write_text("not to be served")
    return root / "show"


@pytest.fixture
def server(folder: Path) -> Iterator[Any]:
    with sc.serve_neuroglancer(folder, segments=[2**60 + 1]) as running:
        yield running


def get(url: str, **headers: str) -> tuple[int, Any, bytes]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return answer.status, answer.headers, answer.read()


def test_state_shows_every_layer(server: Any) -> None:
    layers = {layer["name"]: layer for layer in server.state["layers"]}
    assert [layer["type"] for layer in server.state["layers"]] == [
        "image",
        "segmentation",
        "annotation",
    ]
    image = layers["em.zarr"]["source"]
    assert image["url"] == f"{server.url}/em.zarr/|zarr3:"
    # Voxel centres of OME-Zarr meet the voxel corners of precomputed.
    assert [row[3] for row in image["transform"]["matrix"]] == [0.5, 0.5, 0.5]
    assert layers["neurons"]["segments"] == [str(2**60 + 1)]
    assert layers["synapses"]["linkedSegmentationLayer"] == {
        "pre_segment": "neurons",
        "post_segment": "neurons",
    }
    assert server.state["dimensions"]["x"] == [pytest.approx(4e-9), "m"]
    assert server.state["position"] == [25, 16.5, 3.5]


def test_files_come_to_any_origin_whole_and_in_ranges(server: Any, folder: Path) -> None:
    status, headers, data = get(f"{server.url}/neurons/info")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert data == (folder / "neurons" / "info").read_bytes()
    for wanted, part in (("2-5", data[2:6]), ("10-", data[10:]), ("-7", data[-7:])):
        status, headers, some = get(f"{server.url}/neurons/info", Range=f"bytes={wanted}")
        assert (status, some) == (206, part)
        assert headers["Content-Range"].endswith(f"/{len(data)}")


@pytest.mark.parametrize(
    "path", ["/../secret", "/%2e%2e/secret", "/neurons/../../secret", "/neurons", "/", "/nothing"]
)
def test_nothing_else_is_served(path: str, server: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(server.url + path)
    assert caught.value.code == 404
    caught.value.close()


def test_volumes_open_over_http(server: Any) -> None:
    image = sc.open_volume(f"zarr://{server.url}/em.zarr")
    np.testing.assert_array_equal(image.read(), VOXELS)
    labels = sc.open_volume(f"precomputed://{server.url}/neurons", kind="labels")
    assert labels.voxel_size_nm == VOXEL_SIZE_NM
    np.testing.assert_array_equal(labels[2:6, 5:30], LABELS[2:6, 5:30])
    with pytest.raises(ValueError, match=r"nothing to open|no zarr"):
        sc.open_volume(f"zarr://{server.url}/nothing")


def test_chunks_stored_gzipped_are_sent_as_such(tmp_path: Path) -> None:
    path = sc.write_precomputed(LABELS, tmp_path / "a", n_scales=1, **SMALL)
    gzip_chunks(path / "4_8_40")
    with sc.serve_neuroglancer(path) as server:
        name = min((path / "4_8_40").iterdir()).name.removesuffix(".gz")
        _, headers, data = get(f"{server.url}/4_8_40/{name}")
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(data) == gzip.decompress(
            (path / "4_8_40" / f"{name}.gz").read_bytes()
        )
        assert server.state["layers"][0]["name"] == "a"


def test_the_viewer_of_the_package_needs_no_network(server: Any) -> None:
    pytest.importorskip("neuroglancer")
    assert server.link.startswith(("http://127.0.0.1", "http://localhost"))
    status, _, data = get(server.link)
    assert status == 200
    assert b"neuroglancer" in data.lower()


def test_another_viewer_may_be_named_and_its_link_holds_the_state(folder: Path) -> None:
    with sc.serve_neuroglancer(folder, viewer="https://viewer.org/", position=(1, 2, 3)) as server:
        assert server.link.startswith("https://viewer.org/#!%7B")
        assert server.state["position"] == [3, 2, 1]
        fragment = urllib.parse.unquote(server.link.partition("#!")[2])
        assert json.loads(fragment) == server.state


def test_a_folder_of_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no OME-Zarr or precomputed volume to show"):
        sc.serve_neuroglancer(tmp_path)
    with pytest.raises(ValueError, match="no such folder"):
        sc.serve_neuroglancer(tmp_path / "nowhere")


def test_a_port_that_is_taken_is_said(server: Any, folder: Path) -> None:
    with pytest.raises(ValueError, match="port=0 takes any free one"):
        sc.serve_neuroglancer(folder, port=int(server.url.rpartition(":")[2]))
