#!/usr/bin/env python3
"""Shares of sentences that `mama query --json` calls unlike any that the model knows.

    tests/bench/sentence_lists.py --mama BUILD/bin/mama [--model demo] [--study FOLDER] LIST.txt...

A list holds one sentence a line; default: those of tests/core/zeroshot/sentences. Without --study: a phantom is made.
Prints for each list how many are unlike, the range of familiarity, and the sentences on the wrong side of most lists' aim.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

LISTS = pathlib.Path(__file__).resolve().parent.parent / "core" / "zeroshot" / "sentences"


def ask(options, study, texts):
    command = [options.mama, "--quiet", "query", "--model", options.model, "--study", study, "--json"]
    for text in texts:
        command += ["--text", text]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mama", required=True)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--study")
    parser.add_argument("--show", type=int, default=10, help="sentences shown of each side")
    parser.add_argument("lists", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = options.study
        if not study:
            subprocess.run([options.mama, "--quiet", "phantom", "--seed", "4200000", "--studies", "1", "--priors", "0", "--size",
                            "256x208", "--out", folder], check=True, capture_output=True)
            study = folder + "/images"
        for path in options.lists or sorted(LISTS.glob("*.txt")):
            texts = [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
            begun, rows = time.monotonic(), []
            for first in range(0, len(texts), 100):
                reply = ask(options, study, texts[first:first + 100])
                rows += reply["texts"]
            unlike = [row for row in rows if row["unlike"]]
            values = [row["familiarity"] for row in rows]
            print(f"{path.name}: {len(unlike)} of {len(rows)} unlike ({100 * len(unlike) / len(rows):.1f} %), familiarity "
                  f"{min(values):.2f} to {max(values):.2f}, median {statistics.median(values):.2f}, threshold "
                  f"{reply['known']['threshold']:.3f}, {time.monotonic() - begun:.1f} s")
            few = unlike if len(unlike) * 2 < len(rows) else [row for row in rows if not row["unlike"]]
            for row in few[:options.show]:
                print(f"    {row['familiarity']:.2f}  {row['text']}   (nearest: {row['nearest']['text']})")


main()
