"""The image towers of every family in PyTorch, at their published sizes and with random weights, for encode_image.py:
written after the papers and the published code, operator by operator, as a user of PyTorch runs them. DESCRIPTIONS are
the model.json of each; write_model puts the same weights into a model folder for mama."""
import json
import struct


def vit(name, side, image, embedding=512, **heads):
    grid = side // image["patch"]
    tower = {"family": "vit", "registers": 0, "ffn": "mlp", "layer_scale": False, "native_grid": [grid, grid], "norm_eps": 1e-6, "activation": "gelu"} | image
    return name, {"format": 1, "name": name, "kind": "mama", "image": tower, "text": None, "compat": "default",
                  "heads": {"embedding": embedding, "local": False, "simclr": False, "classes": None, "batchnorm_eps": 1e-5} | heads,
                  "input": {"profile": "mama", "profile_version": 1, "size": side, "channels": 3},
                  "inference": {"text_pooling": "zero-shot", "zero_shot_softmax": "once", "full_length_caption": "last-token"},
                  "provenance": {"trained_on": "nothing: random weights"}}


STAGES = [(1, 3, 1, 1), (2, 3, 2, 6), (2, 5, 2, 6), (3, 3, 2, 6), (3, 5, 1, 6), (4, 5, 2, 6), (1, 3, 1, 6)]  # repeats, kernel, stride, expansion
PLANS = {"b2": (1.2, 260, 32, [16, 24, 48, 88, 120, 208, 352], 1408), "b5": (2.2, 456, 48, [24, 40, 64, 128, 176, 304, 512], 2048)}


