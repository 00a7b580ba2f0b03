"""parity/openclip-ckpt and siglip-ckpt with other widths, depths, heads, grids, contexts, names and pictures. Needs
Pillow."""
import math

import numpy as np
from PIL import Image

import torch_file
from checkpoint_case import softmax
from mama_model import read_safetensors
from public_case import Case, doubles, layered, resized, write_safetensors
from public_towers import (HUGGING_FACE, OPEN_CLIP, TIMM, Transformer, below, bert, causal, gelu, linear, norm, patches, quick_gelu,
                           sigmoid, tanh_gelu, unit, with_class)

CLIP_MEAN, CLIP_DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
TEXTS = [6, 1, 0, 3, 12, 8, 10]


def eight_bit(values):
    if values.dtype == np.dtype("u1"):
        return values
    v = values.astype("f8")
    return ((v - v.min()) / (v.max() - v.min()) * 255).astype("u1")


def read_grey(path):
    picture = Image.open(path)
    return np.asarray(picture).astype("u1" if picture.mode == "L" else "u2")


def three(grey, mean, deviation):  # [H, W] -> [3, H, W]
    return (grey[None].astype("f8") / 255 - np.reshape(mean, (3, 1, 1))) / np.reshape(deviation, (3, 1, 1))


def clip_prepared(values, side):
    grey = Image.fromarray(eight_bit(values))
    short = min(grey.size)
    grey = np.asarray(grey.resize([side if length == short else int(side * length / short) for length in grey.size], Image.Resampling.BICUBIC))
    top, left = (round((length - side) / 2) for length in grey.shape)
    return three(grey[top:top + side, left:left + side], CLIP_MEAN, CLIP_DEVIATION)


def squashed(values, side, how):
    grey = eight_bit(values)
    if how == "tf":
        for axis in (1, 0):
            grey = tf_axis(grey.astype("f4"), side, axis)
        return three(grey.astype("u1"), [0.5] * 3, [0.5] * 3)
    return three(np.asarray(Image.fromarray(grey).resize((side, side), getattr(Image.Resampling, how.upper()))), [0.5] * 3, [0.5] * 3)


def tf_axis(x, side, axis):
    """Half-pixel centres, no antialias."""
    size = x.shape[axis]
    at = (np.arange(side, dtype="f4") + np.float32(0.5)) * np.float32(size / side) - np.float32(0.5)
    low, share = np.floor(at), at - np.floor(at)
    a, b = (np.take(x, np.clip(i, 0, size - 1).astype(int), axis) for i in (low, np.ceil(at)))
    return a + (b - a) * (share[:, None] if axis == 0 else share)


def pictures_of(case, folder="inputs"):
    return [read_grey(path) for path in sorted((case.handed / folder).glob("picture_*.png"))]


def other_pictures(case):
    """Turned, mirrored and cut: another number of them, of other sizes."""
    first, second, third = pictures_of(case)
    made = [np.ascontiguousarray(third.T[5:, 9:]), np.ascontiguousarray(first[:, ::-1][:-20]), np.ascontiguousarray(second[3:].T),
            np.ascontiguousarray(third[::-1][:90])]
    for i, picture in enumerate(made):
        Image.fromarray(picture).save(case.path(f"inputs/picture_{i}.png"))
    return made


