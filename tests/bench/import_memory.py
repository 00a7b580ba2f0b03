#!/usr/bin/env python3
"""import_memory.py MAMA PARITY [--form mammo-clip|siglip] [--keep FILE]: a file of a published size with random weights is
made after the small one of the cases, and imported: its size, and the most memory that the command held resident.
mammo-clip: EfficientNet-B5 and BERT-base in a .tar, the optimizer's two moments beside each weight, 1.6 GB; siglip:
MedSigLIP's towers in safetensors, whose queries, keys and values lie apart and are stacked, 3.5 GB. Needs numpy."""
import argparse, json, multiprocessing, os, pathlib, shutil, struct, subprocess, sys, tempfile, time

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


LARGE = {"hidden_size": 1152, "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 27}


def large_siglip(case, folder):
    """The case's folder with MedSigLIP's sizes: each tensor's sides become those of the large model."""
    shutil.copytree(case, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
    config = json.loads((case / "config.json").read_text())
    with open(case / "model.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    header.pop("__metadata__", None)
    vision, text = config["vision_config"], config["text_config"]
    sides = {vision["hidden_size"]: 1152, 3 * vision["hidden_size"]: 3456, vision["intermediate_size"]: 4304, text["hidden_size"]: 1152,
             text["intermediate_size"]: 4304, (vision["image_size"] // vision["patch_size"]) ** 2: 1024}
    shapes = {}
    for name, entry in header.items():
        kept = name.endswith("position_embedding.weight") and name.startswith("text") or "patch_embedding.weight" in name
        shape = [sides.get(side, side) if not kept or i == (0 if "patch" in name else 1) else side for i, side in enumerate(entry["shape"])]
        layer = name.split("layers.")[1].split(".")[0] if "layers." in name else None
        for n in range(27) if layer == "0" else [] if layer else [None]:
            shapes[name if n is None else name.replace("layers.0.", f"layers.{n}.")] = shape
    vision.update(LARGE, image_size=448)
    text.update(LARGE, projection_size=1152)
    (folder / "config.json").write_text(json.dumps(config))
    at, entries = 0, {}
    for name, shape in shapes.items():
        size = 4 * int(np.prod(shape))
        entries[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    values = (np.random.default_rng(0).standard_normal(1 << 22, "f4") * np.float32(0.02)).tobytes()
    with open(folder / "model.safetensors", "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for entry in entries.values():
            left = entry["data_offsets"][1] - entry["data_offsets"][0]
            while left > 0:
                left -= out.write(values[:left])


def write(file, source):
    torch_file.write(file, made(torch_file.read(source)), device="cuda:0")


def measure(file, command):
    started = time.time()
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = program.stderr.read()
    _, status, used = os.wait4(program.pid, 0)
    print(f"{os.path.getsize(file) / 1e6:.0f} MB, imported in {time.time() - started:.1f} s, at most {used.ru_maxrss / 1024:.0f} MB resident")
    if status:
        sys.exit(said)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mama")
    parser.add_argument("parity", type=pathlib.Path)
    parser.add_argument("--form", choices=["mammo-clip", "siglip"], default="mammo-clip")
    parser.add_argument("--keep")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.form == "siglip":
            source = pathlib.Path(folder) / "siglip"
            maker = multiprocessing.Process(target=large_siglip, args=(options.parity / "siglip-ckpt/model", source))
            maker.start()
            maker.join()
            return measure(source / "model.safetensors", [options.mama, "checkpoint", "import", str(source), "--out", folder + "/model"])
        case = options.parity / "mammoclip-ckpt"
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
        measure(file, [options.mama, "checkpoint", "import", str(file), "--text-model", str(text), "--out", folder + "/model"])


if __name__ == "__main__":
    main()
