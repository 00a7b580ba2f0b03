"""MaMA's two towers and heads (mama.md, sections 2 and 3) on the tape, read from model.safetensors by name."""
import json
import struct

import numpy as np

from tape import Value, concatenate, softmax

IMAGE, TEXT = "img_encoder_q.", "text_encoder_q."
GPT = TEXT + "model.base_model.model.transformer."


def read_safetensors(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    kinds = {"F32": "<f4", "I64": "<i8"}
    return {name: np.frombuffer(raw, kinds[facts["dtype"]], offset=8 + size + facts["data_offsets"][0],
                                count=int(np.prod(facts["shape"]))).reshape(facts["shape"])
            for name, facts in json.loads(raw[8:8 + size]).items() if name != "__metadata__"}


def as_bfloat16(x):
    """float32 rounded to the nearest bfloat16, ties to even."""
    bits = np.asarray(x, "<f4").view("<u4").astype("u8")
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype("<u4").view("<f4")


def cubic(out, size):
    """[out, size] weights of an antialiased bicubic resize (a = -1/2), pixel centres at one half."""
    scale = size / out
    support = max(scale, 1.0)
    weights = np.zeros((out, size))
    for i in range(out):
        x = np.abs((np.arange(size) + 0.5 - (i + 0.5) * scale) / support)
        w = np.where(x < 1, 1.5 * x**3 - 2.5 * x**2 + 1, np.where(x < 2, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2, 0))
        weights[i] = w / w.sum()
    return weights


class Mama:
    """sizes: model_config.json. trained(name) says which tensors get derivatives."""

    def __init__(self, tensors, sizes, trained=lambda name: False):
        self.sizes, self.training = sizes, False
        self.p = {name: Value(array, trained=trained(name)) for name, array in tensors.items() if array.dtype != "<i8"}

    def linear(self, x, name, bias=True):
        weight = self.p[name + ".weight"]
        y = x @ weight.reshape(weight.shape[0], -1).transpose(1, 0)
        return y + self.p[name + ".bias"] if bias else y

    def conv1d(self, x, name):  # GPT-2's: weights are in x out, PEFT's adapter beside them
        base = name + ".base_layer" if name + ".base_layer.weight" in self.p else name
        y = x @ self.p[base + ".weight"] + self.p[base + ".bias"]
        if base == name:
            return y
        down, up = (self.p[f"{name}.lora_{half}.default.weight"].transpose(1, 0) for half in "AB")
        return y + x @ down @ up * (self.sizes["lora_alpha"] / self.sizes["lora_r"])

    def norm(self, x, name, eps):
        centred = x - x.mean(-1, True)
        return centred / ((centred * centred).mean(-1, True) + eps).sqrt() * self.p[name + ".weight"] + self.p[name + ".bias"]

    def batch_norm(self, x, name, affine=True):  # [rows, channels]
        mean, var = self.p[name + ".running_mean"], self.p[name + ".running_var"]
        if self.training:
            n = x.shape[0]
            own_mean = x.mean(0, True)
            own_var = ((x - own_mean) * (x - own_mean)).mean(0, True)
            mean.data = 0.9 * mean.data + 0.1 * own_mean.data[0]
            var.data = 0.9 * var.data + 0.1 * own_var.data[0] * n / (n - 1)
            mean, var = own_mean, own_var
        y = (x - mean) / (var + 1e-5).sqrt()
        return y * self.p[name + ".weight"] + self.p[name + ".bias"] if affine else y

    def attention(self, qkv, heads, extra, scale=1.0):  # qkv: [N, T, 3 D], extra: added to the scores
        n, t, width = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        parts = qkv.reshape(n, t, 3, heads, width // heads).transpose(2, 0, 3, 1, 4)
        scores = parts[0] @ parts[1].transpose(0, 1, 3, 2) * (scale / np.sqrt(width // heads)) + extra
        return (softmax(scores) @ parts[2]).transpose(0, 2, 1, 3).reshape(n, t, width)

    def positions(self, rows, columns):
        table = self.p[IMAGE + "model.pos_embed"]
        side, width = int(np.sqrt(table.shape[1] - 1)), table.shape[2]
        if (rows, columns) == (side, side):
            return table
        weights = np.kron(cubic(rows, side), cubic(columns, side))
        return concatenate([table[:, :1], (Value(weights) @ table[0, 1:]).reshape(1, -1, width)], 1)

    def image_tokens(self, grey):  # [N, H, W], normalised -> [N, 1 + registers + patches, D] before the last norm
        size, n = self.sizes["patch"], len(grey)
        rows, columns = grey.shape[1] // size, grey.shape[2] // size
        patches = grey.reshape(n, rows, size, columns, size).transpose(0, 1, 3, 2, 4).reshape(n, rows * columns, 1, -1)
        flat = Value(np.repeat(patches, 3, axis=2).reshape(n, rows * columns, -1))
        model = IMAGE + "model."
        x = self.linear(flat, model + "patch_embed.proj")
        every = Value(np.ones((n, 1, 1)))
        x = concatenate([every * self.p[model + "cls_token"], x], 1) + self.positions(rows, columns)
        x = concatenate([x[:, :1], every * self.p[model + "register_tokens"], x[:, 1:]], 1)
        for i in range(self.sizes["vit_depth"]):
            block, eps = f"{model}blocks.{i}.", self.sizes["vit_ln_eps"]
            qkv = self.linear(self.norm(x, block + "norm1", eps), block + "attn.qkv")
            seen = self.attention(qkv, self.sizes["vit_heads"], 0.0)
            x = x + self.linear(seen, block + "attn.proj") * self.p[block + "ls1.gamma"]
            inner = self.linear(self.norm(x, block + "norm2", eps), block + "mlp.fc1").gelu()
            x = x + self.linear(inner, block + "mlp.fc2") * self.p[block + "ls2.gamma"]
        return x

    def normed(self, tokens):
        return self.norm(tokens, IMAGE + "model.norm", self.sizes["vit_ln_eps"])

    def patches_of(self, normed):
        return normed[:, 1 + self.sizes["registers"]:]

    def text_hidden(self, ids, mask):  # [M, T] each -> [M, T, D] after ln_f
        x = self.p[GPT + "wte.weight"][ids] + self.p[GPT + "wpe.weight"][: ids.shape[1]]
        seen = np.tril(np.ones((ids.shape[1],) * 2, bool))[None, None] & (mask[:, None, None, :] != 0)
        extra = Value(np.where(seen, 0.0, -1e30))
        for i in range(self.sizes["n_layer"]):
            layer = f"{GPT}h.{i}."
            qkv = self.conv1d(self.norm(x, layer + "ln_1", 1e-5), layer + "attn.c_attn")
            x = x + self.conv1d(self.attention(qkv, self.sizes["n_head"], extra, 1 / (i + 1)), layer + "attn.c_proj")
            inner = self.conv1d(self.norm(x, layer + "ln_2", 1e-5), layer + "mlp.c_fc")
            cube = inner * inner * inner
            inner = inner * 0.5 * (((inner + cube * 0.044715) * np.sqrt(2 / np.pi)).tanh() + 1.0)
            x = x + self.conv1d(inner, layer + "mlp.c_proj")
        return self.norm(x, GPT + "ln_f", 1e-5)

    def local(self, x, tower):  # [rows, D] -> [rows, E], before L2
        head = tower + "local_embed.head."
        y = self.batch_norm(self.linear(x, head + "0"), head + "1").relu()
        return self.batch_norm(self.linear(y, head + "3"), head + "4", affine=False)

    def simclr(self, mean):
        y = self.batch_norm(self.linear(mean, "simclr_proj.layers.0", False), "simclr_proj.layers.1").relu()
        return self.batch_norm(self.linear(y, "simclr_proj.layers.3", False), "simclr_proj.layers.4")