class OpenClip:
    """A model of open_clip or, with quick, the same weights as Hugging Face runs them."""

    def __init__(self, tensors, image_heads, text_heads, act):
        self.p, p = doubles(tensors), doubles(tensors)
        self.scale = np.exp(p["logit_scale"])
        self.timm = "visual.trunk.cls_token" in p
        if self.timm:
            self.vision, self.pooled = below(p, "visual.trunk."), p["visual.head.proj.weight"].T
            self.blocks = Transformer(self.vision, "blocks.", TIMM, image_heads, 1e-6, act)
        else:
            self.vision, self.pooled = below(p, "visual."), p["visual.proj"]
            self.blocks = Transformer(self.vision, "transformer.resblocks.", OPEN_CLIP, image_heads, 1e-5, act)
            self.words = Transformer(p, "transformer.resblocks.", OPEN_CLIP, text_heads, 1e-5, act)
        self.text_heads = text_heads

    def start(self, pictures):
        v = self.vision
        if self.timm:
            x = patches(pictures, v["patch_embed.proj.weight"]) + v["patch_embed.proj.bias"]
            return with_class(x, v["cls_token"]) + v["pos_embed"]
        x = with_class(patches(pictures, v["conv1.weight"]), v["class_embedding"]) + v["positional_embedding"]
        return norm(x, v, "ln_pre", 1e-5)

    def images(self, pictures):
        start, last = self.start(pictures), ("norm", 1e-6) if self.timm else ("ln_post", 1e-5)
        plain, values = self.blocks.run(start), self.blocks.run(start, values=True)
        normed, valued = norm(plain, self.vision, *last), norm(values, self.vision, *last)
        whole = normed[:, 0] @ self.pooled
        return {"tokens": normed if self.timm else plain, "image_unnormalised": whole, "image_global": unit(whole),
                "local_final": unit(normed[:, 1:] @ self.pooled), "local_value": unit(valued[:, 1:] @ self.pooled)}

    def texts(self, ids):
        p = self.p
        if self.timm:
            hidden = bert(below(p, "text.transformer."), ids, ids != 0, self.text_heads)[:, 0]
            return unit(gelu(hidden @ p["text.proj.0.weight"].T) @ p["text.proj.2.weight"].T)
        x = p["token_embedding.weight"][ids] + p["positional_embedding"][: ids.shape[1]]
        x = norm(self.words.run(x, causal(ids.shape[1])), p, "ln_final", 1e-5)
        return unit(x[np.arange(len(ids)), ids.argmax(1)] @ p["text_projection"])

    def arrays(self, pictures, ids, classes=None, factor=None):
        made = self.images(pictures) | {"text_global": self.texts(ids)}
        made["logits"] = self.scale * made["image_global"] @ made["text_global"].T
        made["softmax"] = softmax(made["logits"])
        if classes is not None:
            cosine = made["image_global"] @ classes.T
            made |= {f"map_{way}": np.einsum("npd,cd->ncp", made[f"local_{way}"], classes) for way in ("final", "value")}
            made |= {"zeroshot_logits": self.scale * cosine, "zeroshot_softmax": softmax(cosine * (factor or self.scale))}
        return made


def hugging_face(p):
    """open_clip's names as CLIPModel's."""
    out = {"logit_scale": p["logit_scale"], "text_projection.weight": p["text_projection"].T, "visual_projection.weight": p["visual.proj"].T,
           "text_model.embeddings.position_embedding.weight": p["positional_embedding"],
           "text_model.embeddings.token_embedding.weight": p["token_embedding.weight"],
           "vision_model.embeddings.class_embedding": p["visual.class_embedding"],
           "vision_model.embeddings.patch_embedding.weight": p["visual.conv1.weight"],
           "vision_model.embeddings.position_embedding.weight": p["visual.positional_embedding"]}
    norms = {"ln_final": "text_model.final_layer_norm", "visual.ln_pre": "vision_model.pre_layrnorm", "visual.ln_post": "vision_model.post_layernorm"}
    inner = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2", "attn.out_proj": "self_attn.out_proj"}
    for name, array in p.items():
        head, _, part = name.rpartition(".")
        if head in norms:
            out[f"{norms[head]}.{part}"] = array
        if "resblocks." not in name:
            continue
        tower = "vision_model" if name.startswith("visual.") else "text_model"
        layer, rest = name.split("resblocks.")[1].split(".", 1)
        b = f"{tower}.encoder.layers.{layer}."
        if "in_proj" in rest:
            for letter, third in zip("qkv", np.split(array, 3)):
                out[f"{b}self_attn.{letter}_proj.{rest.split('_')[-1]}"] = third
        else:
            old, _, part = rest.rpartition(".")
            out[f"{b}{inner[old]}.{part}"] = array
    return out


def shortened(ids, length, end):
    """Cut to a smaller context, the end token last."""
    out = ids[:, :length].copy()
    out[(ids[:, :length] != end).all(1), -1] = end
    return out


