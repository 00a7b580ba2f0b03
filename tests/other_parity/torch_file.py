"""torch.save's files without torch. What is read are plain values: dictionaries, arrays, and objects of other classes as
stubs that keep module, name and state and are written again as they were; nothing of a file is run."""
import collections
import contextlib
import io
import pickle
import sys
import types
import typing
import zipfile

import numpy as np

KINDS = {"FloatStorage": "<f4", "LongStorage": "<i8", "HalfStorage": "<f2", "IntStorage": "<i4", "DoubleStorage": "<f8"}
NAMES = {kind: name for name, kind in KINDS.items()}
STUBS = {}


class Bfloat16:
    """A float32 array that is to be stored as bfloat16; its values must be such."""

    def __init__(self, array):
        self.array = array


class Numpy:
    """An array or scalar that is no tensor."""

    def __init__(self, value):
        self.value = value


class State(collections.OrderedDict):
    """A state_dict with its _metadata."""


def stub(module, name):
    if (module, name) not in STUBS:
        STUBS[module, name] = type(name, (), {"__module__": module, "__qualname__": name,
                                              "__init__": lambda self, *a, **k: None})
    return STUBS[module, name]


class Reader(pickle.Unpickler):
    def __init__(self, archive, prefix):
        super().__init__(archive.open(prefix + "data.pkl"))
        self.archive, self.prefix = archive, prefix

    def find_class(self, module, name):
        if name in ("_rebuild_tensor_v2", "_rebuild_tensor"):
            return lambda storage, offset, shape, *rest: storage[offset:offset + int(np.prod(shape))].reshape(shape)
        if module == "collections":
            return State if name == "OrderedDict" else getattr(collections, name)
        if (module, name) == ("typing", "Any"):
            return typing.Any
        if module.startswith("numpy") or module == "_codecs":
            return super().find_class(module, name)
        return stub(module, name)

    def persistent_load(self, identity):
        raw, kind = self.archive.read(f"{self.prefix}data/{identity[2]}"), identity[1].__name__
        if kind == "BFloat16Storage":
            return (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4")
        return np.frombuffer(raw, KINDS[kind])


def read(path):
    with zipfile.ZipFile(path) as archive:
        prefix = next(name for name in archive.namelist() if name.endswith("data.pkl"))[: -len("data.pkl")]
        return Reader(archive, prefix).load()


class Storage:
    def __init__(self, kind, key, count, device):
        self.kind, self.key, self.count, self.device = kind, key, count, device


class Writer(pickle.Pickler):
    """shared: elements of the one storage that every float32 tensor is a view of, at another offset each; 0: none."""

    def __init__(self, file, device, shared):
        super().__init__(file, 2)
        self.device, self.records, self.alive = device, [], []
        self.shared, self.at = self.storage("FloatStorage", [], shared) if shared else None, 0

    def storage(self, kind, parts, count):
        self.records.append(parts)
        self.alive.append(Storage(kind, str(len(self.records) - 1), count, self.device))
        return self.alive[-1]

    def place(self, array):
        if isinstance(array, Bfloat16):
            bits = (np.ascontiguousarray(array.array, "<f4").view("<u4") >> 16).astype("<u2")
            return self.storage("BFloat16Storage", [bits.tobytes()], bits.size), 0, array.array.shape
        kind, raw = NAMES[array.dtype.newbyteorder("<").str], np.ascontiguousarray(array).tobytes()
        if not self.shared or kind != "FloatStorage":
            return self.storage(kind, [raw], array.size), 0, array.shape
        self.records[0].append(raw)
        self.at += array.size
        return self.shared, self.at - array.size, array.shape

    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", stub("torch", value.kind), value.key, value.device, value.count)
        return None

    def reducer_override(self, value):
        if isinstance(value, Numpy):
            return value.value.__reduce__()
        if isinstance(value, State):
            return collections.OrderedDict, (), vars(value) or None, None, iter(value.items())
        if not isinstance(value, (np.ndarray, Bfloat16)):
            return NotImplemented
        storage, offset, shape = self.place(value)
        strides = [int(np.prod(shape[i + 1:])) for i in range(len(shape))]
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (storage, offset, tuple(shape), tuple(strides), False, collections.OrderedDict())


@contextlib.contextmanager
def pretended():
    """The modules of the stubs, so that pickle finds the classes by name."""
    def rebuild(*arguments):
        raise NotImplementedError
    rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = "torch._utils", "_rebuild_tensor_v2", "_rebuild_tensor_v2"
    for kind in (*KINDS, "BFloat16Storage"):
        stub("torch", kind)
    wanted = collections.defaultdict(dict, {"torch._utils": {"_rebuild_tensor_v2": rebuild}})
    for (module, name), made in STUBS.items():
        wanted[module][name] = made
    for module in list(wanted):
        for dot in (at for at, c in enumerate(module) if c == "."):
            wanted[module[:dot]].update({})
    before = {}
    for module, members in wanted.items():
        before[module] = sys.modules.get(module)
        sys.modules[module] = types.ModuleType(module)
        vars(sys.modules[module]).update(members)
    try:
        yield
    finally:
        for module, old in before.items():
            sys.modules.pop(module)
            if old is not None:
                sys.modules[module] = old


def total(value):
    """Elements of the float32 tensors below a value."""
    if isinstance(value, np.ndarray):
        return value.size if value.dtype == np.dtype("<f4") else 0
    return sum(map(total, value.values())) if isinstance(value, dict) else 0


def write(path, value, prefix="archive", device="cpu", shared=False):
    """Stored, with records on multiples of 64 bytes, as torch.save has them."""
    buffer = io.BytesIO()
    with pretended():
        writer = Writer(buffer, device, total(value) if shared else 0)
        writer.dump(value)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        put(archive, f"{prefix}/data.pkl", [buffer.getvalue()])
        put(archive, f"{prefix}/byteorder", [b"little"])
        for key, parts in enumerate(writer.records):
            put(archive, f"{prefix}/data/{key}", parts)
        put(archive, f"{prefix}/version", [b"3\n"])


def put(archive, name, parts):
    info = zipfile.ZipInfo(name)
    padding = -(archive.fp.tell() + 30 + len(name.encode()) + 4) % 64
    info.extra = b"FB" + padding.to_bytes(2, "little") + b"Z" * padding
    with archive.open(info, "w") as entry:
        for part in parts:
            entry.write(part)
