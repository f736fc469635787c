"""Reads a PyTorch checkpoint of the pre-1.6 format into numpy arrays, without PyTorch.

The file is five pickles (magic number, protocol, system, tensors, storage keys) and then each
storage as an int64 count and its raw little-endian values. Only the few names that a state dict
needs can be unpickled, so a hostile file cannot run code.
"""

import pickle
import struct
from collections import OrderedDict

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


class _Tensor:
    """A view on a storage whose values come later in the file."""

    def __init__(self, storage, offset, shape, stride):
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid):
        _, dtype, key, _, count, _ = pid
        return (key, dtype, count)

    def find_class(self, module, name):
        if module == "collections" and name == "OrderedDict":
            return OrderedDict
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        if module == "torch._utils" and name == "_rebuild_tensor_v2":
            return lambda storage, offset, shape, stride, *_: _Tensor(storage, offset, shape, stride)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state dict")


def read_state_dict(path):
    """The tensors of the checkpoint at `path`, by name; raises ValueError for any other format."""
    with open(path, "rb") as file:
        if pickle.load(file) != _MAGIC:
            raise ValueError(f"{path} is not a PyTorch checkpoint of the legacy format")
        pickle.load(file)  # protocol version
        pickle.load(file)  # byte order and type sizes of the writing machine
        state = _Unpickler(file).load()
        keys = pickle.load(file)
        kinds = {t.storage[0]: t.storage[1] for t in state.values()}
        storages = {}
        for key in keys:
            (count,) = struct.unpack("<q", file.read(8))
            dtype = np.dtype(kinds[key])
            storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    arrays = {}
    for name, t in state.items():
        values = storages[t.storage[0]]
        strides = [s * values.itemsize for s in t.stride]
        view = np.lib.stride_tricks.as_strided(values[t.offset :], t.shape, strides)
        arrays[name] = np.array(view)
    return arrays
