#!/usr/bin/env python3
"""A step of MaMA's pre-training beside eager PyTorch, in one run: the published size (ViT-B/14 with 4 registers at 518,
MiniLM with LoRA of rank 8) or a model.json of --description, random weights, the same batch and threads: two views of
every pair forward, CLIP for both views, NT-Xent, the local loss both ways, backward, AdamW.

    python3 -m venv VENV && VENV/bin/pip install torch
    VENV/bin/python tests/bench/train_step.py --mama BUILD/bin/mama [--description resources/demo/model-description.json
        --text fixed --pairs 32] [--precision mixed] [--threads N] [--rounds N] [--json OUT]

Each round measures PyTorch, then mama, so that a busy machine disturbs both alike. Prints seconds a step, the ratio of
the medians, processor seconds, and which share of each step its products would take at the rate of the largest alone; exits with 1 below --aim.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PUBLISHED = {
    "format": 1, "name": "random ViT-B/14-reg4, MiniLM", "kind": "mama",
    "image": {"family": "dinov2", "width": 768, "depth": 12, "heads": 12, "patch": 14, "registers": 4, "mlp_hidden": 3072, "ffn": "mlp",
              "layer_scale": True, "native_grid": [37, 37], "interpolation": {"antialias": True, "offset": 0.0, "mode": "bicubic"},
              "norm_eps": 1e-6, "pooling": "mean-prenorm"},
    "text": {"base": "minilm"},
    "heads": {"embedding": 512, "local": True, "local_hidden": 2048, "text_local_hidden": 2048, "simclr": True, "simclr_hidden": 512,
              "simclr_out": 512, "classes": None, "batchnorm_eps": 1e-5},
    "input": {"profile": "mama", "profile_version": 1, "size": 518, "channels": 3},
    "inference": {"text_pooling": "training", "zero_shot_softmax": "once", "full_length_caption": "last-token"},
    "compat": "default", "provenance": {"trained_on": "nothing: random weights"},
}
MINILM = {"vocabulary": 30522, "positions": 512, "width": 384, "depth": 6, "heads": 12, "hidden": 1536}
RANK = 8


def make_model(description, text_training):
    import torch
    from torch import nn
    image, heads = description["image"], description["heads"]
    width, embedding, patch, registers = image["width"], heads["embedding"], image["patch"], image["registers"]

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.fc1, self.fc2 = nn.Linear(width, image["mlp_hidden"]), nn.Linear(image["mlp_hidden"], width)
            scaled = image.get("layer_scale", True)
            self.gamma1 = nn.Parameter(torch.full((width,), 0.5)) if scaled else None
            self.gamma2 = nn.Parameter(torch.full((width,), 0.5)) if scaled else None

        def forward(self, x):
            n, t, _ = x.shape
            q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, image["heads"], width // image["heads"]).permute(2, 0, 3, 1, 4).unbind(0)
            y = self.proj(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, width))
            x = x + (y if self.gamma1 is None else self.gamma1 * y)
            y = self.fc2(nn.functional.gelu(self.fc1(self.norm2(x))))
            return x + (y if self.gamma2 is None else self.gamma2 * y)

    def patches():
        if "stem" not in image:
            return nn.Conv2d(3, width, patch, patch)
        layers, before = [], 3
        for stage, channels in enumerate(image["stem"]["channels"]):
            for kernel, stride in [(4, 2)] + ([(3, 1)] if stage else []):
                layers += [nn.Conv2d(before, channels, kernel, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
                before = channels
        return nn.Sequential(*layers, nn.Conv2d(before, width, 1))

    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            grid = description["input"]["size"] // patch
            self.patches = patches()
            self.cls = nn.Parameter(torch.randn(1, 1, width) * 0.02)
            self.registers = nn.Parameter(torch.randn(1, registers, width) * 0.02)
            self.position = nn.Parameter(torch.randn(1, 1 + grid * grid, width) * 0.02)
            self.blocks = nn.ModuleList(Block() for _ in range(image["depth"]))
            self.norm = nn.LayerNorm(width, eps=1e-6)

        def forward(self, images):
            x = self.patches(images).flatten(2).transpose(1, 2)
            x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.position
            x = torch.cat([x[:, :1], self.registers.expand(len(x), -1, -1), x[:, 1:]], 1)
            for block in self.blocks:
                x = block(x)
            return x

    class Adapted(nn.Module):  # LoRA as PEFT has it
        def __init__(self, size):
            super().__init__()
            self.base = nn.Linear(size, size)
            self.a, self.b = nn.Linear(size, RANK, bias=False), nn.Linear(RANK, size, bias=False)

        def forward(self, x):
            return self.base(x) + self.b(self.a(x)) * (32 / RANK)

    class TextBlock(nn.Module):
        def __init__(self):
            super().__init__()
            w = MINILM["width"]
            project = Adapted if text_training == "lora" else lambda size: nn.Linear(size, size)
            self.query, self.key, self.value, self.out = project(w), nn.Linear(w, w), project(w), nn.Linear(w, w)
            self.up, self.down = nn.Linear(w, MINILM["hidden"]), nn.Linear(MINILM["hidden"], w)
            self.norm1, self.norm2 = nn.LayerNorm(w, eps=1e-12), nn.LayerNorm(w, eps=1e-12)

        def forward(self, x, mask):
            n, t, w = x.shape
            q, k, v = (layer(x).view(n, t, MINILM["heads"], -1).transpose(1, 2) for layer in (self.query, self.key, self.value))
            y = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(n, t, w)
            x = self.norm1(x + self.out(y))
            return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))

    class Text(nn.Module):
        def __init__(self):
            super().__init__()
            w = MINILM["width"]
            self.tokens, self.positions, self.types = nn.Embedding(MINILM["vocabulary"], w), nn.Embedding(MINILM["positions"], w), nn.Embedding(2, w)
            self.norm = nn.LayerNorm(w, eps=1e-12)
            self.blocks = nn.ModuleList(TextBlock() for _ in range(MINILM["depth"]))

        def forward(self, ids, mask):
            x = self.norm(self.tokens(ids) + self.positions.weight[:ids.shape[1]] + self.types.weight[0])
            for block in self.blocks:
                x = block(x, mask)
            return x

    def local(inputs, hidden):
        return nn.Sequential(nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, embedding), nn.BatchNorm1d(embedding, affine=False))

    class Mama(nn.Module):
        def __init__(self):
            super().__init__()
            self.image, self.text = Tower(), Text()
            self.image_global, self.text_global = nn.Linear(width, embedding), nn.Linear(MINILM["width"], embedding)
            self.image_local = local(width, heads["local_hidden"])
            self.text_local = local(MINILM["width"], heads.get("text_local_hidden", heads["local_hidden"]))
            hidden, out = heads["simclr_hidden"], heads["simclr_out"]
            self.simclr = nn.Sequential(nn.Linear(width, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, out, bias=False), nn.BatchNorm1d(out))
            self.logit_scale, self.local_scale = nn.Parameter(torch.tensor(2.659)), nn.Parameter(torch.tensor(2.659))

    torch.manual_seed(1)
    model = Mama()
    for name, parameter in model.text.named_parameters():
        parameter.requires_grad_(text_training == "full" or (text_training == "lora" and (".a." in name or ".b." in name)))
    if text_training == "fixed":
        for head in (model.text_global, model.text_local):
            head.requires_grad_(False)
    return model.train()


def make_step(description, arguments):
    """A call that makes one step and gives the loss."""
    import torch
    from torch.nn.functional import cross_entropy, normalize
    model = make_model(description, arguments.text)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0.1, fused=arguments.fused or None)
    n, side, sentences, tokens = arguments.pairs, description["input"]["size"], arguments.sentences, arguments.tokens
    registers = description["image"]["registers"]
    truth = torch.arange(n)
    separators = torch.tensor([(s + 1) * tokens // sentences - 1 for s in range(sentences)])

    def both(logits):
        return cross_entropy(logits, truth) + cross_entropy(logits.t(), truth)

    def losses(v, v2, t, z1, z2, patches, own):
        scale = model.logit_scale.exp()
        v, v2, t = (normalize(x.float(), dim=-1) for x in (v, v2, t))
        total = 0.5 * both(v @ t.t() * scale) + 0.5 * both(v2 @ t.t() * scale)
        z = normalize(torch.cat([z1, z2]).float(), dim=-1)
        similar = (z @ z.t() / 0.5).masked_fill(torch.eye(2 * n, dtype=torch.bool), float("-inf"))
        total = total + cross_entropy(similar, torch.cat([truth + n, truth]))
        patches, own = normalize(patches.float(), dim=-1), normalize(own.float(), dim=-1)
        cosines = (patches @ own.t()).view(n, -1, n, sentences)  # [images, patches, captions, sentences]
        local = model.local_scale.exp()
        return total + 0.25 * (both(cosines.amax(1).mean(2).t() * local) + both(cosines.amax(3).mean(1).t() * local))

    def forward(first, second, ids):
        mask = torch.ones(n, 1, 1, tokens, dtype=torch.bool)
        x = model.image(first)
        x2 = model.image(second)
        pooled, pooled2 = x.mean(1), x2.mean(1)
        rows = model.image.norm(x)[:, 1 + registers:]
        patches = model.image_local(rows.reshape(-1, rows.shape[2])).view(n, rows.shape[1], -1)
        with torch.set_grad_enabled(arguments.text in ("lora", "full")):
            hidden = model.text(ids, mask)
        return (model.image_global(pooled), model.image_global(pooled2), model.text_global(hidden[:, 1:].mean(1)), model.simclr(pooled), model.simclr(pooled2),
                patches, model.text_local(hidden[:, separators].reshape(-1, hidden.shape[2])))

    images = [torch.randn(n, 1, side, side).expand(-1, 3, -1, -1).contiguous() for _ in range(2)]
    if "stem" in description["image"]:
        images = [view.contiguous(memory_format=torch.channels_last) for view in images]

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.precision == "mixed"):
            embeddings = forward(*images, torch.randint(1000, 20000, (n, tokens)))
        loss = losses(*embeddings)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()
    return step


def count_operations(step):
    """Of a step's products and convolutions, forward and backward: a multiplication and an addition are two."""
    from torch.utils.flop_counter import FlopCounterMode
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def product_rate(description, arguments):
    """Operations a second of the image tower's largest product by itself, the best of ten: what the step could reach at most."""
    import torch
    image = description["image"]
    tokens = (description["input"]["size"] // image.get("patch", 16)) ** 2
    kind = torch.bfloat16 if arguments.precision == "mixed" else torch.float32
    width, hidden = image.get("width", 768), image.get("mlp_hidden", 3072)
    rows, weight = torch.randn(arguments.pairs * tokens, width, dtype=kind), torch.randn(width, hidden, dtype=kind)
    best = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        torch.mm(rows, weight)
        best = min(best, time.perf_counter() - start)
    return 2 * rows.shape[0] * width * hidden / best


def worker(arguments):
    """Prepares once, then answers each line on standard input with seconds and processor seconds of a step."""
    import torch
    torch.set_num_threads(arguments.threads)
    description = json.loads(pathlib.Path(arguments.description).read_text())
    step = make_step(description, arguments)
    step()
    print(json.dumps({"flops": count_operations(step), "rate": product_rate(description, arguments)}), flush=True)
    for _ in sys.stdin:
        start, used = time.perf_counter(), time.process_time()
        loss = step()
        print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - used, "loss": loss}), flush=True)