def blocks_of(variant):
    """(in, expanded, squeezed, out, kernel, stride, skips) of each block."""
    depth, _, before, widths, _ = PLANS[variant]
    made = []
    for (repeats, kernel, stride, times), out in zip(STAGES, widths):
        for i in range(-int(-repeats * depth // 1)):
            made.append((before, before * times, before // 4, out, kernel, stride if i == 0 else 1, i > 0))
            before = out
    return made


def efficientnet(name, variant):
    _, _, stem, _, width = PLANS[variant]
    blocks = blocks_of(variant)
    name, made = vit(name, 1520, {"patch": 1, "activation": "swish"})
    made["image"] = {"family": "efficientnet", "variant": variant, "width": width, "depth": len(blocks), "stem": stem, "outputs": [b[3] for b in blocks],
                     "expanded": [b[1] for b in blocks], "squeezed": [b[2] for b in blocks], "norm_eps": 1e-3, "pooling": "mean-cells"}
    made["input"] = {"profile": "mammo-clip", "profile_version": 1, "rows": 1520, "columns": 912, "channels": 3}
    return name, made


BASE = {"width": 768, "depth": 12, "heads": 12, "mlp_hidden": 3072}
DESCRIPTIONS = dict([
    vit("mama-vit-b14-518", 518, BASE | {"family": "dinov2", "patch": 14, "registers": 4, "layer_scale": True, "pooling": "mean-prenorm",
                                         "interpolation": {"antialias": True, "offset": 0.0, "mode": "bicubic"}}, local=True, local_hidden=2048),
    vit("biomedclip-vit-b16-224", 224, BASE | {"patch": 16, "class_token": True, "pooling": "cls-norm"}),
    vit("clip-vit-b16-224", 224, BASE | {"patch": 16, "class_token": True, "first_norm": True, "patch_bias": False, "activation": "quick_gelu", "norm_eps": 1e-5,
                                         "pooling": "cls-norm"}),
    vit("siglip-so400m-448", 448, {"width": 1152, "depth": 27, "heads": 16, "mlp_hidden": 4304, "patch": 14, "class_token": False, "activation": "gelu_pytorch_tanh",
                                   "pooling": "attention"}, embedding=1152),
    efficientnet("mammo-clip-b2-1520x912", "b2"),
    efficientnet("mammo-clip-b5-1520x912", "b5"),
])


def size_of(description):
    """(rows, columns) of the input."""
    given = description["input"]
    return given.get("rows", given.get("size")), given.get("columns", given.get("size"))


def build(description):
    import torch
    torch.manual_seed(1)
    image = description["image"]
    model = efficient_tower(description) if image["family"] == "efficientnet" else vit_tower(description)
    return model.eval()


def vit_tower(description):
    import torch
    from torch import nn
    image, heads = description["image"], description["heads"]
    width, registers, token, eps = image["width"], image["registers"], image.get("class_token", True), image["norm_eps"]
    before = int(token) + registers
    activation = {"gelu": nn.functional.gelu, "gelu_pytorch_tanh": lambda x: nn.functional.gelu(x, approximate="tanh"),
                  "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x)}[image["activation"]]

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width, eps=eps), nn.LayerNorm(width, eps=eps)
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.fc1, self.fc2 = nn.Linear(width, image["mlp_hidden"]), nn.Linear(image["mlp_hidden"], width)
            scaled = image["layer_scale"]
            self.gamma1 = nn.Parameter(torch.full((width,), 0.5)) if scaled else None
            self.gamma2 = nn.Parameter(torch.full((width,), 0.5)) if scaled else None

        def forward(self, x):
            n, t, _ = x.shape
            q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, image["heads"], width // image["heads"]).permute(2, 0, 3, 1, 4).unbind(0)
            y = self.proj(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, width))
            x = x + (y if self.gamma1 is None else self.gamma1 * y)
            y = self.fc2(activation(self.fc1(self.norm2(x))))
            return x + (y if self.gamma2 is None else self.gamma2 * y)

    class Pool(nn.Module):  # SigLIP's attention pooling
        def __init__(self):
            super().__init__()
            self.probe = nn.Parameter(torch.randn(1, 1, width) * 0.02)
            self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
            self.norm, self.fc1, self.fc2 = nn.LayerNorm(width, eps=eps), nn.Linear(width, image["mlp_hidden"]), nn.Linear(image["mlp_hidden"], width)

        def forward(self, x):
            split = lambda y: y.view(y.shape[0], y.shape[1], image["heads"], -1).transpose(1, 2)
            y = nn.functional.scaled_dot_product_attention(split(self.q(self.probe.expand(len(x), -1, -1))), split(self.k(x)), split(self.v(x)))
            y = self.out(y.transpose(1, 2).reshape(len(x), width))
            return y + self.fc2(activation(self.fc1(self.norm(y))))

    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            cells = image["native_grid"][0] * image["native_grid"][1]
            self.patches = nn.Conv2d(3, width, image["patch"], image["patch"], bias=image.get("patch_bias", True))
            self.cls = nn.Parameter(torch.randn(1, 1, width) * 0.02) if token else None
            self.registers = nn.Parameter(torch.randn(1, registers, width) * 0.02) if registers else None
            self.position = nn.Parameter(torch.randn(1, int(token) + cells, width) * 0.02)
            self.first = nn.LayerNorm(width, eps=eps) if image.get("first_norm") else nn.Identity()
            self.blocks = nn.ModuleList(Block() for _ in range(image["depth"]))
            self.norm = nn.LayerNorm(width, eps=eps)
            self.pool = Pool() if image["pooling"] == "attention" else None
            self.projection = nn.Linear(width, heads["embedding"])
            hidden = heads.get("local_hidden", 0)
            self.local = nn.Sequential(nn.Linear(width, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, heads["embedding"]),
                                       nn.BatchNorm1d(heads["embedding"], affine=False)) if heads["local"] else None

        def forward(self, images):
            x = self.patches(images).flatten(2).transpose(1, 2)
            if token:
                x = torch.cat([self.cls, x], 1)
            x = x + self.position
            if registers:
                x = torch.cat([x[:, :1], self.registers, x[:, 1:]], 1)
            x = self.first(x)
            for block in self.blocks:
                x = block(x)
            if self.pool is not None:
                return nn.functional.normalize(self.projection(self.pool(self.norm(x))), dim=-1)
            if image["pooling"] == "cls-norm":
                return nn.functional.normalize(self.projection(self.norm(x[:, 0])), dim=-1)
            pooled = nn.functional.normalize(self.projection(x.mean(1)), dim=-1)
            return pooled, nn.functional.normalize(self.local(self.norm(x[:, before:]).flatten(0, 1)), dim=-1)

    return Tower()


def efficient_tower(description):
    import torch
    from torch import nn
    variant = description["image"]["variant"]

    class Conv(nn.Module):
        """A convolution whose zeros are those of the nominal picture, and the BatchNorm behind it."""

        def __init__(self, inside, out, kernel, stride, side, groups=1):
            super().__init__()
            self.conv = nn.Conv2d(inside, out, kernel, stride, groups=groups, bias=False)
            self.norm = nn.BatchNorm2d(out, eps=1e-3, momentum=1.0)
            total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            self.pad = nn.ZeroPad2d((total // 2, total - total // 2) * 2) if total else nn.Identity()

        def forward(self, x):
            return self.norm(self.conv(self.pad(x)))

    class Block(nn.Module):
        def __init__(self, inside, wide, small, out, kernel, stride, skips, side):
            super().__init__()
            self.expand = Conv(inside, wide, 1, 1, side) if wide > inside else None
            self.depthwise = Conv(wide, wide, kernel, stride, side, wide)
            self.reduce, self.gate = nn.Conv2d(wide, small, 1), nn.Conv2d(small, wide, 1)
            self.project = Conv(wide, out, 1, 1, side)
            self.skips = skips

        def forward(self, x):
            y = nn.functional.silu(self.expand(x)) if self.expand is not None else x
            y = nn.functional.silu(self.depthwise(y))
            gate = self.gate(nn.functional.silu(self.reduce(y.mean((2, 3), keepdim=True))))
            y = self.project(torch.sigmoid(gate) * y)
            return x + y if self.skips else y

    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            _, side, stem, _, width = PLANS[variant]
            self.stem, blocks = Conv(3, stem, 3, 2, side), []
            side = -(-side // 2)
            for one in blocks_of(variant):
                blocks.append(Block(*one, side))
                side = -(-side // one[5])
            self.blocks, self.head = nn.ModuleList(blocks), Conv(blocks_of(variant)[-1][3], width, 1, 1, side)
            self.projection = nn.Linear(width, description["heads"]["embedding"])

        def forward(self, x):
            x = nn.functional.silu(self.stem(x))
            for block in self.blocks:
                x = block(x)
            x = nn.functional.silu(self.head(x)).mean((2, 3))
            return nn.functional.normalize(self.projection(x), dim=-1)

    model = Tower()
    with torch.no_grad():  # BatchNorm's statistics of a small random picture, so that no activation grows or dies
        model.train()(torch.randn(2, 3, 256, 192))
    return model


VIT_NAMES = [("patches.", "patch_embed.proj."), ("qkv.", "attn.qkv."), ("proj.", "attn.proj."), ("fc1.", "mlp.fc1."), ("fc2.", "mlp.fc2."), ("first.", "norm_pre.")]
WHOLE_NAMES = {"cls": "cls_token", "registers": "register_tokens", "position": "pos_embed", "pool.probe": "attn_pool.probe"}
EFFICIENT_NAMES = {"expand.conv": "_expand_conv", "expand.norm": "_bn0", "depthwise.conv": "_depthwise_conv", "depthwise.norm": "_bn1", "reduce": "_se_reduce",
                   "gate": "_se_expand", "project.conv": "_project_conv", "project.norm": "_bn2", "stem.conv": "_conv_stem", "stem.norm": "_bn0",
                   "head.conv": "_conv_head", "head.norm": "_bn1"}


def name_in_mama(name):
    """Of a tensor of these towers, below img_encoder_q."""
    if name.startswith("projection."):
        return "global_embed" + name[len("projection"):]
    if name.startswith("local."):
        return "local_embed.head." + name[len("local."):]
    if name in WHOLE_NAMES:
        return "model." + WHOLE_NAMES[name]
    if name.startswith("pool."):
        rest = name[len("pool."):].replace("out.", "attention.out_proj.").replace("norm.", "layernorm.").replace("fc", "mlp.fc")
        return "model.attn_pool." + rest
    prefix, rest = "model.", name
    if name.startswith("blocks."):
        number, rest = name.split(".", 2)[1:]
        prefix += ("_blocks." if rest.split(".")[0] in ("expand", "depthwise", "reduce", "gate", "project") else "blocks.") + number + "."
    for ours, theirs in EFFICIENT_NAMES.items():
        if rest.startswith(ours + "."):
            return prefix + theirs + rest[len(ours):]
    if rest.startswith("gamma"):
        return f"{prefix}ls{rest[-1]}.gamma"
    for ours, theirs in VIT_NAMES:
        if rest.startswith(ours):
            return prefix + theirs + rest[len(ours):]
    return prefix + rest


def write_model(folder, description):
    """model.json and model.safetensors with the weights that build() gives."""
    import torch
    state = {name: tensor for name, tensor in build(description).state_dict().items()}
    if "pool.q.weight" in state:  # one stacked projection
        for part in ("weight", "bias"):
            state["pool.attention.in_proj_" + part] = torch.cat([state.pop(f"pool.{one}.{part}") for one in "qkv"])
    for name in ("local.0.weight", "local.3.weight"):
        if name in state:
            state[name] = state[name].unsqueeze(2)  # there a convolution of width 1
    folder.mkdir()
    (folder / "model.json").write_text(json.dumps(description))
    tensors = {"img_encoder_q." + name_in_mama(name): tensor for name, tensor in state.items()}
    tensors["logit_scale"] = torch.tensor(2.659)
    if description["heads"]["local"]:
        tensors["local_scale"] = torch.tensor(2.659)
    types, header, at = {torch.float32: "F32", torch.int64: "I64"}, {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        for tensor in tensors.values():
            file.write(tensor.contiguous().numpy().tobytes())
