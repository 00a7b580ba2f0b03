#!/usr/bin/env python3
"""import_memory.py MAMA PARITY [--keep FILE]: a Mammo-CLIP file of the published sizes (EfficientNet-B5, BERT-base, the
optimizer's two moments beside each weight: 1.6 GB) with random weights is made after the small one of the cases, and
imported: its size, and the most memory that the command held resident. Needs numpy."""
import argparse, multiprocessing, os, pathlib, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "other_parity"))
import numpy as np
import torch_file

WIDE = {48: 768, 96: 3072, 429: 28996}


def published(tensors):
    """Shapes of the published B5: the channels of a small file's blocks, in order, become those of B5."""
    outputs = [24] * 3 + [40] * 5 + [64] * 5 + [128] * 7 + [176] * 7 + [304] * 9 + [512] * 3
    shapes, before = {}, 48
    for i, out in enumerate(outputs):
        wide, small = before * (6 if i >= 3 else 1), max(1, before // 4)
        b = f"image_encoder._blocks.{i}."
        for name, (rows, columns) in {"_expand_conv.weight": (wide, before), "_depthwise_conv.weight": (wide, 1),
                                      "_se_reduce.weight": (small, wide), "_se_reduce.bias": (small, 0), "_se_expand.weight": (wide, small),
                                      "_se_expand.bias": (wide, 0), "_project_conv.weight": (out, wide)}.items():
            shapes[b + name] = (rows, columns) if columns else (rows,)
        shapes |= {f"{b}_bn{n}.{part}": (size,) for n, size in ((0, wide), (1, wide), (2, out))
                   for part in ("weight", "bias", "running_mean", "running_var")}
        before = out
    for name, array in tensors.items():
        if name.startswith("image_encoder._conv_stem"):
            shape = (48, 3, 3, 3)
        elif name.startswith("image_encoder._conv_head"):
            shape = (2048, 512, 1, 1)
        elif name.startswith(("image_encoder._bn0.", "image_encoder._bn1.")) and array.ndim:
            shape = (48 if "_bn0" in name else 2048,)
        elif name in shapes:
            shape = shapes[name] + array.shape[2:]
        elif "projection" in name:
            shape = (512, *([2048 if "image" in name else 768] if array.ndim == 2 else []))
        else:
            shape = tuple(WIDE.get(size, size) for size in array.shape)
        yield name, shape, array


def made(source):
    rng, out = np.random.default_rng(0), {}
    for name, shape, array in published(source["model"]):
        out[name] = (array if array.ndim == 0 else np.abs(rng.standard_normal(shape, "f4")) * np.float32(0.02) + np.float32(0.01))
    layers = {name: array for name, array in out.items() if "encoder.layer.0." in name}
    for i in range(2, 12):
        out |= {name.replace("layer.0.", f"layer.{i}."): array + np.float32(0.001 * i) for name, array in layers.items()}
    state = {n: {"step": np.float32(7).reshape(()), "exp_avg": array + 0, "exp_avg_sq": array * array}
             for n, array in enumerate(out.values()) if array.dtype.kind == "f"}
    return dict(source) | {"model": torch_file.State(out), "optimizer": {"state": state, "param_groups": []}}


def write(file, source):
    torch_file.write(file, made(torch_file.read(source)), device="cuda:0")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mama")
    parser.add_argument("parity", type=pathlib.Path)
    parser.add_argument("--keep")
    options = parser.parse_args()
    case = options.parity / "mammoclip-ckpt"
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(options.keep or folder + "/big.tar")
        text = pathlib.Path(folder) / "text"
        text.mkdir()
        (text / "config.json").write_text((case / "text-model/config.json").read_text().replace('"num_attention_heads": 4', '"num_attention_heads": 12')
                                          .replace('"num_hidden_layers": 2', '"num_hidden_layers": 12'))
        words = (case / "text-model/vocab.txt").read_text().split("\n")
        words = words[:-1] if not words[-1] else words
        (text / "vocab.txt").write_text("\n".join(words + [f"word{i}" for i in range(28996 - len(words))]) + "\n")
        if not file.exists():
            maker = multiprocessing.Process(target=write, args=(file, next(case.glob("b5*.tar"))))
            maker.start()  # a process of its own: what it holds is no measure of what is measured
            maker.join()
        started = time.time()
        command = [options.mama, "checkpoint", "import", str(file), "--text-model", str(text), "--out", folder + "/model"]
        program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = program.stderr.read()
        _, status, used = os.wait4(program.pid, 0)
        print(f"{os.path.getsize(file) / 1e6:.0f} MB, imported in {time.time() - started:.1f} s, at most {used.ru_maxrss / 1024:.0f} MB resident")
        if status:
            sys.exit(said)


if __name__ == "__main__":
    main()
