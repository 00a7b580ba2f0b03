#!/usr/bin/env python3
"""other_parity.py PARITY OUT: a copy of the parity folder whose loss case has other sizes and names, for MAMA_PARITY=OUT.

Expected values and gradients (central differences) are computed here in numpy and float64, apart from the program; the
formulas are first held against the case that is handed over."""
import json
import pathlib
import sys

import numpy as np

LEAVES = ("v", "v2", "t", "simclr1", "simclr2", "patches", "sentences", "logit_scale", "local_scale")
SIZES = {"pair": (3, 5, 8, [2, 1, 3]), "few_patches": (2, 1, 4, [4, 2]), "wide": (5, 4, 10, [1, 2, 1, 3, 2])}


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def entropy(logits):  # rows against the diagonal
    top = logits.max(1, keepdims=True)
    return float(np.mean(np.log(np.exp(logits - top).sum(1)) + top[:, 0] - np.diag(logits)))


def scores(x, counts):  # [captions, images] each
    t2i, i2t, first = [], [], 0
    for count in counts:
        cosines = np.einsum("npc,sc->nps", unit(x["patches"]), unit(x["sentences"][first:first + count]))
        t2i.append(cosines.max(1).mean(1))
        i2t.append(cosines.max(2).mean(1))
        first += count
    return np.array(t2i), np.array(i2t)


def ntxent(a, b, temperature=0.5):
    z = unit(np.concatenate([a, b]))
    n = len(a)
    logits = z @ z.T / temperature
    np.fill_diagonal(logits, -np.inf)
    top = logits.max(1, keepdims=True)
    positive = logits[np.arange(2 * n), (np.arange(2 * n) + n) % (2 * n)]
    return float(np.mean(np.log(np.exp(logits - top).sum(1)) + top[:, 0] - positive))


def terms(x, counts):
    scale, local = np.exp(x["logit_scale"][0]), np.exp(x["local_scale"][0])
    first, second = scale * unit(x["v"]) @ unit(x["t"]).T, scale * unit(x["v2"]) @ unit(x["t"]).T
    t2i, i2t = (local * s for s in scores(x, counts))
    out = {"clip_v_to_t": entropy(first), "clip_t_to_v": entropy(first.T), "clip2_v_to_t": entropy(second),
           "clip2_t_to_v": entropy(second.T), "ntxent": ntxent(x["simclr2"], x["simclr1"]),
           "local_t2i_rows_text": entropy(t2i), "local_t2i_rows_image": entropy(t2i.T),
           "local_i2t_rows_text": entropy(i2t), "local_i2t_rows_image": entropy(i2t.T)}
    out["clip"] = out["clip_v_to_t"] + out["clip_t_to_v"]
    out["clip_second_view"] = out["clip2_v_to_t"] + out["clip2_t_to_v"]
    out["local_t2i"] = out["local_t2i_rows_text"] + out["local_t2i_rows_image"]
    out["local_i2t"] = out["local_i2t_rows_text"] + out["local_i2t_rows_image"]
    views = out["clip"] + out["clip_second_view"] + out["ntxent"]
    local_sum = out["local_t2i"] + out["local_i2t"]
    out.update(total_before_late_loss=out["clip"], total_after_late_loss=views + local_sum, paper_local=local_sum / 2,
               paper_total_before=views, paper_total_after=views + local_sum / 2,
               paper_mean_of_directions_total_after=(out["clip"] + out["clip_second_view"]) / 2 + out["ntxent"] + local_sum / 4)
    return out


def gradient(x, counts, leaf, total, step=1e-6):
    flat = x[leaf].reshape(-1)
    out = np.zeros_like(flat)
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + step
        above = terms(x, counts)[total]
        flat[i] = kept - step
        out[i] = (above - terms(x, counts)[total]) / (2 * step)
        flat[i] = kept
    return out.reshape(x[leaf].shape)


def read(folder):
    x = {leaf: np.load(folder / f"{leaf}.npy").astype("f8").reshape(np.load(folder / f"{leaf}.npy").shape or (1,)) for leaf in LEAVES}
    return x, np.load(folder / "sentence_counts.npy").tolist()


def check(handed):
    for folder in sorted(p.parent for p in handed.glob("*/sentence_counts.npy")):
        expected = json.loads((folder / "expected.json").read_text())
        for name, value in terms(*read(folder)).items():
            assert abs(value - expected[name]) < 1e-8, (folder.name, name, value, expected[name])


def write(folder, sizes, files, rng):
    n, patches, width, counts = sizes
    folder.mkdir()
    shapes = {"patches": (n, patches, width), "sentences": (sum(counts), width), "logit_scale": (1,), "local_scale": (1,)}
    x = {leaf: rng.standard_normal(shapes.get(leaf, (n, width))).astype("f4").astype("f8") for leaf in LEAVES}
    x["logit_scale"][:], x["local_scale"][:] = np.float32(np.log(5)), np.float32(np.log(3))

    def save(name, array, tolerance):
        np.save(folder / f"{name}.npy", np.asarray(array, "f4"))
        files[f"{folder.name}/{name}.npy"] = {"shape": list(np.shape(array)), "dtype": "float32", **tolerance}

    for leaf in LEAVES:
        save(leaf, x[leaf], {})
    np.save(folder / "sentence_counts.npy", np.array(counts, "i4"))
    files[f"{folder.name}/sentence_counts.npy"] = {"shape": [n], "dtype": "int32"}
    close = {"atol": 5e-6, "rtol": 1e-4}
    for name, array in zip(("local_scores_t2i", "local_scores_i2t"), scores(x, counts)):
        save(name, array, close)
    for leaf in LEAVES:
        save(f"grad_after_{leaf}", gradient(x, counts, leaf, "total_after_late_loss"), close)
    for leaf in ("v", "t", "logit_scale"):
        save(f"grad_before_{leaf}", gradient(x, counts, leaf, "total_before_late_loss"), close)
    (folder / "expected.json").write_text(json.dumps({**terms(x, counts), "atol": 5e-5, "rtol": 1e-5}, indent=1))
    files[f"{folder.name}/expected.json"] = {}


def main():
    parity, out = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    check(parity / "loss")
    out.mkdir(parents=True)
    for entry in parity.iterdir():
        if entry.name != "loss":
            (out / entry.name).symlink_to(entry)
    loss = out / "loss"
    loss.mkdir()
    (loss / "ntxent_two_ranks").symlink_to(parity / "loss" / "ntxent_two_ranks")
    case = json.loads((parity / "loss" / "case.json").read_text())
    case["files"] = {k: v for k, v in case["files"].items() if k.startswith("ntxent")}
    rng = np.random.default_rng(7)
    for name, sizes in SIZES.items():
        write(loss / name, sizes, case["files"], rng)
    (loss / "case.json").write_text(json.dumps(case, indent=1))


if __name__ == "__main__":
    main()
