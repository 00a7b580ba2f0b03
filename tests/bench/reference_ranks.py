#!/usr/bin/env python3
"""What the default range of maps and the ranks are worth, on phantoms that nothing was made of (NumPy alone is needed).

    tests/bench/reference_ranks.py --mama BUILD/bin/mama [--model demo] [--studies 260] [--seed 4000000] [--work FOLDER]

On lesion-free studies: the share of the breast above the 99th percentile of the reference, by image and sentence. On all: the AUC
of a sentence's similarities and of its ranks, by image.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

import numpy

SENTENCES = {"There is a mass.": "mass", "Calcifications are present.": "calcification"}


def auc(values, positive):
    values, positive = numpy.asarray(values), numpy.asarray(positive, bool)
    if positive.all() or not positive.any():
        return float("nan")
    above = values[positive][:, None] - values[~positive][None]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def ask(options, study, maps):
    command = [options.mama, "--quiet", "query", "--model", options.model, "--study", study, "--maps", maps, "--json", "--no-cache"]
    for text in SENTENCES:
        command += ["--text", text]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mama", required=True)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--studies", type=int, default=260)
    parser.add_argument("--seed", type=int, default=4000000)
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or pathlib.Path(temporary)
        data = work / "phantoms"
        if not data.exists():
            subprocess.run([options.mama, "--quiet", "phantom", "--seed", str(options.seed), "--studies", str(options.studies), "--size",
                            "512x416", "--priors", "0", "--out", data], check=True, capture_output=True)
        lesions = {}
        with open(data / "lesions.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                lesions.setdefault(row["anon_dicom_path"], []).append((row["kind"], row["mask"]))
        area = {text: [] for text in SENTENCES}
        free = 0
        scores = {text: ([], [], [], []) for text in SENTENCES}  # similarity, rank, neutral rank, lesion there
        for study in sorted((data / "images").glob("*/*")):
            own = [path for path in lesions if str(study.relative_to(data)) in path]
            maps = work / "maps"
            reply = ask(options, study, maps)
            free += not own
            for image, about in enumerate(reply["images"]):
                name = str(pathlib.Path(about["path"]).relative_to(data))
                kinds = {kind for kind, _ in lesions.get(name, [])}
                for index, (text, kind) in enumerate(SENTENCES.items()):
                    if kinds <= {kind}:  # other lesions are neither yes nor no
                        for place, value in zip(scores[text], (about["scores"][index], about["ranks"][index],
                                                                about["neutral_ranks"][index], kind in kinds)):
                            place.append(value)
                    if own:
                        continue
                    file = next(m["path"] for m in reply["maps"] if m["image"] == image and m["text"] == index)
                    values = numpy.load(file)
                    breast = numpy.load(file.split("_text")[0] + "_breast.npy") > 0
                    seen = breast & numpy.isfinite(values)
                    area[text].append(float((values[seen] > reply["texts"][index]["map_range"][1]).mean()))
        print(f"{free} studies without a lesion")
        for text in SENTENCES:
            share = numpy.array(area[text])
            similarity, rank, neutral, there = scores[text]
            print(f"{text}  breast above the 99th percentile: median {100 * numpy.median(share):.2f} %, mean {100 * share.mean():.2f} %, "
                  f"90th percentile {100 * numpy.quantile(share, 0.9):.2f} % of {len(share)} images")
            print(f"    AUC of {sum(there)} against {len(there) - sum(there)} images: similarity {auc(similarity, there):.4f}, rank "
                  f"{auc(rank, there):.4f}, rank among neutral sentences {auc(neutral, there):.4f}")


main()