def check_clip(case):
    pictures, ids = pictures_of(case), {}
    for name in ("biomedclip", "clip", "clip-hf"):
        ids[name] = np.load(case.handed / f"expected_{name}/ids.npy")
    bio = OpenClip(torch_file.read(case.handed / "biomedclip/open_clip_pytorch_model.bin"), 2, 2, gelu)
    both = read_safetensors(case.handed / "clip/open_clip_model.safetensors")
    clip, quick = (OpenClip(both, 4, 4, act) for act in (gelu, quick_gelu))
    for name, model, factor, shared in (("biomedclip", bio, None, "biomedclip"), ("clip", clip, 100, "clip"), ("clip-hf", quick, None, "clip")):
        given = np.load(case.handed / f"expected_{shared}/prepared.npy").astype("f8")
        own = np.stack([clip_prepared(picture, given.shape[-1]) for picture in pictures])
        file = next((f"expected_{name}/{f}.npy" for f in ("zeroshot_text", "zeroshot_classifier") if f"expected_{name}/{f}.npy" in case.case["files"]), None)
        classes = np.load(case.handed / file).astype("f8") if file else None
        case.check(model.arrays(given, ids[name], classes, factor) | {"prepared": own}, f"expected_{name}")


BIO = {128: 192, 384: 576, 512: 300, 40: 28, 400: 410, 84: 110}
BIO_TEXT = {128: 64, 192: 90, 512: 512, 40: 28, 400: 410, 84: 46}


def other_bio(tensors):
    def change(name, shape):
        if name.endswith("pos_embed"):
            return 1, 10, 192
        if name.startswith("text."):
            return (1, 512) if name.endswith("position_ids") else tuple(BIO_TEXT.get(s, s) for s in shape)
        return tuple(BIO.get(s, s) for s in shape[:3 if len(shape) == 3 else 2]) + tuple(shape[3 if len(shape) == 3 else 2:])
    made = resized(tensors, change, 40)
    made["logit_scale"] = tensors["logit_scale"]
    return layered(layered(made, "visual.trunk.blocks.", 2), "text.transformer.encoder.layer.", 3)


def other_clip(tensors, length):
    image, text = {64: 48, 192: 144, 256: 130, 48: 32, 26: 17}, {64: 40, 192: 120, 256: 90, 48: 32, 77: length}

    def change(name, shape):
        if name.endswith("conv1.weight"):
            return 48, 3, 12, 12
        table = image if name.startswith("visual.") else text
        return tuple(table.get(s, s) for s in shape)
    made = resized(tensors, change, 41)
    made["logit_scale"] = tensors["logit_scale"]
    return layered(layered(made, "visual.transformer.resblocks.", 2), "transformer.resblocks.", 4)


def tokenizer_files(case, source, name, **changes):
    for entry in (case.handed / source).iterdir():
        if entry.name in ("merges.txt", "vocab.json", "vocab.txt", "tokenizer.json", "special_tokens_map.json", "spiece.model"):
            case.link(f"{name}/{entry.name}", f"{source}/{entry.name}")
    case.json(f"{name}/tokenizer_config.json", case.handed_json(f"{source}/tokenizer_config.json") | changes)


def save_model(case, name, model, pictures, ids, rows, factor, classes, shared=None):
    """rows: of the expected files, those of the handed case of that form."""
    made = model.arrays(pictures, ids, classes, factor) | {"ids": ids, "zeroshot_text": classes, "zeroshot_classifier": classes}
    for array in rows:
        if array == "prepared":
            case.save(f"expected_{name}/prepared.npy", pictures, atol=0.02)
        elif array in made:
            note = "after the final LayerNorm, CLS first" if array == "tokens" and model.timm else ""
            case.save(f"expected_{name}/{array}.npy", made[array], note)


def class_rows(case):
    """Whose ids the case has: labels with a template are not among its texts, so labels are texts and templates empty."""
    texts = case.handed_json("inputs/texts.json")
    return [texts.index(text) for text in ("suspicious calcification", "mass", "malignancy")]


