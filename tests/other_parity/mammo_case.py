"""parity/mammoclip-ckpt and mammofm-ckpt with other channels, widths, depths, names, pictures and texts. Needs OpenCV."""
import cv2
import numpy as np

import torch_file
from public_case import Case, doubles, layered, resized
from public_towers import EfficientNet, below, bert, linear, modern_bert, softmax, unit

TEXTS = [1, 0, 6, 3, 2, 12, 5, 4, 8, 10]  # the prompts among them
PROMPTS = {"lump": ["no mass", "mass"], "malignancy": ["no malignancy", "malignancy"]}
DOTS = 400  # random weights under which a dot in a picture stands out at its own cell, as a test wants
MEAN, DEVIATION = 0.3089279, 0.25053555408335154


def normalised(grey):  # 8 bits -> [1, 1, H, W]
    x = grey.astype("f4")
    x = x - x.min()
    return (((x / x.max()) - np.float32(MEAN)) / np.float32(DEVIATION))[None, None]


def image_arrays(p, images, settle=False):
    """Of pictures by name: every array's name ends with the pictures' one."""
    tower, out = EfficientNet(below(p, "image_encoder."), settle), {}
    for name, pictures in images.items():
        features = tower.features(pictures.astype("f8"))
        tower.settle = False
        cells = linear(features.transpose(0, 2, 3, 1), p, "image_projection.projection")
        whole = linear(features.mean((2, 3)), p, "image_projection.projection")
        out |= {f"feature_map_{name}": features, f"pooled_{name}": features.mean((2, 3)), f"image_unnormalised_{name}": whole,
                f"image_global_{name}": unit(whole), f"local_unnormalised_{name}": cells, f"local_{name}": unit(cells)}
    p |= {"image_encoder." + key: value for key, value in tower.p.items()}
    return out


def text_arrays(p, hidden, mask):
    pooled = hidden[np.arange(len(hidden)), mask.sum(1) - 1]
    return {"text_pooled": pooled, "text_global": unit(linear(pooled, p, "text_projection.projection"))}


def joined(p, made, name, texts, prompts):
    """Similarities of some pictures; names as in a case of several sets of pictures, without theirs."""
    whole, cells, global_ = made[f"image_unnormalised_{name}"], made[f"local_unnormalised_{name}"], made["text_global"]
    cosine, scale = made[f"image_global_{name}"] @ global_.T, np.exp(p["logit_scale"])
    additive = np.einsum("nhwd,td->nthw", cells, global_) / np.linalg.norm(whole, axis=1)[:, None, None, None]
    out = {"cosine": cosine, "logits": cosine * scale, "map_additive": additive,
           "map_cosine": np.einsum("nhwd,td->nthw", made[f"local_{name}"], global_)}
    for task, pair in prompts.items():
        two = cosine[:, [texts.index(text) for text in pair]]
        out |= {f"zeroshot_{task}": softmax(two), f"zeroshot_scaled_{task}": softmax(scale * two)}
    return out


def loaded(folder, file):
    return torch_file.read(folder / file)


def bert_of(p, ids, mask, config):
    return bert(below(p, "text_encoder.text_encoder."), ids, mask, config["num_attention_heads"])


def modern_of(p, ids, mask, config):
    return modern_bert(below(p, "text_encoder."), ids, mask, config)


class Texts:
    def __init__(self, case, prompts=None, rows=None):
        self.all = case.handed_json("inputs/texts.json")
        ids, mask = (np.load(case.handed / f"inputs/{what}.npy") for what in ("ids", "mask"))
        rows = list(range(len(ids))) if rows is None else rows
        self.texts, self.ids, self.mask = [self.all[i] for i in rows], ids[rows], mask[rows]
        longest = int(self.mask.sum(1).max())
        self.ids, self.mask = self.ids[:, :longest], self.mask[:, :longest]
        self.prompts = prompts or case.handed_json("inputs/zeroshot_prompts.json")

    def write(self, case):
        case.json("inputs/texts.json", self.texts)
        case.json("inputs/zeroshot_prompts.json", self.prompts)
        case.save("inputs/ids.npy", self.ids)
        case.save("inputs/mask.npy", self.mask)


