"""What a file is, told from its suffix and content, or asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from connectome_analysis.tables import ContractError
from ingest.recognise import recognise

from .sources import text


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("e.csv", "pre,post,n_syn\n1,2,3\n", "edges"),
        ("e.txt", "1 2 3.0\n2 3 1.0\n3 1 2.0\n", "edges"),
        ("e.csv", "pre,post,weight,x\n1,2,3,4\n", "edges"),
        ("e.csv", "from type,to type,connections total,synapses total\na,b,1,2\n", "edges"),
        ("s.csv", "pre,post,x,y,z\n1,2,3,4,5\n", "synapses"),
        ("s.csv", "pre,post,pre_x,pre_y,pre_z\n1,2,3,4,5\n", "synapses"),
        ("m.csv", ",a,b,c\na,0,1,0\nb,0,0,1\nc,1,0,0\n", "matrix"),
        ("m.txt", "0 1 0 0\n0 0 1 0\n1 0 0 0\n0 0 0 0\n", "matrix"),
        ("m.csv", "a,b,c,d\n0,1,0,0\n0,0,1,0\n1,0,0,0\n0,0,0,0\n", "matrix"),
        ("g.graphml", "<graphml/>", "graphml"),
        ("g.json", "{}", "node-link"),
    ],
)
def test_files_are_recognised(tmp_path: Path, name: str, content: str, kind: str) -> None:
    assert recognise(text(tmp_path, name, content), {}) == kind


def test_typed_files_are_recognised_by_their_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"pre": [1], "post": [2], "x": [1.0], "y": [1.0], "z": [1.0]})
    frame.to_parquet(tmp_path / "s.parquet")
    frame.to_feather(tmp_path / "s.feather")
    frame.to_excel(tmp_path / "s.xlsx", index=False)
    for name in ("s.parquet", "s.feather", "s.xlsx"):
        assert recognise(tmp_path / name, {}) == "synapses"
    assert recognise(tmp_path / "s.parquet", {"syn_count": "x"}) == "edges"
    np.save(tmp_path / "m.npy", np.eye(2))
    assert recognise(tmp_path / "m.npy", {}) == "matrix"


def test_what_the_user_maps_tells_the_kind(tmp_path: Path) -> None:
    file = text(tmp_path, "e.csv", "a,b,c,d,e\n1,2,3,4,5\n2,3,4,5,6\n3,4,5,6,7\n4,5,6,7,8\n")
    assert recognise(file, {}) == "matrix"
    assert recognise(file, {"pre_id": "a", "post_id": "b"}) == "edges"
    assert recognise(file, {"pre_id": "a", "post_id": "b", "x_nm": "c"}) == "synapses"


def test_rows_with_words_in_them_are_no_matrix_however_many_they_are(tmp_path: Path) -> None:
    file = text(tmp_path, "e.csv", "a,b,n,hemi\n1,2,3,L\n1,2,4,R\n2,9,1,L\n")
    with pytest.raises(ContractError, match=r"4 columns .* and no pair of neurons among them"):
        recognise(file, {})


def test_what_could_be_anything_is_asked_about(tmp_path: Path) -> None:
    file = text(tmp_path, "n.csv", "name,type,size,side,age\na,b,1,L,3\n")
    with pytest.raises(ContractError) as error:
        recognise(file, {})
    assert str(error.value) == (
        "n.csv: 5 columns ('name', 'type', 'size', 'side', 'age') and no pair of neurons among "
        "them. Say what it is: kind (--kind edges, synapses or matrix), and which columns send and "
        "receive (--map pre_id=... --map post_id=...)."
    )
    with pytest.raises(ContractError, match=r"does not exist"):
        recognise(tmp_path / "nothing.csv", {})
    (tmp_path / "x.parquet").write_bytes(b"x")
    with pytest.raises(ContractError, match=r"x.parquet is not readable Parquet"):
        recognise(tmp_path / "x.parquet", {})