def make_clip(handed, out):
    case = Case(handed, out)
    check_clip(case)
    all_texts, classes = case.handed_json("inputs/texts.json"), class_rows(case)
    case.json("inputs/texts.json", [all_texts[i] for i in TEXTS])
    case.json("inputs/labels.json", {"labels": [all_texts[i] for i in classes], "wide_template": "", "pic_templates": ["{}"]})
    pictures = other_pictures(case)
    rows = {name: [file.split("/")[1][:-4] for file in case.case["files"] if file.startswith(f"expected_{name}/")]
            for name in ("biomedclip", "clip", "clip-hf")}
    ids = {name: np.load(handed / f"expected_{name}/ids.npy") for name in rows}

    tensors = other_bio(torch_file.read(handed / "biomedclip/open_clip_pytorch_model.bin"))
    torch_file.write(case.path("wide/open_clip_pytorch_model.bin"), tensors, prefix="open_clip_pytorch_model")
    config = case.handed_json("biomedclip/open_clip_config.json")
    config["model_cfg"] |= {"embed_dim": 28, "vision_cfg": config["model_cfg"]["vision_cfg"] | {"image_size": 48}}
    case.json("wide/open_clip_config.json", config)
    tokenizer_files(case, "biomedclip", "wide")
    model = OpenClip(tensors, 3, 1, gelu)
    save_model(case, "wide", model, np.stack([clip_prepared(p, 48) for p in pictures]), ids["biomedclip"][TEXTS], rows["biomedclip"],
               None, model.texts(ids["biomedclip"][classes]))

    length, end = 40, int(ids["clip"].max())
    tensors = other_clip(read_safetensors(handed / "clip/open_clip_model.safetensors"), length)
    write_safetensors(case.path("pic/open_clip_model.safetensors"), tensors)
    config = case.handed_json("clip/open_clip_config.json")["model_cfg"]
    config = config | {"embed_dim": 32, "vision_cfg": {"image_size": 48, "layers": 2, "width": 48, "head_width": 16, "patch_size": 12},
                       "text_cfg": config["text_cfg"] | {"context_length": length, "width": 40, "heads": 5, "layers": 4}}
    case.json("pic/open_clip_config.json", case.handed_json("clip/open_clip_config.json") | {"model_cfg": config})
    tokenizer_files(case, "clip", "pic", model_max_length=length)
    prepared, own = np.stack([clip_prepared(p, 48) for p in pictures]), shortened(ids["clip"], length, end)
    model = OpenClip(tensors, 3, 5, gelu)
    save_model(case, "pic", model, prepared, own[TEXTS], rows["clip"], 100, model.texts(own[classes]))

    write_safetensors(case.path("pic-hf/model.safetensors"), hugging_face(tensors), {"format": "pt"})
    case.json("pic-hf/config.json", hugging_face_config(case, length))
    told = case.handed_json("clip-hf/preprocessor_config.json")
    case.json("pic-hf/preprocessor_config.json", told | {"crop_size": {"height": 48, "width": 48}, "size": {"shortest_edge": 48}})
    tokenizer_files(case, "clip-hf", "pic-hf", model_max_length=length)
    own = shortened(ids["clip-hf"], length, end)[TEXTS]
    save_model(case, "pic-hf", OpenClip(tensors, 3, 5, quick_gelu), prepared, own, rows["clip-hf"], None, None)
    case.save("expected_pic-hf/mask.npy", np.arange(length)[None] <= own.argmax(1)[:, None])
    case.finish()


def hugging_face_config(case, length):
    config = case.handed_json("clip-hf/config.json")
    sizes = {"hidden_size": 40, "intermediate_size": 90, "num_attention_heads": 5, "num_hidden_layers": 4, "max_position_embeddings": length,
             "projection_dim": 32}
    vision = {"hidden_size": 48, "intermediate_size": 130, "num_attention_heads": 3, "num_hidden_layers": 2, "image_size": 48, "patch_size": 12,
              "projection_dim": 32}
    return config | {"projection_dim": 32, "text_config": config["text_config"] | sizes, "vision_config": config["vision_config"] | vision}


