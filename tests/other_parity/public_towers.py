"""The towers of other groups' models in numpy and float64 (models.md, sections 2 to 6): p holds the tensors of a tower
under its file's own names, sizes come from them; what they do not show (heads, activation) is handed in."""
import math

import numpy as np

from tape import ERF


def gelu(x):
    return x * 0.5 * (1 + ERF(x * math.sqrt(0.5)))


def tanh_gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def quick_gelu(x):
    return x * sigmoid(1.702 * x)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def linear(x, p, name):
    y = x @ p[name + ".weight"].T
    return y + p[name + ".bias"] if name + ".bias" in p else y


def norm(x, p, name, eps):
    centred = x - x.mean(-1, keepdims=True)
    y = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * p[name + ".weight"]
    return y + p[name + ".bias"] if name + ".bias" in p else y


def heads_of(x, heads):  # [N, T, D] -> [N, heads, T, D / heads]
    return x.reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)


def attention(q, k, v, heads, seen=True):  # seen: [N or 1, 1, T or 1, T]
    q, k, v = (heads_of(x, heads) for x in (q, k, v))
    scores = np.where(seen, q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1]), -1e30)
    out = softmax(scores) @ v
    return out.transpose(0, 2, 1, 3).reshape(len(out), out.shape[2], -1)


def below(p, prefix):
    return {name[len(prefix):]: array for name, array in p.items() if name.startswith(prefix)}


def layers(p, prefix):
    return 1 + max(int(name[len(prefix):].split(".")[0]) for name in p if name.startswith(prefix))


# EfficientNet, lukemelas' names
STAGES = [(1, 3, 1, 1), (2, 3, 2, 6), (2, 5, 2, 6), (3, 3, 2, 6), (3, 5, 1, 6), (4, 5, 2, 6), (1, 3, 1, 6)]
VARIANTS = {23: (1.2, 260), 39: (2.2, 456)}