def grown(more, kept=(1, 3)):
    """Channels of every layer alike; kernels, grey levels and depthwise ones stay."""
    return lambda name, shape: tuple(size if size in kept else more(size) for size in shape[:2]) + tuple(shape[2:])


def other_image(tensors, more, embedding, seed):
    image = {name: array for name, array in tensors.items() if name.startswith("image_")}
    change = grown(more)
    return resized(image, lambda name, shape: (embedding, *map(more, shape[1:])) if "projection" in name else change(name, shape), seed)


def settled(tensors, images):
    """Batch norms that know such pictures."""
    p = doubles(tensors)
    image_arrays(p, images, settle=True)
    return {name: p[name].astype("<f4") if array.dtype == np.dtype("<f4") else array for name, array in tensors.items()}


def other_bert(tensors, table, count, embedding, seed):
    text = {name: array for name, array in tensors.items() if name.startswith(("text_", "logit_"))}
    made = resized(text, lambda name, shape: (embedding, *(table.get(s, s) for s in shape[1:])) if "text_projection" in name
                   else tuple(table.get(s, s) for s in shape), seed)
    made["logit_scale"] = tensors["logit_scale"]
    return layered(made, "text_encoder.text_encoder.encoder.layer.", count)


def other_pictures(case, files):
    """8-bit pictures by the sets that files name: turned and cut ones of the case."""
    out = {}
    for name, sources in files.items():
        greys = [np.ascontiguousarray(cv2.imread(str(case.handed / f"inputs/{source}.png"), cv2.IMREAD_UNCHANGED)[::-1, ::-1][5:-8, 3:])
                 for source in sources]
        out[name] = np.concatenate([normalised(grey) for grey in greys])
    return out


def prepared(stored, inverted):
    """The reference's script: box of the breast, then 1520 x 912."""
    v = stored[5:-5, 5:-5].astype("f8")
    v = v.max() - v if inverted else v
    grey = ((v - v.min()) / (v.max() - v.min()) * 255).astype("u1")
    quiet = np.where(grey <= 40, 0, grey)
    columns = longest(changing(quiet, 0))
    rows = longest(changing(quiet[:, columns], 1))
    crop = np.ascontiguousarray(grey[np.ix_(rows, columns)])
    box = [int(columns[0]) + 5, int(rows[0]) + 5, int(columns[-1]) + 6, int(rows[-1]) + 6]
    return cv2.resize(crop, (912, 1520), interpolation=cv2.INTER_AREA), box, crop.shape