def measure_mama(arguments):
    given = [arguments.mama, "bench", "train-step", "--json", "--quiet", "--description", arguments.description, "--text", arguments.text, "--repeat", str(arguments.steps)]
    for name in ("precision", "threads", "pairs", "tokens", "sentences"):
        given += ["--" + name, str(getattr(arguments, name))]
    return json.loads(subprocess.run(given, check=True, capture_output=True, text=True).stdout)["results"][0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mama", required="--worker" not in sys.argv, help="the program under test")
    parser.add_argument("--description", help="model.json of the model to be; default: the published size")
    parser.add_argument("--text", default="lora", choices=["lora", "full", "frozen", "fixed"])
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--sentences", type=int, default=8)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=1, help="a round")
    parser.add_argument("--fused", action="store_true", help="PyTorch's fused AdamW instead of its default")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "mixed"], help="of both; mixed is PyTorch's autocast to bfloat16")
    parser.add_argument("--aim", type=float, default=1.3)
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as mama sets it for itself: a busy machine disturbs both alike
    if arguments.worker:
        worker(arguments)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.description:
            arguments.description = str(pathlib.Path(folder) / "description.json")
            pathlib.Path(arguments.description).write_text(json.dumps(PUBLISHED))
        passed = [f"--{name}={getattr(arguments, name)}" for name in ("description", "text", "precision", "pairs", "tokens", "sentences", "threads")] + ["--fused"] * arguments.fused
        other = subprocess.Popen([sys.executable, __file__, "--worker", *passed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = other.stdout.readline()
        if not ready:
            raise SystemExit("PyTorch did not start")
        work = json.loads(ready)
        pytorch, mama = [], []
        for _ in range(arguments.rounds):
            for _ in range(arguments.steps):
                other.stdin.write("go\n")
                other.stdin.flush()
                pytorch.append(json.loads(other.stdout.readline()))
            mama.append(measure_mama(arguments))
        other.stdin.close()
        other.wait()
    theirs = [one["seconds"] for one in pytorch]
    ours = [ms / 1e3 for one in mama for ms in one["milliseconds"]]
    cpu = statistics.median(one["cpu"] for one in pytorch), statistics.median(one["cpu_seconds"] for one in mama)
    for name, values, used in (("pytorch eager", theirs, cpu[0]), ("mama", ours, cpu[1])):
        middle = statistics.median(values)
        print(f"{name:14s} {middle:8.2f} s a step, {min(values):.2f} to {max(values):.2f}, {2 * arguments.pairs / middle:.2f} images a second, {used:.2f} processor seconds")
    print("mama's parts, ms: " + ", ".join(f"{part} {ms:.0f}" for part, ms in mama[-1]["parts"].items()) + f"; peak {mama[-1]['peak_bytes'] / 1e9:.2f} GB")
    floor = work["flops"] / work["rate"]
    print(f"roofline: {work['flops'] / 1e12:.2f} TFLOP of products a step, at {work['rate'] / 1e12:.3f} TFLOP/s (the largest product alone, oneDNN) "
          f"{floor:.2f} s: {floor / statistics.median(theirs):.0%} of PyTorch's step, {floor / statistics.median(ours):.0%} of mama's")
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"throughput of mama over PyTorch: {ratio:.2f} (processor seconds: {cpu[0] / cpu[1]:.2f}; aim {arguments.aim})")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"pytorch": pytorch, "mama": mama, "ratio": ratio, **work}, indent=2))
    return 0 if ratio >= arguments.aim else 1


if __name__ == "__main__":
    sys.exit(main())
