#!/usr/bin/env python3
"""python3 tests/other_parity PARITY OUT: a copy of the parity folder with other sizes, names, settings and pictures, for
MAMA_PARITY=OUT: no test's source may need a change for it.

Losses, gradients, trajectories of training and embeddings are computed here in numpy and float64, apart from the program
and from its library; each formula is first held against the case that is handed over. Needs numpy; for what prepares
pictures opencv-python-headless and Pillow (without them those cases stay as they are)."""
import importlib
import pathlib
import sys

import checkpoint_case
import loss_case
import renamed_cases
import training_case


def make(parity, out):
    made = {"loss": loss_case.make, "mama-ckpt": checkpoint_case.make, "metrics": renamed_cases.make_metrics,
            "captions": renamed_cases.make_captions, "hostile": renamed_cases.make_hostile,
            "vision": renamed_cases.make_vision, "text": renamed_cases.make_texts,
            "training": lambda handed, to: training_case.make(handed, parity / "mama-ckpt", to),
            "lora": lambda handed, to: renamed_cases.make_folders(handed, to, "adapted"),
            "tokenizers": lambda handed, to: renamed_cases.make_folders(handed, to, "words")}
    for name, module, function in (("preprocess", "picture_case", "make"), ("mammoclip-ckpt", "mammo_case", "make_clip"),
                                   ("mammofm-ckpt", "mammo_case", "make_fm"), ("openclip-ckpt", "clip_case", "make_clip"),
                                   ("siglip-ckpt", "clip_case", "make_siglip"), ("cleft-ckpt", "cleft_case", "make")):
        try:
            made[name] = getattr(importlib.import_module(module), function)
        except ImportError as missing:
            print(f"{name} stays as it is: {missing}", file=sys.stderr)
    out.mkdir(parents=True)
    for entry in parity.iterdir():
        if entry.name in made:
            made[entry.name](entry, out / entry.name)
            print(entry.name, file=sys.stderr)
        else:
            (out / entry.name).symlink_to(entry)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    make(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:]))