def changing(picture, axis):
    length = picture.shape[axis]
    part = np.take(picture, np.arange(length // 2 - int(length * 0.4), length // 2 + int(length * 0.4)), axis)
    return part.min(axis) != part.max(axis)


def longest(counts):
    runs = np.split(np.flatnonzero(counts), np.flatnonzero(np.diff(np.flatnonzero(counts)) != 1) + 1)
    most = max(map(len, runs))
    return np.concatenate([run for run in runs if len(run) == most])


def dicom_pixels(path, rows, columns):
    return np.frombuffer(path.read_bytes()[-2 * rows * columns:], "<u2").reshape(rows, columns)


def stored_pictures(case):
    """What the scripts of the case read: (file, values, MONOCHROME1)."""
    for entry in case.handed_json("expected_path/geometry.json"):
        source = case.handed / entry["file"]
        if source.suffix == ".dcm":
            rows, columns = (int(part) for part in case.case["files"][entry["file"]]["note"].split(",")[0].split("x"))
            yield entry, dicom_pixels(source, rows, columns)
        else:
            yield entry, cv2.imread(str(source), cv2.IMREAD_UNCHANGED)


def check_path(case):
    for i, (entry, values) in enumerate(stored_pictures(case)):
        made, box, _ = prepared(values, entry["photometric"] == "MONOCHROME1")
        wanted = cv2.imread(str(case.handed / f"expected_path/prepared_{i}.png"), cv2.IMREAD_UNCHANGED)
        assert box == entry["crop"] and np.abs(made.astype(int) - wanted).max() <= 1, entry["file"]


def write_path(case, p, text_global):
    geometry = []
    for i, (entry, values) in enumerate(stored_pictures(case)):
        file = f"inputs/view-{i}" + entry["file"][-4:]
        if file.endswith(".dcm"):
            case.link(file, entry["file"])
        else:
            values = np.ascontiguousarray(values[::-1, 40:-30][7:])
            cv2.imwrite(str(case.path(file)), values)
        made, box, size = prepared(values, entry["photometric"] == "MONOCHROME1")
        cv2.imwrite(str(case.path(f"expected_path/prepared_{i}.png")), made)
        geometry.append({"file": file, "photometric": entry["photometric"], "crop": box, "scale": [size[1] / 912, size[0] / 1520]})
        if i == 0:
            arrays = image_arrays(p, {"0": normalised(made)})
            case.save("expected_path/image_global_0.npy", arrays["image_global_0"])
            case.save("expected_path/map_cosine_0.npy", np.einsum("nhwd,td->nthw", arrays["local_0"], text_global[:3]))
    case.json("expected_path/geometry.json", geometry)


def tar(case, file, tensors, source, **how):
    value = dict(source) | {"model": torch_file.State(tensors), "epoch": 3}
    torch_file.write(case.path(file), value, device="cuda:0", **how)
    case.note(file, note="torch.save dict")


def make_clip(handed, out):
    case = Case(handed, out, 4e-4)
    config, texts = case.handed_json("text-model/config.json"), Texts(case)
    handed_images = {name: np.load(handed / f"inputs/images_{name}.npy") for name in "ab"}
    files = {name: loaded(handed, f"{name}-model-best-epoch-{epoch}.tar") for name, epoch in (("b2", 10), ("b5", 7))}
    for name, file in files.items():
        p = doubles(file["model"])
        made = image_arrays(p, handed_images)
        hidden = bert_of(p, texts.ids, texts.mask, config)
        made |= text_arrays(p, hidden, texts.mask) | {"text_hidden": hidden[:4, :16]}
        case.check(made | joined(p, made, "a", texts.texts, texts.prompts), f"expected_{name}")
    check_path(case)

    own, images = Texts(case, PROMPTS, TEXTS), other_pictures(case, {"d": ["prepared_0", "prepared_1"], "e": ["prepared_2"]})
    own.write(case)
    for name, pictures in images.items():
        case.save(f"inputs/images_{name}.npy", pictures)
    table = {48: 40, 96: 56, 429: 440}
    for name in ("vocab.txt",):
        case.link(f"text-model/{name}")
    case.json("text-model/config.json", config | {"hidden_size": 40, "intermediate_size": 56, "num_attention_heads": 5,
                                                  "num_hidden_layers": 3, "vocab_size": 440})
    for seed, (name, source, more, embedding, shared) in enumerate((("first", "b2", lambda c: 2 + c // 3, 20, False),
                                                                    ("second", "b5", lambda c: c + 2, 36, True))):
        tensors = other_image(files[source]["model"], more, embedding, DOTS + seed) | other_bert(
            files[source]["model"], table, 3, embedding, 10 + seed)
        tensors = settled(tensors, images)
        tar(case, f"{name}-epoch-3.tar", tensors, files[source], prefix=name, shared=shared)
        p = doubles(tensors)
        made = image_arrays(p, images)
        hidden = bert_of(p, own.ids, own.mask, config | {"num_attention_heads": 5})
        made |= text_arrays(p, hidden, own.mask) | {"text_hidden": hidden[:3, :9]}
        made |= joined(p, made, "d", own.texts, own.prompts)
        for array, value in made.items():
            note = "texts 0-2, first 9 positions" if array == "text_hidden" else ""
            case.save(f"expected_{name}/{array}.npy", value, note)
    write_path(case, p, made["text_global"])
    downstream(case, files["b5"]["model"], images)
    case.finish()


def downstream(case, tensors, images):
    """A classifier's file of two classes, its image tower like the last model's."""
    given = loaded(case.handed, "downstream_classifier.pth")
    image = settled(other_image(tensors, lambda c: c + 5, 2, 30), images)
    names = {"weight": image.pop("image_projection.projection.weight"), "bias": image.pop("image_projection.projection.bias")}
    p = doubles(image | {f"image_projection.projection.{part}": array for part, array in names.items()})
    logits = image_arrays(p, {"d": images["d"]})["image_unnormalised_d"]
    model = image | {f"classifier.classification_head.{part}": array for part, array in names.items()}
    torch_file.write(case.path("classes.pth"), {"model": torch_file.State(model), "epoch": 4,
                                                "predictions": torch_file.Numpy(given["predictions"]),
                                                "auroc": torch_file.Numpy(given["auroc"])}, shared=True)
    case.note("classes.pth", note="one linear head")
    case.save("expected_second/downstream_logit.npy", logits)


def padded_to_zero(hidden, mask, rows, length):
    return (hidden * mask[..., None])[rows, :length]


def make_fm(handed, out):
    case = Case(handed, out, 4e-4)
    config, texts = case.handed_json("text-model/config.json"), Texts(case)
    file = next(name for name in case.case["files"] if name.endswith(".tar"))
    given = loaded(handed, file)

    def arrays(p, texts, images, config, rows, length):
        hidden = modern_of(p, texts.ids, texts.mask, config)
        made = image_arrays(p, images) | text_arrays(p, hidden, texts.mask)
        made["text_hidden"] = padded_to_zero(hidden, texts.mask, rows, length)
        for name in images:
            made |= {f"{array}_{name}": value for array, value in joined(p, made, name, texts.texts, texts.prompts).items()}
        return made
    images = {name: np.load(handed / f"inputs/image_{name}.npy") for name in "01"}
    case.check(arrays(doubles(given["model"]), texts, images, config, [1, 6, 12], 96), "expected")

    own, images = Texts(case, PROMPTS, TEXTS), other_pictures(case, {"3": ["prepared_0"], "7": ["prepared_1"]})
    own.write(case)
    for name, pictures in images.items():
        case.save(f"inputs/image_{name}.npy", pictures)
    table, told = {48: 40, 144: 120, 72: 50, 438: 450}, {"hidden_size": 40, "intermediate_size": 50, "vocab_size": 450,
                                                       "num_hidden_layers": 4, "num_attention_heads": 2, "local_attention": 10,
                                                       "global_attn_every_n_layers": 2, "global_rope_theta": 50000.0,
                                                       "local_rope_theta": 8000.0}
    for entry in (handed / "text-model").iterdir():
        if entry.name != "config.json":
            case.link(f"text-model/{entry.name}")
    case.json("text-model/config.json", config | told)
    text = {name: array for name, array in given["model"].items() if name.startswith(("text_", "logit_"))}
    wi = {"mlp.Wi.weight": (100, 40), "text_projection.projection.weight": (18, 40), "text_projection.projection.bias": (18,)}
    made = resized(text, lambda name, shape: next((size for end, size in wi.items() if name.endswith(end)),
                                                  tuple(table.get(s, s) for s in shape)), 5)
    made["logit_scale"] = given["model"]["logit_scale"]
    tensors = other_image(given["model"], lambda c: c + 1, 18, 6) | layered(made, "text_encoder.layers.", 4)
    tensors.pop("text_encoder.layers.0.attn_norm.weight", None)
    tensors = settled(tensors, images)
    tar(case, "fm-other.tar", tensors, given, prefix="fm", shared=True)
    rows = [2, 5, 0]
    for array, value in arrays(doubles(tensors), own, images, config | told, rows, 40).items():
        note = f"texts {rows}, first 40 positions; padded positions set to 0" if array == "text_hidden" else ""
        case.save(f"expected/{array}.npy", value, note)
    case.finish()
