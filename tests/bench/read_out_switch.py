#!/usr/bin/env python3
"""How long the window waits for the maps of a study in another read-out: the engine encodes four images once, then reads
them out of the kept inputs of the last blocks in every other way that the model has, and once from the beginning for
comparison. The model is ViT-B/14 at 518 with random weights, or --model.

    VENV/bin/python tests/bench/read_out_switch.py --mama BUILD/bin/mama --study STUDY [--model DIR] [--precision bf16]

Prints milliseconds a study for each way: the median, the least and the largest of --rounds.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))


class Engine:
    def __init__(self, mama, *options):
        self.process = subprocess.Popen([mama, "engine", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.count = 0

    def ask(self, method, **given):
        """(result, milliseconds)"""
        self.count += 1
        start = time.perf_counter()
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": self.count, "method": method, "params": given}) + "\n")
        self.process.stdin.flush()
        while True:
            reply = json.loads(self.process.stdout.readline())
            if reply.get("id") == self.count:
                break
        if "error" in reply:
            raise SystemExit(f"{method}: {reply['error']}")
        return reply["result"], 1e3 * (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mama", required=True)
    parser.add_argument("--study", required=True, help="a folder with the images of one study")
    parser.add_argument("--model", help="a model folder; default: ViT-B/14 at 518 with random weights, which needs torch")
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.model:
            import towers
            description = towers.DESCRIPTIONS["mama-vit-b14-518"]
            arguments.model = str(pathlib.Path(folder) / "model")
            towers.write_model(pathlib.Path(arguments.model), description)
        engine = Engine(arguments.mama, "--cache", str(pathlib.Path(folder) / "cache"), "--precision", arguments.precision)
        engine.ask("hello", protocol=1)
        loaded, _ = engine.ask("load", model=arguments.model)
        ways = loaded["model"]["map_ways"]
        study, first = engine.ask("encode", paths=[arguments.study], map_way=ways[0])
        if not all(image["kept"] for image in study["images"]):
            raise SystemExit("the inputs of the last blocks are not kept")
        print(f"{len(study['images'])} images, {arguments.precision}: encoded as {ways[0]} in {first:.0f} ms")
        for way in ways[1:]:
            times = []
            for _ in range(arguments.rounds):
                read, spent = engine.ask("encode", paths=[arguments.study], map_way=way)
                times.append(spent)
                engine.ask("release", study=read["study"])
            print(f"{way:11s} {statistics.median(times):6.0f} ms ({min(times):.0f} to {max(times):.0f})")
        engine.ask("shutdown")


if __name__ == "__main__":
    main()
