"""parity/loss with other sizes, names and numbers of samples; the formulas are first held against the handed case."""
import json

import numpy as np

from objective import ntxent, scores, terms
from tape import Value, backward

LEAVES = ("v", "v2", "t", "simclr1", "simclr2", "patches", "sentences", "logit_scale", "local_scale")
SIZES = {"pair": (3, 5, 8, [2, 1, 3]), "few_patches": (2, 1, 4, [4, 2]), "wide": (5, 4, 10, [1, 2, 1, 3, 2])}


def read(folder):
    x = {leaf: Value(np.atleast_1d(np.load(folder / f"{leaf}.npy")), trained=True) for leaf in LEAVES}
    return x, np.load(folder / "sentence_counts.npy").tolist()


def gradients(x, counts, total):
    for value in x.values():
        value.grad = None
    backward(terms(x, counts)[total].reshape(1))
    return {leaf: value.grad for leaf, value in x.items() if value.grad is not None}


def check(handed):
    case = json.loads((handed / "case.json").read_text())
    for folder in sorted(p.parent for p in handed.glob("*/sentence_counts.npy")):
        x, counts = read(folder)
        expected = json.loads((folder / "expected.json").read_text())
        for name, value in terms(x, counts).items():
            off = abs(float(value.data.reshape(-1)[0]) - expected[name])
            assert off < 1e-8, (folder.name, name, off)
        for when in ("before", "after"):
            for leaf, value in gradients(x, counts, f"total_{when}_late_loss").items():
                file = f"{folder.name}/grad_{when}_{leaf}.npy"
                if file in case["files"]:
                    facts, stored = case["files"][file], np.load(handed / file)
                    gap = np.abs(value.reshape(stored.shape) - stored) - facts["atol"] - facts["rtol"] * np.abs(stored)
                    assert gap.max() <= 0, (file, gap.max())


def write(folder, sizes, files, rng):
    n, patches, width, counts = sizes
    folder.mkdir()
    shapes = {"patches": (n, patches, width), "sentences": (sum(counts), width), "logit_scale": (1,), "local_scale": (1,)}
    x = {leaf: Value(rng.standard_normal(shapes.get(leaf, (n, width))).astype("f4"), trained=True) for leaf in LEAVES}
    x["logit_scale"].data[:], x["local_scale"].data[:] = np.float32(np.log(5)), np.float32(np.log(3))

    def save(name, array, tolerance):
        np.save(folder / f"{name}.npy", np.asarray(array, "f4"))
        files[f"{folder.name}/{name}.npy"] = {"shape": list(np.shape(array)), "dtype": "float32", **tolerance}

    for leaf in LEAVES:
        save(leaf, x[leaf].data, {})
    np.save(folder / "sentence_counts.npy", np.array(counts, "i4"))
    files[f"{folder.name}/sentence_counts.npy"] = {"shape": [n], "dtype": "int32"}
    close = {"atol": 5e-6, "rtol": 1e-4}
    for name, value in zip(("local_scores_t2i", "local_scores_i2t"), scores(x["patches"], x["sentences"], counts)):
        save(name, value.data, close)
    for when in ("before", "after"):
        for leaf, value in gradients(x, counts, f"total_{when}_late_loss").items():
            save(f"grad_{when}_{leaf}", value, close)
    values = {name: float(value.data.reshape(-1)[0]) for name, value in terms(x, counts).items()}
    (folder / "expected.json").write_text(json.dumps({**values, "atol": 5e-5, "rtol": 1e-5}, indent=1))
    files[f"{folder.name}/expected.json"] = {}


def write_ranks(folder, files, rng, ranks=3, each=2, width=6):
    folder.mkdir()
    views = {name: rng.standard_normal((ranks * each, width)).astype("f4") for name in ("view_a", "view_b")}
    for name, array in views.items():
        np.save(folder / f"{name}.npy", array)
        files[f"{folder.name}/{name}.npy"] = {"shape": list(array.shape), "dtype": "float32"}
    whole = np.concatenate([views["view_a"], views["view_b"]]).astype("f8")
    z = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    logits, n = z @ z.T / 0.5, ranks * each
    np.fill_diagonal(logits, -np.inf)
    anchors = np.log(np.exp(logits).sum(1)) - logits[np.arange(2 * n), (np.arange(2 * n) + n) % (2 * n)]
    losses = [float((anchors[r * each:(r + 1) * each].mean() + anchors[n + r * each:n + (r + 1) * each].mean()) / 2)
              for r in range(ranks)]
    mean = float(ntxent(Value(views["view_a"]), Value(views["view_b"])).data)
    assert abs(mean - np.mean(losses)) < 1e-12
    expected = {f"loss_rank_{r}": loss for r, loss in enumerate(losses)}
    (folder / "expected.json").write_text(json.dumps({**expected, "mean": mean, "samples_per_rank": each, "atol": 1e-6}))
    files[f"{folder.name}/expected.json"] = {}


def make(handed, out):
    check(handed)
    out.mkdir()
    case = json.loads((handed / "case.json").read_text())
    case["files"] = {}
    rng = np.random.default_rng(7)
    for name, sizes in SIZES.items():
        write(out / name, sizes, case["files"], rng)
    write_ranks(out / "three_ranks", case["files"], rng)
    (out / "case.json").write_text(json.dumps(case, indent=1))
