#!/usr/bin/env python3
"""Image encoding of every family beside the public runtimes, in one run: MaMA's ViT-B/14, BiomedCLIP's, CLIP's and
SigLIP's ViTs, Mammo-CLIP's EfficientNets, at their published sizes with random weights (towers.py), one image, the same
threads for all. Each runtime runs in a process of its own that waits while another works; rounds are interleaved, so
that a busy machine disturbs all alike.

    python3 -m venv VENV && VENV/bin/pip install -r tests/bench/requirements.txt
    VENV/bin/python tests/bench/encode_image.py --mama BUILD/bin/mama --images DIR [--markdown OUT.md] [--family B5 ...]
        [--threads N] [--rounds N] [--json OUT]

--images: real pictures (*.png, *.jpg, *.dcm below it). Every precision encodes them; the table says how far they move a
similarity (to 64 random unit directions, the largest) from the same runtime's fp32, and what a sentence could at worst
see: the largest distance of two normalised embeddings. Exits with 1 if mama is slower than the fastest of the others in
fp32, or in its best precision than the fastest of all.
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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import towers

OTHERS = ["pytorch fp32", "pytorch bf16", "onnxruntime fp32", "onnxruntime int8", "openvino fp32", "openvino bf16", "openvino int8"]
OWN = ["mama fp32", "mama bf16", "mama int8"]
PICTURES_OF_OTHERS = 2


def sees(description):
    """ONNX Runtime's dynamic int8 is of products only: nothing is left of it in a net of convolutions."""
    convolutions = description["image"]["family"] == "efficientnet"
    return [name for name in OTHERS if not (convolutions and name == "onnxruntime int8")] + [name for name in OWN if not (convolutions and name == "mama int8")]


def quantised(core, folder, description):
    """OpenVINO's, by NNCF from the pictures, as its guide says."""
    import nncf, numpy as np
    pictures = np.load(folder / "images.npy")
    convolutions = description["image"]["family"] == "efficientnet"
    made = nncf.quantize(core.read_model(folder / "model.onnx"), nncf.Dataset([picture[None] for picture in pictures]), subset_size=len(pictures),
                         preset=nncf.QuantizationPreset.MIXED, model_type=None if convolutions else nncf.ModelType.TRANSFORMER)
    return made


