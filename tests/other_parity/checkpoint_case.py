"""parity/mama-ckpt with other pictures (another size, oblong), other captions and prompts of the same checkpoints. The
towers are first held against the handed numbers."""
import json
import pickle
import zipfile

import numpy as np

from mama_model import IMAGE, TEXT, Mama, as_bfloat16, cubic, read_safetensors

IMAGES, CAPTIONS, SIDE = [5, 0, 3, 2], [7, 2, 9, 4, 0, 1], 8


class Unpickler(pickle.Unpickler):
    """Tensors of torch.save; every class is a stub, nothing of the file is run."""

    def __init__(self, archive, prefix):
        super().__init__(archive.open(prefix + "data.pkl"))
        self.archive, self.prefix = archive, prefix

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, shape, *rest: storage[offset:offset + int(np.prod(shape))].reshape(shape)
        if name == "OrderedDict":
            return dict
        return type(name, (dict,), {"__init__": lambda self, *a, **k: None})

    def persistent_load(self, identity):
        raw = self.archive.read(f"{self.prefix}data/{identity[2]}")
        if identity[1].__name__ == "BFloat16Storage":
            return (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4")
        return np.frombuffer(raw, {"FloatStorage": "<f4", "LongStorage": "<i8"}[identity[1].__name__])


def read_torch(path):
    with zipfile.ZipFile(path) as archive:
        prefix = next(name for name in archive.namelist() if name.endswith("data.pkl"))[: -len("data.pkl")]
        return Unpickler(archive, prefix).load()["state_dict"]


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def image_arrays(model, grey):
    tokens = model.image_tokens(grey)
    normed, mean = model.normed(tokens), tokens.mean(1)
    patches = model.patches_of(normed)
    n, count, width = patches.shape
    made = model.linear(mean, IMAGE + "global_embed").data
    local = model.local(patches.reshape(n * count, width), IMAGE).data.reshape(n, count, -1)
    return {"image_tokens_prenorm": tokens.data, "image_cls_norm": normed.data[:, 0], "image_patch_norm": patches.data,
            "image_mean_prenorm": mean.data, "image_global_unnormalised": made, "image_global": unit(made),
            "image_local": unit(local), "simclr_projection": model.simclr(mean).data}


def text_arrays(model, ids, mask, separators):
    hidden = model.text_hidden(ids, mask)
    first_pad = np.where(mask.all(1), 0, mask.argmin(1))
    out = {"text_hidden": hidden.data}
    for name, pooled in (("training", hidden.mean(1)), ("zeroshot", hidden[np.arange(len(ids)), first_pad])):
        out[f"text_global_{name}"] = unit(model.linear(pooled, TEXT + "global_embed").data)
    own = [unit(model.local(hidden[i, at], TEXT).data) for i, at in enumerate(separators)]
    out["sentence_local"] = np.concatenate(own)
    out["sentence_offsets"] = np.cumsum([0] + [len(at) for at in separators]).astype("i4")
    return out


def arrays_of(model, grey, ids, mask, captions):
    out = image_arrays(model, grey) | text_arrays(model, ids, mask, [c["separator_positions"] for c in captions])
    out["similarity"] = np.einsum("npc,sc->nsp", out["image_local"], out["sentence_local"])
    return out


def chosen_hidden(case):  # which captions the file of hidden states holds stands in its note
    note = case["files"]["expected/text_hidden.npy"]["note"]
    return json.loads(note[note.index("["):note.index("]") + 1])


def models(folder):
    sizes = json.loads((folder / "model_config.json").read_text())
    tensors = read_safetensors(folder / "model.safetensors")
    rounded = {name: as_bfloat16(array) if array.dtype == "<f4" else array for name, array in tensors.items()}
    probe = Mama(read_torch(folder / "linear_probe_birads.ckpt"), sizes)
    return {"expected": Mama(tensors, sizes), "expected_bf16_weights": Mama(rounded, sizes)}, probe


def inputs(folder):
    return (np.load(folder / "inputs/images_normalised.npy")[:, 0], np.load(folder / "inputs/token_ids.npy"),
            np.load(folder / "inputs/attention_mask.npy"), json.loads((folder / "inputs/captions.json").read_text()))


def close(folder, case, file, value):
    facts, stored = case["files"][file], np.load(folder / file)
    gap = np.abs(value.reshape(stored.shape) - stored) - facts.get("atol", 0) - facts.get("rtol", 0) * np.abs(stored)
    assert gap.max() <= 0, (file, gap.max())


def check(folder, case):
    all_models, probe = models(folder)
    for where, model in all_models.items():
        made = arrays_of(model, *inputs(folder))
        made["text_hidden"] = made["text_hidden"][chosen_hidden(case)]
        for name, value in made.items():
            if f"{where}/{name}.npy" in case["files"]:
                close(folder, case, f"{where}/{name}.npy", value)
    close(folder, case, "expected/linear_probe_logits.npy", image_arrays(probe, inputs(folder)[0])["image_global_unnormalised"])
    table = all_models["expected"].p[IMAGE + "model.pos_embed"].data
    side = int(np.sqrt(np.load(folder / "expected/pos_embed_large.npy").shape[1] - 1))
    close(folder, case, "expected/pos_embed_large.npy", interpolated(table, side))


def interpolated(table, side):
    weights = cubic(side, int(np.sqrt(table.shape[1] - 1)))
    return np.concatenate([table[:, :1], (np.kron(weights, weights) @ table[0, 1:])[None]], 1)


def zero_shot(folder, globals_, factor):
    """Prompts, their ids and embeddings of the chosen images; scores of the new pictures."""
    prompts, out = json.loads((folder / "inputs/zeroshot_prompts.json").read_text()), {}
    for task, entries in prompts.items():
        ids, text = (np.load(folder / f"expected/zeroshot_{task}_{what}.npy") for what in ("ids", "text"))
        if isinstance(entries[0], dict):
            prompts[task] = [entries[i] | {"image": n} for n, i in enumerate(IMAGES)]
            ids, text = ids[IMAGES], text[IMAGES]
        scores = factor * np.einsum("nc,nkc->nk" if text.ndim == 3 else "nc,kc->nk", globals_, text.astype("f8"))
        made = {"ids": ids, "text": text, "scores": scores, "softmax": softmax(scores), "softmax_twice": softmax(softmax(scores))}
        out |= {f"zeroshot_{task}_{what}": array for what, array in made.items()}
    return prompts, out


def other_inputs(folder):
    grey, ids, mask, captions = inputs(folder)
    grey = np.pad(grey, ((0, 0), (0, 14), (0, 0)), "reflect")[IMAGES, :, :56]
    return grey, ids[CAPTIONS], mask[CAPTIONS], [captions[i] for i in CAPTIONS]


def make(handed, out):
    case = json.loads((handed / "case.json").read_text())
    check(handed, case)
    out.mkdir()
    for entry in handed.iterdir():
        if entry.name not in ("inputs", "case.json") and not entry.name.startswith("expected"):
            (out / entry.name).symlink_to(entry)
    all_models, probe = models(handed)
    grey, ids, mask, captions = given = other_inputs(handed)
    made = {}
    for where, model in all_models.items():
        made |= {f"{where}/{name}": array for name, array in arrays_of(model, *given).items()}
    expected = all_models["expected"]
    prompts, scored = zero_shot(handed, made["expected/image_global"], np.exp(expected.p["logit_scale"].data))
    made |= {f"expected/{name}": array for name, array in scored.items()}
    made["expected/linear_probe_logits"] = image_arrays(probe, grey)["image_global_unnormalised"]
    made["expected/pos_embed_large"] = interpolated(expected.p[IMAGE + "model.pos_embed"].data, SIDE)
    kept = [4, 1]
    made["expected/text_hidden"] = made["expected/text_hidden"][kept]
    made |= {"inputs/images_normalised": grey[:, None].astype("f4"), "inputs/token_ids": ids, "inputs/attention_mask": mask}
    for name in ("inputs", *all_models):
        (out / name).mkdir()
    files = {}
    for file, facts in case["files"].items():
        array = made.get(file.removesuffix(".npy"))
        if array is not None:
            array = array.astype("f4") if array.dtype == "f8" else array
            np.save(out / file, array)
            files[file] = facts | {"shape": list(array.shape)}
        elif not file.endswith(".npy") and not file.endswith(".png"):
            files[file] = facts
    files["expected/text_hidden.npy"]["note"] = f"captions {kept} only"
    (out / "inputs/special_tokens.json").write_text((handed / "inputs/special_tokens.json").read_text())
    (out / "inputs/captions.json").write_text(json.dumps(captions))
    (out / "inputs/zeroshot_prompts.json").write_text(json.dumps(prompts))
    (out / "case.json").write_text(json.dumps(case | {"files": files}, indent=1))
