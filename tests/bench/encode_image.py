#!/usr/bin/env python3
"""Image encoding beside the public runtimes, in one run: ViT-B/14 with 4 registers and random weights, one
518 x 518 image, the same threads for all. Each runtime runs in a process of its own, one after the other, so
that no thread pool disturbs another; rounds are interleaved, so that a busy machine disturbs all alike.

    python3 -m venv VENV && VENV/bin/pip install -r tests/bench/requirements.txt
    VENV/bin/python tests/bench/encode_image.py --mama BUILD/bin/mama [--threads N] [--rounds N] [--json OUT]

Prints one line a runtime and precision (median and range in milliseconds) and exits with 1 if mama is slower
than the fastest of the others in fp32, or over all precisions.
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

WIDTH, DEPTH, HEADS, PATCH, REGISTERS, SIDE = 768, 12, 12, 14, 4, 518
RUNTIMES = ["pytorch fp32", "pytorch bf16", "onnxruntime fp32", "onnxruntime int8", "openvino fp32", "openvino bf16", "openvino int8"]


def build_model():
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6), nn.LayerNorm(WIDTH, eps=1e-6)
            self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.fc1, self.fc2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
            self.gamma1, self.gamma2 = nn.Parameter(torch.full((WIDTH,), 0.5)), nn.Parameter(torch.full((WIDTH,), 0.5))

        def forward(self, x):
            n, t, _ = x.shape
            q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
            y = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, WIDTH)
            x = x + self.gamma1 * self.proj(y)
            return x + self.gamma2 * self.fc2(nn.functional.gelu(self.fc1(self.norm2(x))))

    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            grid = SIDE // PATCH
            self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH)
            self.cls = nn.Parameter(torch.randn(1, 1, WIDTH) * 0.02)
            self.registers = nn.Parameter(torch.randn(1, REGISTERS, WIDTH) * 0.02)
            self.position = nn.Parameter(torch.randn(1, 1 + grid * grid, WIDTH) * 0.02)
            self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
            self.norm = nn.LayerNorm(WIDTH, eps=1e-6)

        def forward(self, image):
            x = self.patches(image).flatten(2).transpose(1, 2)
            x = torch.cat([self.cls, x], 1) + self.position
            x = torch.cat([x[:, :1], self.registers, x[:, 1:]], 1)
            for block in self.blocks:
                x = block(x)
            return x.mean(1), self.norm(x[:, 1 + REGISTERS:])

    torch.manual_seed(1)
    return Tower().eval()


def prepare(runtime, folder):
    """A call without arguments that encodes one image."""
    import numpy as np
    name, precision = runtime.split()
    threads = int(os.environ["BENCH_THREADS"])
    image = np.random.default_rng(1).standard_normal((1, 3, SIDE, SIDE)).astype(np.float32)
    onnx_file = folder / "model.onnx"
    if name == "pytorch":
        import torch
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        model, tensor = build_model().to(dtype), torch.from_numpy(image).to(dtype)
        return lambda: model(tensor)
    if name == "onnxruntime":
        import onnxruntime
        file = onnx_file
        if precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic
            file = folder / "model_int8.onnx"
            if not file.exists():
                quantize_dynamic(onnx_file, file, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gemm"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: image}
        return lambda: session.run(None, feed)
    import openvino
    core = openvino.Core()
    model = core.read_model(onnx_file)
    if precision == "int8":
        import nncf
        data = nncf.Dataset([np.random.default_rng(i).standard_normal((1, 3, SIDE, SIDE)).astype(np.float32) for i in range(2)])
        model = nncf.quantize(model, data, subset_size=2, model_type=nncf.ModelType.TRANSFORMER)
    hint = {"fp32": "f32", "bf16": "bf16", "int8": "f32"}[precision]
    compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": hint})
    request = compiled.create_infer_request()
    return lambda: request.infer([image])


def export_onnx(folder):
    """The same graph for ONNX Runtime and OpenVINO."""
    import torch
    example = torch.zeros(1, 3, SIDE, SIDE)
    torch.onnx.export(build_model(), (example,), str(folder / "model.onnx"), input_names=["image"], output_names=["global", "patches"],
                      opset_version=18, dynamo=True, external_data=False)


def worker(runtime, folder):
    """Prepares once, then answers each line on standard input with the milliseconds of one call."""
    call = prepare(runtime, folder)
    call()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        call()
        print((time.perf_counter() - start) * 1e3, flush=True)


def measure_others(folder, rounds, skip):
    processes, times = {}, {}
    for runtime in RUNTIMES:
        if any(word in runtime for word in skip):
            continue
        process = subprocess.Popen([sys.executable, __file__, "--worker", runtime, "--folder", str(folder)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        while line and line.strip() != "ready":  # some libraries talk on standard output
            line = process.stdout.readline()
        if line.strip() == "ready":
            processes[runtime], times[runtime] = process, []
        else:
            print(f"{runtime}: not measured: {process.stderr.read().strip().splitlines()[-1:]}", file=sys.stderr)
    for _ in range(rounds):
        for runtime, process in processes.items():
            process.stdin.write("go\n")
            process.stdin.flush()
            times[runtime].append(float(process.stdout.readline()))
    for process in processes.values():
        process.stdin.close()
        process.wait()
    return times


def measure_mama(program, threads, rounds):
    done = subprocess.run([program, "bench", "encode-image", "--json", "--quiet", "--threads", str(threads), "--repeat", str(rounds)],
                          check=True, capture_output=True, text=True)
    report = json.loads(done.stdout)
    return {f"mama {entry['precision']}": entry["milliseconds"] for entry in report["results"]}, report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mama", help="the program under test; without it only the others are measured")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--skip", nargs="*", default=[], help="words of runtimes to leave out, for example: bf16 openvino")
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ["BENCH_THREADS"] = os.environ.get("BENCH_THREADS", str(arguments.threads))
    if arguments.worker:
        worker(arguments.worker, pathlib.Path(arguments.folder))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        export_onnx(folder)
        times = measure_others(folder, arguments.rounds, arguments.skip)
    others = {name: statistics.median(values) for name, values in times.items()}
    report = {}
    if arguments.mama:
        ours, report = measure_mama(arguments.mama, arguments.threads, arguments.rounds)
        times.update(ours)
    for name, values in sorted(times.items(), key=lambda item: statistics.median(item[1])):
        print(f"{name:20s} {statistics.median(values):8.1f} ms   {min(values):8.1f} to {max(values):8.1f}   {len(values)} runs, {arguments.threads} threads")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"milliseconds": times, "mama": report}, indent=2))
    if not arguments.mama or not others:
        return 0
    best = min(statistics.median(values) for name, values in times.items() if name.startswith("mama"))
    same = min((value for name, value in others.items() if name.endswith("fp32")), default=float("inf"))
    slower = best > min(others.values()) or statistics.median(times["mama fp32"]) > same
    print("mama is slower than the fastest of the others" if slower else "mama is no slower than the fastest of the others")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
