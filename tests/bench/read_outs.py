#!/usr/bin/env python3
"""Where a model trained by MaMA's terms alone keeps a lesion's place: its maps read out in every way, on phantoms.

    tests/bench/read_outs.py --mama BUILD/bin/mama [--work FOLDER] [--seed 42] [--steps 90] [--studies 160] [--tests 400]

Commands of the project alone: phantoms to train on (seed 41) and to evaluate on (seed 1,000,000), a start with the demo's image
tower and random heads (`checkpoint start --image-model`), MaMA's losses in the paper's weighting without any mask or sentence term
(`train`), all read-outs of its last checkpoint from one encoding (`evaluate-findings --map-way all`), the demo beside it. What is
done is left alone. Prints the table in Markdown, with 95 % intervals by patient. The tower has seen lesion masks in the demo's
training: this shows where the place is lost, not that masks are never needed.
"""
import argparse
import json
import os
import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / "resources" / "demo"
FIGURES = [("mass AUC", "mass_auc_local"), ("mass hit, pair", "mass_hit_pair"), ("calc. AUC", "calcification_auc_local"),
           ("calc. hit, pair", "calcification_hit_pair")]


def config(options):
    return {
        "task": "pretrain", "seed": options.seed, "steps": options.steps, "batch": 32, "accumulation": 1,
        "model": {"start": "start", "name": "read-outs", "text_training": "lora", "dropout": 0,
                  "trained_on": "synthetic phantoms (not patients), by MaMA's terms alone; its image tower had seen lesion masks"},
        "lora": {"rank": 8, "alpha": 32, "dropout": 0},
        "data": {"root": "phantoms", "cache": "prepared", "validation_share": 0.05, "test_share": 0, "label": "density"},
        "captions": {"mask_share": 1, "mask": 0.6, "single_sentence_share": 0.3},
        "sampler": "lesions", "augment": {"set": "light"},
        "schedule": {"max_lr": 1e-3, "min_lr": 3e-5, "warm_up_steps": 20},
        "optimizer": {"beta2": 0.98, "weight_decay": 0.05, "clip": 1, "tower_factor": 0.5},
        "loss": {"schedule": "paper_mean", "late_loss": 0, "simclr_weight": 0.25},
        "precision": "mixed", "threads": options.threads, "checkpoint_every": 30, "keep_every": 30}


def cell(figures, name):
    figure = figures.get(name)
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})" if figure else "–"


def print_table(reports):
    print("| model, read-out | " + " | ".join(title for title, _ in FIGURES) + " |")
    print("|" + "---|" * (len(FIGURES) + 1))
    for title, report in reports:
        for way in report["order"]:
            figures = report["map_ways"][way]["figures"]
            print(f"| {title}, {way} | " + " | ".join(cell(figures, name) for _, name in FIGURES) + " |")
    figures = next(iter(reports[0][1]["map_ways"].values()))["figures"]
    print("| oracle of the grid | – | " + cell(figures, "mass_oracle") + " | – | " + cell(figures, "calcification_oracle") + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mama", required=True)
    parser.add_argument("--work", default="read-outs")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--steps", type=int, default=90)
    parser.add_argument("--studies", type=int, default=160)
    parser.add_argument("--tests", type=int, default=400)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    mama, work = str(pathlib.Path(options.mama).resolve()), pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)

    def run(*arguments):
        subprocess.run([mama, *map(str, arguments)], cwd=work, check=True, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"})

    for folder, seed, studies, more in (("phantoms", 41, options.studies, ["--balanced"]), ("evaluation", 1_000_000, options.tests, [])):
        done = work / (folder + ".done")
        if not done.exists():
            run("phantom", "--seed", seed, "--studies", studies, "--size", "512x416", "--priors", 0, "--out", folder, *more)
            done.touch()
    if not (work / "start" / "model.json").exists():
        run("checkpoint", "start", DEMO / "model-description.json", "--image-model", DEMO, "--texts", DEMO / "texts.txt", "--seed",
            options.seed, "--out", "start")
    state = work / "run" / "state.json"
    if not state.exists() or json.loads(state.read_text())["status"] != "finished":
        (work / "config.json").write_text(json.dumps(config(options), indent=2) + "\n")
        run("train", "--config", "config.json", "--run", "run", *(["--resume"] if state.exists() else []))
    last = json.loads(state.read_text())["last_checkpoint"]
    reports = []
    for title, model in (("MaMA's terms", f"run/checkpoints/{last}"), ("demo (masks)", DEMO)):
        out = work / (title.split()[0].strip("'s") + ".json")
        if not out.exists():
            run("evaluate-findings", "--model", model, "--data", "evaluation", "--sentences", DEMO / "sentences.json", "--map-way",
                "all", "--threads", options.threads, "--out", out.name)
        reports.append((title, json.loads(out.read_text())))
    print_table(reports)


main()
