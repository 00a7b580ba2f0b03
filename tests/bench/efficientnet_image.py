#!/usr/bin/env python3
"""efficientnet_image.py MAMA PARITY [--threads N] [--rounds N] [--json OUT]: one 1520 x 912 picture through Mammo-CLIP's
EfficientNet-B5 at its published size, by mama and by PyTorch: time (median of the rounds, one process after the other in
each round, the same threads), the most memory that a process held while it encoded one picture, and how far the
embeddings are apart.

The weights are random, put into the published file form beside the small text tower of PARITY's case; each BatchNorm's
statistics are those of one random picture, so that no activation grows or dies. PyTorch's tower is written here after the
papers and the published code (convolutions, BatchNorm and swish one by one, as the reference runs; "channels-last" is the
same in that layout). Needs torch and numpy."""
import argparse, json, os, pathlib, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "other_parity"))
import numpy as np

HEIGHT, WIDTH, NOMINAL = 1520, 912, 456
STAGES = [(3, 3, 1, 1, 24), (5, 3, 2, 6, 40), (5, 5, 2, 6, 64), (7, 3, 2, 6, 128), (7, 5, 1, 6, 176), (9, 5, 2, 6, 304), (3, 3, 1, 6, 512)]
THEIRS = ["pytorch fp32", "pytorch bf16", "pytorch-channels-last fp32", "pytorch-channels-last bf16"]