def prepare(runtime, folder):
    """A call that takes an image [1, 3, rows, columns] and gives arrays."""
    import numpy as np
    name, precision = runtime.split()
    threads = int(os.environ["BENCH_THREADS"])
    description = json.loads((folder / "description.json").read_text())
    if name == "pytorch":
        import torch
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        layout = torch.channels_last if description["image"]["family"] == "efficientnet" else torch.contiguous_format
        model = towers.build(description).to(dtype=dtype, memory_format=layout)

        def call(image):
            made = model(torch.from_numpy(image).to(dtype=dtype, memory_format=layout))
            return [one.float().numpy() for one in (made if isinstance(made, tuple) else (made,))]
        return call
    if name == "onnxruntime":
        import onnxruntime
        file = folder / "model.onnx"
        if precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic
            file = folder / "model_int8.onnx"
            quantize_dynamic(folder / "model.onnx", file, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gemm"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it waits while others work
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        entry = session.get_inputs()[0].name
        return lambda image: session.run(None, {entry: image})
    import openvino
    core = openvino.Core()
    model = quantised(core, folder, description) if precision == "int8" else core.read_model(folder / "model.onnx")
    hint = {"fp32": "f32", "bf16": "bf16", "int8": "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"}[precision]
    compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": hint})
    request = compiled.create_infer_request()

    def call(image):
        request.infer([image])
        return [request.get_output_tensor(i).data for i in range(len(compiled.outputs))]
    return call


def export_onnx(folder):
    """The same graph for ONNX Runtime and OpenVINO, the same weights for mama."""
    import torch
    description = json.loads((folder / "description.json").read_text())
    rows, columns = towers.size_of(description)
    towers.write_model(folder / "model", description)
    torch.onnx.export(towers.build(description), (torch.zeros(1, 3, rows, columns),), str(folder / "model.onnx"), input_names=["image"], opset_version=18,
                      dynamo=True, external_data=False)


def worker(runtime, folder):
    """Prepares once and encodes the pictures; then answers each line on standard input with the milliseconds of one call."""
    import numpy as np
    if runtime == "export":
        return export_onnx(folder)
    call, pictures = prepare(runtime, folder), np.load(folder / "images.npy")[:PICTURES_OF_OTHERS]
    rows = [np.concatenate([part.reshape(-1, part.shape[-1]) for part in call(picture[None])]) for picture in pictures]
    np.save(folder / f"{runtime.replace(' ', '-')}.npy", np.concatenate(rows).astype(np.float32))
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        call(pictures[:1])
        print((time.perf_counter() - start) * 1e3, flush=True)


def command_of(runtime, folder, arguments):
    name, precision = runtime.split()
    if name != "mama":
        return [sys.executable, __file__, "--worker", runtime, "--folder", str(folder)]
    return [arguments.mama, "bench", "encode-image", "--quiet", "--model", folder / "model", "--precision", precision, "--threads",
            str(arguments.threads), "--images", folder / "images.npy", "--embeddings", folder / f"mama-{precision}.npy", "--on-line"]


def start(runtime, folder, arguments):
    process = subprocess.Popen(command_of(runtime, folder, arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    while line and line.strip() != "ready":  # some libraries talk on standard output
        line = process.stdout.readline()
    if line:
        return process
    print(f"{runtime}: not measured: {process.stderr.read().strip().splitlines()[-1:]}", file=sys.stderr)
    return None


def seconds_of(process):
    """Processor seconds so far, of all threads."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_of(process):
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def moves(folder, name):
    """(largest movement of a similarity, largest distance of two unit embeddings) against the same runtime's fp32."""
    import numpy as np
    exact, made = (np.load(folder / f"{name.split()[0]}-{precision}.npy").astype(np.float64) for precision in ("fp32", name.split()[1]))
    exact, made = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (exact, made))
    directions = np.random.default_rng(7).standard_normal((exact.shape[1], 64))
    directions /= np.linalg.norm(directions, axis=0)
    return float(np.abs((made - exact) @ directions).max()), float(np.linalg.norm(made - exact, axis=1).max())


def apart(folder):
    """The largest distance of mama's unit embeddings in fp32 from PyTorch's: that both compute the same."""
    import numpy as np
    theirs, ours = (np.load(folder / f"{name}-fp32.npy").astype(np.float64) for name in ("pytorch", "mama"))
    theirs, ours = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (theirs, ours[:len(theirs)]))
    return float(np.linalg.norm(theirs - ours, axis=1).max())


def pictures(folder, description, arguments):
    """The real pictures as mama prepares them for that size: [N, 3, rows, columns]."""
    import numpy as np
    rows, columns = towers.size_of(description)
    files = sorted(path for end in ("png", "jpg", "dcm") for path in pathlib.Path(arguments.images).rglob("*." + end))
    made = []
    for path in files:
        done = subprocess.run([arguments.mama, "preprocess", "--quiet", "--profile", description["input"]["profile"], "--size", str(rows), str(columns),
                               "--patch", "1", "--out", folder / "one.npy", path], capture_output=True, text=True)
        if done.returncode == 0:
            made.append(np.load(folder / "one.npy"))
    if not made:
        raise SystemExit(f"no picture below {arguments.images} could be read: {done.stderr if files else 'there is none'}")
    return np.stack(made).astype(np.float32)


def measure(name, folder, arguments):
    import numpy as np
    description = towers.DESCRIPTIONS[name]
    (folder / "description.json").write_text(json.dumps(description))
    np.save(folder / "images.npy", pictures(folder, description, arguments))
    subprocess.run([sys.executable, __file__, "--worker", "export", "--folder", str(folder)], check=True, capture_output=True)
    wanted = [runtime for runtime in sees(description) if not any(word in runtime for word in arguments.skip)]
    processes = {runtime: process for runtime in wanted if (process := start(runtime, folder, arguments))}
    rows = {runtime: {"milliseconds": [], "processor": []} for runtime in processes}
    for _ in range(arguments.rounds):
        for runtime, process in processes.items():
            before = seconds_of(process)
            process.stdin.write("go\n")
            process.stdin.flush()
            rows[runtime]["milliseconds"].append(float(process.stdout.readline()))
            rows[runtime]["processor"].append((seconds_of(process) - before) * 1e3)
    for runtime, process in processes.items():
        rows[runtime]["peak_MB"] = peak_of(process)
        process.stdin.close()
        process.wait()
    for runtime, row in rows.items():
        row["median"], row["processor_median"] = statistics.median(row["milliseconds"]), statistics.median(row["processor"])
        if f"{runtime.split()[0]} fp32" in rows:
            row["moves"], row["distance"] = moves(folder, runtime)
    if "mama fp32" in rows and "pytorch fp32" in rows:
        rows["mama fp32"]["from_pytorch"] = apart(folder)
    return rows


def verdict(rows, measure="median"):
    """(mama's fp32 over the fastest fp32 of the others, mama's best over the fastest of all): 1 or less is the aim."""
    def best(own, precision=""):
        return min((row[measure] for name, row in rows.items() if name.startswith("mama") == own and name.endswith(precision)), default=float("nan"))
    return best(True, "fp32") / best(False, "fp32"), best(True) / best(False)


def table(all_rows, processor, threads):
    load = os.getloadavg()
    lines = [f"Processor: {processor}, {threads} threads; load {load[0]:.1f}. Medians; one image at a time, random weights of the published sizes.", ""]
    lines += ["| family | runtime | ms | of the fastest | processor ms | peak MB | moves a similarity by, at most | distance, at most |", "|---|---|---|---|---|---|---|---|"]
    for family, rows in all_rows.items():
        fastest = min(row["median"] for row in rows.values())
        for name, row in sorted(rows.items(), key=lambda item: item[1]["median"]):
            shown = f"**{name}**" if name.startswith("mama") else name
            told = ("", "") if name.endswith("fp32") or "moves" not in row else (f"{row['moves']:.4f}", f"{row['distance']:.4f}")
            lines.append(f"| {family} | {shown} | {row['median']:.0f} | {row['median'] / fastest:.2f} | {row['processor_median']:.0f} | {row['peak_MB']:.0f} | {told[0]} | {told[1]} |")
    lines += ["", "| family | mama fp32 / fastest fp32 of the others | mama's best / fastest of the others | mama fp32 from PyTorch fp32, at most |", "|---|---|---|---|"]
    for family, rows in all_rows.items():
        same, best = verdict(rows)
        lines.append(f"| {family} | {same:.2f} | {best:.2f} | {rows.get('mama fp32', {}).get('from_pytorch', float('nan')):.1e} |")
    return "\n".join(lines) + "\n"


def processor_name():
    return next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "unknown")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mama", required="--worker" not in sys.argv, help="the program under test")
    parser.add_argument("--images", required="--worker" not in sys.argv, help="folder of real pictures")
    parser.add_argument("--family", nargs="*", default=[], help="words of families; default: all of " + ", ".join(towers.DESCRIPTIONS))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip", nargs="*", default=[], help="words of runtimes to leave out, for example: bf16 openvino")
    parser.add_argument("--markdown", help="also write the tables to this file")
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ["BENCH_THREADS"] = os.environ.get("BENCH_THREADS", str(arguments.threads))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # nobody spins while another is measured
    if arguments.worker:
        worker(arguments.worker, pathlib.Path(arguments.folder))
        return 0
    all_rows = {}
    for family in towers.DESCRIPTIONS:
        if arguments.family and not any(word in family for word in arguments.family):
            continue
        with tempfile.TemporaryDirectory() as name:
            all_rows[family] = measure(family, pathlib.Path(name), arguments)
        print(table({family: all_rows[family]}, processor_name(), arguments.threads), flush=True)
    if arguments.markdown:
        pathlib.Path(arguments.markdown).write_text(table(all_rows, processor_name(), arguments.threads))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(all_rows, indent=2))
    slower = [family for family, rows in all_rows.items() if not all(ratio <= 1 for ratio in verdict(rows))]
    print("slower than the fastest of the others: " + ", ".join(slower) if slower else "mama is no slower than the fastest of the others")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
