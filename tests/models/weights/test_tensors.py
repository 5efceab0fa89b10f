"""PyTorch files read without torch: the same numbers, and nothing else gets in."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.errors import ModelError
from models.weights.tensors import Arrays, build


def read(path: Path) -> Arrays:
    return build(path, lambda state, _: state, "weights of ours")


def test_a_state_dict_has_the_numbers_that_torch_reads(tmp_path: Path) -> None:
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    whole = torch.arange(24, dtype=torch.float64).reshape(4, 6)
    state: OrderedDict[str, Any] = OrderedDict(network.state_dict())
    state["turned"], state["cut"], state["half"] = whole.T, whole[1:3, 2:4], whole.half()
    state["empty"], state["parameter"] = torch.zeros(0, 3), torch.nn.Parameter(torch.ones(2))
    torch.save(state, tmp_path / "own.pt")
    found = read(tmp_path / "own.pt")
    assert list(found) == list(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(found[name], tensor.detach().numpy(), strict=True)


def test_a_file_of_an_older_torch_is_read_by_torch(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(2)}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert read(tmp_path / "old.pt")["a"].tolist() == [1, 1]


class Storage:
    """Pickled as torch pickles a storage of eight numbers."""


def claim(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """A file whose one tensor says this of itself."""

    class Tensor:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            rebuild: Callable[..., Any] = torch._utils._rebuild_tensor_v2
            return rebuild, (Storage(), offset, shape, strides, False, OrderedDict())

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> object:
            return ("storage", torch.FloatStorage, "0", "cpu", 8) if isinstance(value, Storage) else None

    index = io.BytesIO()
    Pickler(index, protocol=2).dump({"a": Tensor()})
    return packed(index.getvalue())


def packed(index: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("own/data.pkl", index)
        archive.writestr("own/data/0", np.arange(8, dtype="<f4").tobytes())
    return content.getvalue()


def test_a_tensor_is_a_view_of_its_storage(tmp_path: Path) -> None:
    (tmp_path / "own.pt").write_bytes(claim(1, (2, 3), (3, 1)))
    assert read(tmp_path / "own.pt")["a"].tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "content",
    [
        claim(0, (9,), (1,)),
        claim(7, (2,), (1,)),
        claim(-1, (2,), (1,)),
        claim(0, (2, 2), (-1, 1)),
        claim(0, (2, 2), (1,)),
        claim(0, (1 << 40,), (0,)),
        packed(pickle.dumps({"a": print})),
        packed(b"cposix\nsystem\n(S'touch /tmp/rollcall-was-here'\ntR."),
        packed(pickle.dumps([1, 2])),
        packed(b""),
        b"PK and nothing more",
        b"",
    ],
    ids=["longer", "late", "before", "backwards", "shapeless", "endless", "a function", "a command", "a list", "empty",
         "no zip", "nothing"],
)  # fmt: skip
def test_what_claims_more_than_it_has_or_is_no_state_dict_is_refused_in_one_line(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "own.pt").write_bytes(content)
    with pytest.raises(ModelError, match=r"own\.pt does not hold weights of ours$"):
        read(tmp_path / "own.pt")
    assert not Path("/tmp/rollcall-was-here").exists()  # noqa: S108