def tower():
    import torch
    from torch import nn

    class Conv(nn.Module):
        """A convolution whose zeros are those of the nominal picture, and the BatchNorm behind it."""

        def __init__(self, inside, out, kernel, stride, side, groups=1):
            super().__init__()
            self.conv = nn.Conv2d(inside, out, kernel, stride, groups=groups, bias=False)
            self.norm = nn.BatchNorm2d(out, eps=1e-3, momentum=1.0)
            total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            self.pad = nn.ZeroPad2d((total // 2, total - total // 2) * 2)

        def forward(self, x):
            return self.norm(self.conv(self.pad(x)))

    class Block(nn.Module):
        def __init__(self, inside, out, kernel, stride, times, side, skips):
            super().__init__()
            wide, small = inside * times, inside // 4
            self.expand = Conv(inside, wide, 1, 1, side) if times > 1 else None
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
        def __init__(self, dim):
            super().__init__()
            side, before, blocks = NOMINAL, 48, []
            self.stem = Conv(3, 48, 3, 2, side)
            side = -(-side // 2)
            for repeats, kernel, stride, times, out in STAGES:
                for i in range(repeats):
                    blocks.append(Block(before, out, kernel, stride if i == 0 else 1, times, side, i > 0))
                    side, before = -(-side // (stride if i == 0 else 1)), out
            self.blocks, self.head, self.projection = nn.ModuleList(blocks), Conv(512, 2048, 1, 1, side), nn.Linear(2048, dim)

        def forward(self, x):
            x = nn.functional.silu(self.stem(x))
            for block in self.blocks:
                x = block(x)
            x = nn.functional.silu(self.head(x)).mean((2, 3))
            return nn.functional.normalize(self.projection(x).float(), dim=-1)

    return Tower


PARTS = {"expand.conv": "_expand_conv", "expand.norm": "_bn0", "depthwise.conv": "_depthwise_conv", "depthwise.norm": "_bn1",
         "reduce": "_se_reduce", "gate": "_se_expand", "project.conv": "_project_conv", "project.norm": "_bn2"}


def published_name(name):
    for ours, theirs in {"stem.conv": "_conv_stem", "stem.norm": "_bn0", "head.conv": "_conv_head", "head.norm": "_bn1"}.items():
        if name.startswith(ours):
            return "image_encoder." + theirs + name[len(ours):]
    if name.startswith("projection"):
        return "image_projection.projection" + name[len("projection"):]
    _, number, rest = name.split(".", 2)
    part = next(ours for ours in PARTS if rest.startswith(ours + "."))
    return f"image_encoder._blocks.{number}.{PARTS[part]}{rest[len(part):]}"


def make(folder, parity):
    """weights.pt for PyTorch, big.tar in the published form, image.npy."""
    import torch, torch_file
    torch.manual_seed(1)
    case = parity / "mammoclip-ckpt"
    source = torch_file.read(next(case.glob("b5*.tar")))
    model = tower()(source["model"]["text_projection.projection.weight"].shape[0])
    image = np.random.default_rng(1).standard_normal((1, 3, HEIGHT, WIDTH)).astype(np.float32)
    np.save(folder / "image.npy", image)
    with torch.no_grad():
        model.train()(torch.from_numpy(image).repeat(2, 1, 1, 1))
    torch.save(model.state_dict(), folder / "weights.pt")
    kept = {name: array for name, array in source["model"].items() if not name.startswith("image")}
    made = {published_name(name): tensor.numpy() for name, tensor in model.state_dict().items()}
    torch_file.write(folder / "big.tar", dict(source) | {"model": torch_file.State(made | kept)}, device="cuda:0")


def prepare(runtime, folder, threads):
    import torch
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    state = torch.load(folder / "weights.pt", weights_only=True)
    model = tower()(state["projection.weight"].shape[0]).eval()
    model.load_state_dict(state)
    dtype = torch.bfloat16 if runtime.endswith("bf16") else torch.float32
    layout = torch.channels_last if "channels-last" in runtime else torch.contiguous_format
    model = model.to(dtype=dtype, memory_format=layout)
    image = torch.from_numpy(np.load(folder / "image.npy")).to(dtype=dtype, memory_format=layout)
    return lambda: model(image)


def worker(runtime, folder, threads):
    """Encodes once for each line that comes, and answers with the milliseconds; the first one's output is kept."""
    call = prepare(runtime, folder, threads)
    np.save(folder / f"{runtime.replace(' ', '-')}.npy", call().numpy())
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        call()
        print((time.perf_counter() - start) * 1e3, flush=True)


def peak(command):
    """MB that a command held at most."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(program.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return used.ru_maxrss / 1024


def ours(mama, precision, folder, arguments):
    done = subprocess.run([mama, "bench", "encode-image", "--model", folder / "model", "--precision", precision, "--json", "--quiet", "--threads",
                           str(arguments.threads), "--repeat", "1"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["results"][0]["milliseconds"][0]


def measure(folder, arguments):
    times, memory = {}, {}
    precisions = arguments.precisions.split(",")
    own = ["--folder", str(folder), "--threads", str(arguments.threads)]
    workers = {}
    for runtime in THEIRS:
        command = [sys.executable, __file__, arguments.mama, str(arguments.parity), "--worker", runtime, *own]
        memory[runtime] = peak(command)
        workers[runtime] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        workers[runtime].stdout.readline()
    for precision in precisions:
        memory[f"mama {precision}"] = peak([arguments.mama, "--quiet", "encode", "image", "--model", folder / "model", "--precision", precision, "--threads",
                                            str(arguments.threads), "--out", folder / f"mama-{precision}.npy", folder / "image.npy"])
    for _ in range(arguments.rounds):
        for runtime, process in workers.items():
            process.stdin.write("go\n")
            process.stdin.flush()
            times.setdefault(runtime, []).append(float(process.stdout.readline()))
        for precision in precisions:
            times.setdefault(f"mama {precision}", []).append(ours(arguments.mama, precision, folder, arguments))
    for process in workers.values():
        process.stdin.close()
        process.wait()
    return times, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mama")
    parser.add_argument("parity", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--precisions", default="fp32,bf16", help="of mama")
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker == "make":
        return make(pathlib.Path(arguments.folder), arguments.parity)
    if arguments.worker:
        return worker(arguments.worker, pathlib.Path(arguments.folder), arguments.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(arguments.folder or name)
        if not (folder / "model").exists():
            subprocess.run([sys.executable, __file__, arguments.mama, str(arguments.parity), "--worker", "make", "--folder", str(folder)],
                           check=True)  # a process of its own: what this one held would count as its children's
            subprocess.run([arguments.mama, "--quiet", "checkpoint", "import", folder / "big.tar", "--text-model", arguments.parity / "mammoclip-ckpt/text-model",
                            "--out", folder / "model"], check=True, stdout=subprocess.DEVNULL)
        times, memory = measure(folder, arguments)
        exact = np.load(folder / "pytorch-fp32.npy")
        rows = {name: {"median": statistics.median(values), "milliseconds": values, "peak_MB": memory[name],
                       "largest_difference": float(np.abs(np.load(folder / f"{name.replace(' ', '-')}.npy") - exact).max()),
                       "cosine": float((np.load(folder / f"{name.replace(' ', '-')}.npy") * exact).sum())} for name, values in times.items()}
    for name, row in sorted(rows.items(), key=lambda item: item[1]["median"]):
        print(f"{name:28s} {row['median']:8.0f} ms ({min(row['milliseconds']):.0f} to {max(row['milliseconds']):.0f})   {row['peak_MB']:6.0f} MB   "
              f"embedding: largest difference {row['largest_difference']:.1e}, cosine {row['cosine']:.6f}")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
