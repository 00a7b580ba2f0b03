#!/usr/bin/env python3
"""region_phantoms.py MAMA MODEL FOLDER [--studies N] [--size ROWSxCOLUMNS] [--boxes N] [--kills N] [--seed N]: how well a region finds others.

Makes evaluation phantoms (seeds from 1000000 up, which no model is trained on), imports them and makes their patches once in FOLDER;
with --kills the command is killed at random moments first and goes on. Then boxes are looked for with mama search --region: any box
finds the image that it is drawn on first; two stages find at least nine tenths of the 20 nearest images that the exact search finds;
and of boxes around lesions the 20 nearest images of other studies show a lesion of the same kind at least twice as often as images do
by chance. Prints the figures; exit status 1 if one is not reached."""
import argparse, csv, json, os, random, signal, statistics, subprocess, sys, time

import numpy, PIL.Image

AT = 20


def mama(program, *arguments):
    told = subprocess.run([program, "--quiet", *arguments], capture_output=True, text=True)
    if told.returncode not in (0, 3):
        sys.exit(f"{' '.join(arguments)}: {told.stderr}")
    return told.stdout


def killed(program, arguments, times, chance):
    """Runs a command, killed so many times after a while; how many of them were in time."""
    hits = 0
    for _ in range(times):
        process = subprocess.Popen([program, "--quiet", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(0.2, 6))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            hits += 1
    return hits


def boxes_of(data):
    """[(image's path, kind, (x, y, w, h))] of each lesion that its mask shows."""
    out = []
    with open(os.path.join(data, "lesions.csv")) as file:
        for row in csv.DictReader(file):
            shown = numpy.argwhere(numpy.asarray(PIL.Image.open(os.path.join(data, row["mask"]))) > 0)
            if len(shown):
                (top, left), (bottom, right) = shown.min(0), shown.max(0) + 1
                out.append((os.path.join(data, row["anon_dicom_path"]), row["kind"], (int(left), int(top), int(right - left), int(bottom - top))))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mama")
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--size", default="512x416")
    parser.add_argument("--boxes", type=int, default=60, help="of each sort")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program, chance = arguments.mama, random.Random(arguments.seed)
    data, library = os.path.join(arguments.folder, "data"), os.path.join(arguments.folder, "library")
    if not os.path.exists(data):
        mama(program, "phantom", "--seed", "1000000", "--studies", str(arguments.studies), "--size", arguments.size, "--priors", "0", "--balanced", "--out", data)
    if not os.path.exists(library):
        mama(program, "import", "embed", data, "--library", library, "--headers")
    make = ["library", "patches", "make", "--library", library, "--model", arguments.model]
    print("told first:", mama(program, *make, "--dry-run").strip())
    if arguments.kills:
        print(f"killed {killed(program, make, arguments.kills, chance)} times")
    start = time.time()
    made = json.loads(mama(program, *make, "--json"))
    print(f"made: {made['before']} images were there, {made['embedded']} made in {time.time() - start:.0f} s; {made['patches']} patches, {made['disk'] / 1e6:.1f} MB, in memory {made['memory'] / 1e6:.1f} MB")
    wrong = made["computed"] != made["embedded"]
    if made["two_stages"]:
        two = made["two_stages"]
        wrong |= two["recall"] < 0.9
        print(f"two stages: recall at {two['at']} {two['recall']:.3f} over {two['questions']} patches (aim 0.9); exact {two['exact_ms']:.1f} ms, two stages {two['two_stages_ms']:.1f} ms")

    def search(path, box, *more):
        return json.loads(mama(program, "search", "--library", library, "--region", path + ":" + ",".join(map(str, box)), "--json", *more))

    lesions = boxes_of(data)
    kind_of = {}
    for path, kind, _ in lesions:
        kind_of.setdefault(os.path.realpath(path), set()).add(kind)
    images = made["images"]
    first, recalls, asked = 0, [], chance.sample(lesions, min(arguments.boxes, len(lesions)))
    figures = {}
    for path, kind, box in asked:
        exact, two = (search(path, box, "--top", "100", stage)["images"] for stage in ("--exact", "--two-stages"))
        first += os.path.realpath(exact[0]["path"]) == os.path.realpath(path) and os.path.realpath(two[0]["path"]) == os.path.realpath(path)
        own = exact[0]["study"]
        wanted = [each["image"] for each in exact if each["path"] != exact[0]["path"]][:AT]
        given = {each["image"] for each in two[:AT + 1]}
        recalls.append(sum(each in given for each in wanted) / len(wanted))
        others = [each for each in exact if each["study"] != own][:AT]
        hits = sum(kind in kind_of.get(os.path.realpath(each["path"]), ()) for each in others)
        figures.setdefault(kind, []).append(hits / AT)
    wrong |= first < len(asked) or statistics.mean(recalls) < 0.9
    print(f"{len(asked)} lesion boxes: {first} find themselves first; two stages' recall at {AT}: {statistics.mean(recalls):.3f} (least {min(recalls):.2f})")
    for kind, values in sorted(figures.items()):
        by_chance = sum(kind in kinds for kinds in kind_of.values()) / images
        times = statistics.mean(values) / by_chance
        wrong |= times < 2
        print(f"{kind:15} precision at {AT} {statistics.mean(values):.3f} over {len(values)} boxes, by chance {by_chance:.3f}: {times:.1f} times{'' if times >= 2 else ', BELOW TWICE'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