def plan(blocks):
    """(kernel, stride, expands, skips) of each block and the static padding of each strided convolution."""
    depth, size = VARIANTS[blocks]
    out, sizes = [], [padding(3, 2, size)]
    size = -(-size // 2)
    for repeats, kernel, stride, expansion in STAGES:
        for i in range(math.ceil(repeats * depth)):
            s = stride if i == 0 else 1
            out.append((kernel, s, expansion > 1, i > 0))
            sizes.append(padding(kernel, s, size))
            size = -(-size // s)
    return out, sizes


def padding(kernel, stride, size):
    whole = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return whole // 2, whole - whole // 2


def convolve(x, w, stride, pad, depthwise):  # [N, C, H, W]
    k = w.shape[-1]
    x = np.pad(x, ((0, 0), (0, 0), pad, pad))
    rows, columns = ((side - k) // stride + 1 for side in x.shape[2:])
    out = 0
    for i in range(k):
        for j in range(k):
            part = x[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride][:, :, :rows, :columns]
            out = out + (part * w[:, 0, i, j][None, :, None, None] if depthwise
                         else np.tensordot(part, w[:, :, i, j], (1, 1)).transpose(0, 3, 1, 2))
    return out


class EfficientNet:
    """settle: batch norms take their statistics from what they see, so that random weights make sensible numbers."""

    def __init__(self, p, settle=False):
        self.p, self.settle = p, settle

    def batch_norm(self, x, name):
        p = self.p
        if self.settle:
            p[name + ".running_mean"] = x.mean((0, 2, 3)).astype("f4").astype("f8")
            p[name + ".running_var"] = (x.var((0, 2, 3)) + 1e-3).astype("f4").astype("f8")
        mean, var, weight, bias = (p[f"{name}.{part}"][:, None, None] for part in ("running_mean", "running_var", "weight", "bias"))
        return (x - mean) / np.sqrt(var + 1e-3) * weight + bias

    def conv(self, x, name, stride=1, pad=(0, 0), depthwise=False):
        return convolve(x, self.p[name + ".weight"], stride, pad, depthwise)

    def biased(self, x, name):
        return self.conv(x, name) + self.p[name + ".bias"][:, None, None]

    def block(self, x, i, facts, pad):
        kernel, stride, expands, skips = facts
        b, y = f"_blocks.{i}.", x
        if expands:
            y = self.batch_norm(self.conv(y, b + "_expand_conv"), b + "_bn0")
            y = y * sigmoid(y)
        y = self.batch_norm(self.conv(y, b + "_depthwise_conv", stride, pad, True), b + "_bn1")
        y = y * sigmoid(y)
        s = self.biased(y.mean((2, 3), keepdims=True), b + "_se_reduce")
        y = y * sigmoid(self.biased(s * sigmoid(s), b + "_se_expand"))
        y = self.batch_norm(self.conv(y, b + "_project_conv"), b + "_bn2")
        return y + x if skips else y

    def features(self, grey):  # [N, 1, H, W] -> [N, C, h, w]
        facts, pads = plan(layers(self.p, "_blocks."))
        x = self.batch_norm(self.conv(np.repeat(grey, 3, 1), "_conv_stem", 2, pads[0]), "_bn0")
        x = x * sigmoid(x)
        for i, one in enumerate(facts):
            x = self.block(x, i, one, pads[i + 1])
        x = self.batch_norm(self.conv(x, "_conv_head"), "_bn1")
        return x * sigmoid(x)


def bert(p, ids, mask, heads):
    e = "embeddings."
    x = p[e + "word_embeddings.weight"][ids] + p[e + "position_embeddings.weight"][: ids.shape[1]] + p[e + "token_type_embeddings.weight"][0]
    x = norm(x, p, e + "LayerNorm", 1e-12)
    for i in range(layers(p, "encoder.layer.")):
        b = f"encoder.layer.{i}."
        q, k, v = (linear(x, p, b + "attention.self." + part) for part in ("query", "key", "value"))
        y = linear(attention(q, k, v, heads, mask[:, None, None] != 0), p, b + "attention.output.dense")
        x = norm(x + y, p, b + "attention.output.LayerNorm", 1e-12)
        y = linear(gelu(linear(x, p, b + "intermediate.dense")), p, b + "output.dense")
        x = norm(x + y, p, b + "output.LayerNorm", 1e-12)
    return x


def rotated(x, base):  # [N, heads, T, d]
    half = x.shape[-1] // 2
    angle = np.arange(x.shape[2])[:, None] * base ** (-np.arange(half) / half)
    cos, sin = np.cos(np.concatenate([angle, angle], 1)), np.sin(np.concatenate([angle, angle], 1))
    return x * cos + np.concatenate([-x[..., half:], x[..., :half]], -1) * sin


def modern_bert(p, ids, mask, config):
    """The last layer's state before final_norm."""
    eps, heads = config["norm_eps"], config["num_attention_heads"]
    x = norm(p["embeddings.tok_embeddings.weight"][ids], p, "embeddings.norm", eps)
    at = np.arange(ids.shape[1])
    near = np.abs(at[:, None] - at[None]) <= config["local_attention"] // 2
    for i in range(layers(p, "layers.")):
        b, whole = f"layers.{i}.", i % config["global_attn_every_n_layers"] == 0
        y = norm(x, p, b + "attn_norm", eps) if i > 0 else x
        q, k, v = (heads_of(part, heads) for part in np.split(linear(y, p, b + "attn.Wqkv"), 3, -1))
        base = config["global_rope_theta" if whole else "local_rope_theta"]
        q, k = rotated(q, base), rotated(k, base)
        seen = (mask[:, None, None] != 0) & (True if whole else near[None, None])
        scores = np.where(seen, q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1]), -1e30)
        y = (softmax(scores) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = x + linear(y, p, b + "attn.Wo")
        inner, gate = np.split(linear(norm(x, p, b + "mlp_norm", eps), p, b + "mlp.Wi"), 2, -1)
        x = x + linear(gelu(inner) * gate, p, b + "mlp.Wo")
    return x


class Transformer:
    """Pre-LayerNorm blocks under the names that `parts` gives: (norm, qkv, out, norm, fc1, fc2); qkv one name or three."""

    def __init__(self, p, prefix, parts, heads, eps, act):
        self.p, self.prefix, self.parts, self.heads, self.eps, self.act = p, prefix, parts, heads, eps, act

    def qkv(self, x, block):
        names = self.parts[1]
        if isinstance(names, tuple):
            return [linear(x, self.p, block + name) for name in names]
        p, name = self.p, block + names
        weight, bias = (p[name + ".weight"], p[name + ".bias"]) if name + ".weight" in p else (p[name + "_weight"], p[name + "_bias"])
        return np.split(x @ weight.T + bias, 3, -1)

    def run(self, x, seen=True, values=False):
        """values: the last block's attention matrix is the identity (MaskCLIP)."""
        count = layers(self.p, self.prefix)
        for i in range(count):
            b = f"{self.prefix}{i}."
            q, k, v = self.qkv(norm(x, self.p, b + self.parts[0], self.eps), b)
            y = v if values and i == count - 1 else attention(q, k, v, self.heads, seen)
            x = x + linear(y, self.p, b + self.parts[2])
            inner = self.act(linear(norm(x, self.p, b + self.parts[3], self.eps), self.p, b + self.parts[4]))
            x = x + linear(inner, self.p, b + self.parts[5])
        return x


TIMM = ("norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2")
OPEN_CLIP = ("ln_1", "attn.in_proj", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
HUGGING_FACE = ("layer_norm1", tuple(f"self_attn.{c}_proj" for c in "qkv"), "self_attn.out_proj", "layer_norm2", "mlp.fc1", "mlp.fc2")


def patches(pictures, weight):  # [N, 3, H, W] -> [N, P, D]
    size = weight.shape[-1]
    n, _, rows, columns = (*pictures.shape[:2], pictures.shape[2] // size, pictures.shape[3] // size)
    cut = pictures.reshape(n, 3, rows, size, columns, size).transpose(0, 2, 4, 1, 3, 5).reshape(n, rows * columns, -1)
    return cut @ weight.reshape(len(weight), -1).T


def with_class(tokens, token):
    return np.concatenate([np.broadcast_to(token.reshape(1, 1, -1), (len(tokens), 1, tokens.shape[2])), tokens], 1)


def causal(length):
    return np.tril(np.ones((length, length), bool))[None, None]
