#!/usr/bin/env python3
"""search_phantoms.py MAMA MODEL FOLDER [--studies N] [--size ROWSxCOLUMNS] [--checked N] [--balanced]: how well sentences find phantoms.

Makes evaluation phantoms (seeds from 1000000 up, which no model is trained on), imports and embeds them once in FOLDER, and asks ten
sentences of all. Average precision by mama search's own figures against that of a random order, for masses, calcifications and each
density; and the scores of some studies against `mama query` on the same files. Exit status 1: below twice a random order's, or a
score differs by more than 2e-3."""
import argparse, json, os, subprocess, sys

QUESTIONS = [  # kind, sentence, what is relevant
    ("masses", "There is a mass.", "not missing(mass_shape)"),
    ("masses", "A suspicious mass.", "not missing(mass_shape)"),
    ("masses", "The mammogram shows a mass.", "not missing(mass_shape)"),
    ("calcifications", "There are calcifications.", "not missing(calcification)"),
    ("calcifications", "A cluster of calcifications.", "not missing(calcification)"),
    ("calcifications", "Calcifications are present.", "not missing(calcification)"),
    ("density A", "The breast is almost entirely fat.", "density = a"),
    ("density B", "The breast is scattered fibroglandular densities.", "density = b"),
    ("density C", "The breast is heterogeneously dense.", "density = c"),
    ("density D", "The breast is extremely dense.", "density = d"),
]


def mama(program, *arguments):
    told = subprocess.run([program, "--quiet", *arguments], capture_output=True, text=True)
    if told.returncode not in (0, 3):
        sys.exit(f"{' '.join(arguments)}: {told.stderr}")
    return told.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mama")
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--size", default="1024x832")
    parser.add_argument("--checked", type=int, default=3)
    parser.add_argument("--balanced", action="store_true", help="densities in equal shares, not 10, 40, 40, 10 %%")
    arguments = parser.parse_args()
    program, data, library = arguments.mama, os.path.join(arguments.folder, "data"), os.path.join(arguments.folder, "library")
    if not os.path.exists(data):
        mama(program, "phantom", "--seed", "1000000", "--studies", str(arguments.studies), "--size", arguments.size, "--priors", "0", *(["--balanced"] if arguments.balanced else []), "--out", data)
    if not os.path.exists(library):
        mama(program, "import", "embed", data, "--library", library, "--headers")
    print("embed:", mama(program, "library", "embed", "--library", library, "--model", arguments.model).splitlines()[-1])
    by_kind, wrong, answers = {}, False, {}
    for kind, sentence, what in QUESTIONS:
        answer = json.loads(mama(program, "search", "--library", library, "--text", sentence, "--relevant", what,
                                 "--top", "1000000", "--no-peaks", "--json"))
        ranking = answer["ranking"]
        answers[sentence] = {study["study"]: study for study in answer["studies"]}
        by_kind.setdefault(kind, []).append((ranking["average_precision"], ranking["average_precision_random"]))
        print(f"{kind:15} AP {ranking['average_precision']:.3f} chance {ranking['average_precision_random']:.3f}  {ranking['relevant']} of {ranking['studies']}  \"{sentence}\"")
    for kind, figures in by_kind.items():
        mean, chance = (sum(each) / len(figures) for each in zip(*figures))
        wrong |= mean < 2 * chance
        print(f"{kind:15} MAP {mean:.3f}, {mean / chance:.2f} times a random order's{'' if mean >= 2 * chance else ': BELOW TWICE'}")
    worst = 0
    first = answers[QUESTIONS[0][1]]
    for study in list(first)[:: max(1, len(first) // arguments.checked)][: arguments.checked]:
        paths = [image["path"] for image in first[study]["images"]]
        texts = [each for _, sentence, _ in QUESTIONS for each in ("--text", sentence)]
        reply = json.loads(mama(program, "query", "--model", arguments.model, "--study", *paths, *texts, "--json"))
        for (_, sentence, _), score in zip(QUESTIONS, reply["study"]["scores"]):
            worst = max(worst, abs(score - answers[sentence][study]["score"]))
    print(f"scores against mama query: {arguments.checked} studies, {len(QUESTIONS)} sentences, largest difference {worst:.1e}")
    return 1 if wrong or worst > 2e-3 else 0


if __name__ == "__main__":
    sys.exit(main())
