"""What the makers of other groups' checkpoints share: weights of other sizes, and files with facts beside them."""
import json
import struct

import numpy as np

from checkpoint_case import close


def resized(tensors, change, seed):
    """Random weights with each tensor's own mean and spread; change(name, shape) is the new shape."""
    rng, out = np.random.default_rng(seed), {}
    for name, array in tensors.items():
        shape = tuple(change(name, array.shape))
        if array.dtype == np.dtype("<i8"):
            out[name] = np.broadcast_to(np.arange(shape[-1]) if shape else array, shape).astype("<i8")
            continue
        made = rng.normal(array.mean(), array.std() if array.size > 1 else 0.0, shape).astype("<f4")
        out[name] = np.abs(made) + np.float32(0.1) if name.endswith("running_var") else made
    return out


def layered(tensors, prefix, count):
    """The same layers under `prefix`, that many of them."""
    def number(name):
        return int(name[len(prefix):].split(".")[0])
    inside = [name for name in tensors if name.startswith(prefix)]
    depth, out = 1 + max(map(number, inside)), {name: array for name, array in tensors.items() if name not in inside}
    for i in range(count):
        for name in inside:
            if number(name) == i % depth:
                out[f"{prefix}{i}" + name[len(prefix) + len(str(number(name))):]] = tensors[name]
    return out


def dims(mapping):
    """For resized(): every dimension by a table, but kernels."""
    return lambda name, shape: tuple(mapping.get(size, size) for size in shape[:2]) + tuple(shape[2:])


def doubles(tensors):
    return {name: array.astype("f8") for name, array in tensors.items()}


def write_safetensors(path, tensors, metadata=None):
    header, at = ({"__metadata__": metadata} if metadata else {}), 0
    for name, array in tensors.items():
        header[name] = {"dtype": "I64" if array.dtype == np.dtype("<i8") else "F32", "shape": list(array.shape),
                        "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(a).tobytes() for a in tensors.values()))


class Case:
    """A case that is made after a handed one."""

    def __init__(self, handed, out, rounding=5e-5):
        self.handed, self.out, self.rounding, self.files = handed, out, rounding, {}
        self.case = json.loads((handed / "case.json").read_text())
        out.mkdir()

    def path(self, file):
        target = self.out / file
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def note(self, file, **facts):
        self.files[file] = facts

    def save(self, file, array, note="", atol=None):
        """Numbers of the reference's path; the tolerance covers float32 beside float64, which grows with the depth."""
        if array.dtype.kind == "f" and atol is None:
            atol = max(2e-6, self.rounding * float(np.abs(array).max()))
        kind = "float32" if array.dtype.kind == "f" else "int32"
        np.save(self.path(file), np.ascontiguousarray(array, kind))
        self.files[file] = {"shape": list(array.shape), "dtype": kind, "note": note} | (
            {"atol": atol, "rtol": 1e-4} if kind == "float32" and not file.startswith("inputs/") else {})

    def link(self, file, source=None):
        self.path(file).symlink_to((self.handed / (source or file)).resolve())

    def json(self, file, value):
        self.path(file).write_text(json.dumps(value, indent=1, ensure_ascii=False))

    def handed_json(self, file):
        return json.loads((self.handed / file).read_text())

    def check(self, arrays, folder):
        """Holds what is computed here against the handed numbers, and tells how many there were."""
        compared = [name for name in arrays if f"{folder}/{name}.npy" in self.case["files"]]
        for name in compared:
            close(self.handed, self.case, f"{folder}/{name}.npy", arrays[name])
        assert compared, folder

    def finish(self):
        (self.out / "case.json").write_text(json.dumps(self.case | {"files": self.files}, indent=1))