class Siglip:
    def __init__(self, tensors, image_heads, text_heads):
        self.p = p = doubles(tensors)
        self.image_heads = image_heads
        self.vision, self.text = below(p, "vision_model."), below(p, "text_model.")
        self.blocks = Transformer(self.vision, "encoder.layers.", HUGGING_FACE, image_heads, 1e-6, tanh_gelu)
        self.words = Transformer(self.text, "encoder.layers.", HUGGING_FACE, text_heads, 1e-6, tanh_gelu)

    def head(self, x):
        v = self.vision
        return x + linear(tanh_gelu(linear(norm(x, v, "head.layernorm", 1e-6), v, "head.mlp.fc1")), v, "head.mlp.fc2")

    def pool(self, x):
        """Pooled features, every token alone, and the weights of the head's attention [N, heads, P]."""
        v, heads = self.vision, self.image_heads
        wq, wk, wv = np.split(v["head.attention.in_proj_weight"], 3)
        bq, bk, bv = np.split(v["head.attention.in_proj_bias"], 3)
        q, k, values = v["head.probe"][0] @ wq.T + bq, x @ wk.T + bk, x @ wv.T + bv
        d = q.shape[-1] // heads
        weights = softmax(np.einsum("hd,nphd->nhp", q.reshape(heads, d), k.reshape(*k.shape[:2], heads, d)) / math.sqrt(d))
        seen = np.einsum("nhp,nphd->nhd", weights, values.reshape(*values.shape[:2], heads, d)).reshape(len(x), -1)
        return self.head(linear(seen, v, "head.attention.out_proj")), self.head(linear(values, v, "head.attention.out_proj")), weights

    def arrays(self, pictures, ids):
        v, t, p = self.vision, self.text, self.p
        e = "embeddings."
        start = patches(pictures, v[e + "patch_embedding.weight"]) + v[e + "patch_embedding.bias"] + v[e + "position_embedding.weight"]
        hidden, valued = (norm(self.blocks.run(start, values=on), v, "post_layernorm", 1e-6) for on in (False, True))
        pooled, alone, weights = self.pool(hidden)
        words = self.words.run(t[e + "token_embedding.weight"][ids] + t[e + "position_embedding.weight"])
        words = norm(words, t, "final_layer_norm", 1e-6)
        made = {"last_hidden": hidden, "image_pooled": pooled, "image_global": unit(pooled), "pool_attention": weights,
                "local_head_value": unit(alone), "local_value": unit(self.pool(valued)[1]), "text_hidden": words[:4],
                "text_global": unit(linear(words[:, -1], t, "head"))}
        made["logits"] = np.exp(p["logit_scale"]) * made["image_global"] @ made["text_global"].T + p["logit_bias"]
        made |= {"probabilities": sigmoid(made["logits"]), "softmax": softmax(made["logits"][:, :6])}
        return made | {f"map_{way}": np.einsum("npd,td->ntp", made[f"local_{way}"], made["text_global"]) for way in ("head_value", "value")}


def make_siglip(handed, out):
    case = Case(handed, out)
    tensors, ids = read_safetensors(handed / "model/model.safetensors"), np.load(handed / "inputs/ids.npy")
    ways = ("bicubic", "bilinear", "tf")
    own = {f"prepared_{way}": np.stack([squashed(p, 56, way) for p in pictures_of(case)]) for way in ways}
    given = np.load(handed / "expected/prepared_bicubic.npy").astype("f8")
    case.check(Siglip(tensors, 4, 4).arrays(given, ids) | own, "expected")

    table = {48: 40, 144: 120, 110: 90, 100: 70, 396: 400, 16: 25}

    def change(name, shape):
        return (40, 3, 10, 10) if name.endswith("patch_embedding.weight") else tuple(table.get(s, s) for s in shape)
    made = resized(tensors, change, 42)
    made |= {"logit_scale": tensors["logit_scale"], "logit_bias": tensors["logit_bias"] + np.float32(1.5)}
    made = layered(layered(made, "vision_model.encoder.layers.", 2), "text_model.encoder.layers.", 3)
    write_safetensors(case.path("sig/model.safetensors"), made, {"format": "pt"})
    config = case.handed_json("model/config.json")
    config["text_config"] |= {"hidden_size": 40, "intermediate_size": 70, "num_attention_heads": 2, "num_hidden_layers": 3, "vocab_size": 400,
                              "projection_size": 40}
    config["vision_config"] |= {"hidden_size": 40, "intermediate_size": 90, "num_attention_heads": 5, "num_hidden_layers": 2, "image_size": 50,
                                "patch_size": 10}
    case.json("sig/config.json", config)
    told = case.handed_json("model/preprocessor_config.json")
    case.json("sig/preprocessor_config.json", told | {"resample": 2, "size": {"height": 50, "width": 50}})
    tokenizer_files(case, "model", "sig")
    rows, texts = [13, 6, 1, 0, 15, 12, 8, 3], case.handed_json("inputs/texts.json")
    case.json("inputs/texts.json", [texts[i] for i in rows])
    case.save("inputs/ids.npy", ids[rows])
    pictures = other_pictures(case)
    for way in ways:
        case.save(f"expected/prepared_{way}.npy", np.stack([squashed(p, 50, way) for p in pictures]), atol=0.009)
    for name, value in Siglip(made, 5, 2).arrays(np.stack([squashed(p, 50, "bilinear") for p in pictures]), ids[rows]).items():
        case.save(f"expected/{name}.npy", value)
    case.finish()
