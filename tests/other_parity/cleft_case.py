"""parity/cleft-ckpt with other widths, heads, registers, grids, names and the other pairs of pooling and projection."""
import numpy as np

import torch_file
from checkpoint_case import softmax, unit
from mama_model import GPT, IMAGE, TEXT, Mama, as_bfloat16
from public_case import Case, layered, resized

TEXTS = [11, 6, 12, 0, 13, 8, 1]


def sizes(tensors, config, heads):
    depth = 1 + max(int(name.split("blocks.")[1].split(".")[0]) for name in tensors if "blocks." in name)
    return {"patch": tensors[IMAGE + "model.patch_embed.proj.weight"].shape[-1], "registers": tensors[IMAGE + "model.register_tokens"].shape[1],
            "vit_depth": depth, "vit_heads": heads, "vit_ln_eps": 1e-6, "n_layer": config["n_layer"], "n_head": config["n_head"],
            "lora_alpha": 32, "lora_r": 8}


def with_base_layers(tensors):
    """CLEFT's older PEFT leaves adapted layers their own names."""
    adapted = {name.split(".lora_A.")[0] for name in tensors if ".lora_A." in name}
    return {f"{head}.base_layer.{part}" if head in adapted else f"{head}.{part}" if head else part: array
            for (head, _, part), array in ((name.rpartition("."), array) for name, array in tensors.items())}


class Cleft:
    def __init__(self, tensors, config, heads, pooled):
        self.model, self.pooled = Mama(with_base_layers(tensors), sizes(tensors, config, heads)), pooled

    def embed(self, x, tower):
        m, head = self.model, tower + "global_embed."
        if head + "weight" in m.p:
            return m.linear(x, head[:-1]).data
        y = m.batch_norm(m.linear(x, head + "head.0"), head + "head.1").relu()
        return m.batch_norm(m.linear(y, head + "head.3"), head + "head.4", affine=False).data

    def arrays(self, grey, ids, mask, chest):
        m = self.model
        tokens = m.image_tokens(grey)
        normed = m.normed(tokens)
        feature = tokens.mean(1) if self.pooled else normed[:, 0]
        cells = m.patches_of(normed)
        n, count, width = cells.shape
        hidden = m.text_hidden(ids, mask)
        first_pad = np.where(mask.all(1), 0, mask.argmin(1))
        texts = unit(self.embed(hidden[np.arange(len(ids)), first_pad], TEXT))
        images = unit(self.embed(feature, IMAGE))
        logits = np.exp(m.p["logit_scale"].data) * images @ texts.T
        return {"image_feature": feature.data, "image_global": images, "text_global": texts, "logits": logits,
                "zeroshot_softmax": softmax(logits[:, chest]),
                "local_final": unit(self.embed(cells.reshape(n * count, width), IMAGE)).reshape(n, count, -1)}


def chest_of(texts):
    return [i for i, text in enumerate(texts) if "chest" in text]


def other_weights(tensors, seed):
    image = {48: 40, 144: 120, 192: 100, 24: 20, 17: 26, 4: 2}
    text = {64: 48, 192: 144, 256: 150, 24: 20, 620: 630, 160: 90}

    def change(name, shape):
        if name.endswith("patch_embed.proj.weight"):
            return 40, 3, 8, 8
        if ".head." in name:  # of a projection
            table = {40: 36, 24: 20, 48: 40} if name.startswith(IMAGE) else {40: 36, 24: 20, 64: 48}
            return tuple(table.get(s, s) for s in shape)
        return tuple((image if name.startswith(IMAGE) else text).get(s, s) for s in shape)
    made = resized(tensors, change, seed)
    made["logit_scale"] = tensors["logit_scale"]
    return layered(layered(made, IMAGE + "model.blocks.", 3), GPT + "h.", 2)


def make(handed, out):
    case = Case(handed, out)
    config, texts = case.handed_json("text-model/config.json"), case.handed_json("inputs/texts.json")
    ids, mask = (np.load(handed / f"inputs/{what}.npy") for what in ("ids", "mask"))
    grey = np.load(handed / "inputs/images_normalised.npy")[:, 0]
    given = {name: torch_file.read(handed / f"{name}.ckpt") for name in ("cleft_pool_linear", "cleft_cls_mlp")}
    for name, file in given.items():
        model = Cleft(file["state_dict"], config, 3, file["hyper_parameters"]["pool_feat"])
        case.check(model.arrays(grey, ids, mask, chest_of(texts)), f"expected_{name}")

    told = config | {"n_embd": 48, "n_layer": 2, "n_head": 3, "n_positions": 90, "n_ctx": 90, "vocab_size": 630}
    for entry in (handed / "text-model").iterdir():
        if entry.name != "config.json":
            case.link(f"text-model/{entry.name}")
    case.json("text-model/config.json", told)
    own_texts, grey = [texts[i] for i in TEXTS], np.ascontiguousarray(grey.transpose(0, 2, 1)[::-1, 3:43, 7:47])
    case.json("inputs/texts.json", own_texts)
    case.save("inputs/ids.npy", ids[TEXTS])
    case.save("inputs/mask.npy", mask[TEXTS])
    case.save("inputs/images_normalised.npy", grey[:, None])
    for seed, (name, source, pooled, half) in enumerate((("first", "cleft_pool_linear", False, False), ("second", "cleft_cls_mlp", True, True))):
        file = given[source]
        tensors = other_weights(file["state_dict"], 50 + seed)
        if half:
            tensors = {key: as_bfloat16(array) if array.dtype == np.dtype("<f4") else array for key, array in tensors.items()}
        stored = {key: torch_file.Bfloat16(array) if half and array.dtype == np.dtype("<f4") else array for key, array in tensors.items()}
        parameters = file["hyper_parameters"] | {"pool_feat": pooled, "emb_dim": 20}
        torch_file.write(case.path(f"{name}.ckpt"), dict(file) | {"state_dict": torch_file.State(stored), "hyper_parameters": parameters})
        case.note(f"{name}.ckpt", note="heads: image 5, text 3 (text-model/config.json)")
        model = Cleft(tensors, told, 5, pooled)
        for array, value in model.arrays(grey, ids[TEXTS], mask[TEXTS], chest_of(own_texts)).items():
            case.save(f"expected_{name}/{array}.npy", value)
    case.finish()
