"""Cases of the same numbers under other names, and fewer of them in another order, where each row stands for itself."""
import csv
import json

import numpy as np


def write_case(out, case, files):
    (out / "case.json").write_text(json.dumps(case | {"files": files}, indent=1))


def folders_of(handed):
    return sorted(entry.name for entry in handed.iterdir() if entry.is_dir())


def renamed(file, names):
    head, slash, rest = file.partition("/")
    return names.get(head, head) + slash + rest


def make_folders(handed, out, prefix):
    """Every set of the case under another name, newest first."""
    out.mkdir()
    case = json.loads((handed / "case.json").read_text())
    names = {name: f"{prefix}-{n}" for n, name in enumerate(reversed(folders_of(handed)))}
    for entry in handed.iterdir():
        if entry.name != "case.json":
            (out / names.get(entry.name, entry.name)).symlink_to(entry)
    write_case(out, case, {renamed(file, names): facts for file, facts in case["files"].items()})


def make_texts(handed, out, rows=(5, 0, 2)):
    """Text towers under other names, some rows of each batch. MiniLM's numbers are of fixed sentences: they stay."""
    out.mkdir()
    case, files = json.loads((handed / "case.json").read_text()), {}
    names = {name: name if name == "minilm" else f"tower-{n}" for n, name in enumerate(reversed(folders_of(handed)))}
    for old, new in names.items():
        (out / new).mkdir()
        for entry in (handed / old).iterdir():
            if entry.suffix == ".npy" and old != "minilm":
                array = np.load(entry)
                np.save(out / new / entry.name, array[[row % len(array) for row in rows]])
            else:
                (out / new / entry.name).symlink_to(entry)
    for file, facts in case["files"].items():
        new = renamed(file, names)
        kept = (out / new).exists() and file.endswith(".npy")
        files[new] = facts | ({"shape": list(np.load(out / new).shape)} if kept else {})
    write_case(out, case, files)


def make_vision(handed, out):
    """Towers and inputs under other names."""
    out.mkdir()
    case = json.loads((handed / "case.json").read_text())
    towers = {name: f"tower-{n}" for n, name in enumerate(reversed(folders_of(handed)))}
    sizes = {entry.stem[6:]: f"size{n}" for n, entry in enumerate(sorted(handed.glob("input_*.npy")))}

    def new(file):
        for old, name in sizes.items():
            file = file.replace(f"input_{old}.", f"input_{name}.").replace(f"/{old}_", f"/{name}_")
        return renamed(file, towers)
    for entry in handed.rglob("*"):
        if entry.is_file() and entry.name != "case.json":
            target = out / new(str(entry.relative_to(handed)))
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(entry)
    write_case(out, case, {new(file): facts for file, facts in case["files"].items()})


def make_metrics(handed, out):
    """Prediction sets under other names with their rows turned round, fewer maps in another order."""
    (out / "classification").mkdir(parents=True)
    (out / "heatmaps").mkdir()
    case = json.loads((handed / "case.json").read_text())
    files = {}
    for n, labels in enumerate(sorted((handed / "classification").glob("*_labels.npy"), reverse=True)):
        old, new = labels.name[: -len("_labels.npy")], f"set-{n}"
        for ending in ("labels.npy", "scores.npy"):
            np.save(out / f"classification/{new}_{ending}", np.load(labels.with_name(f"{old}_{ending}"))[::-1])
        (out / f"classification/{new}_expected.json").symlink_to(labels.with_name(f"{old}_expected.json"))
        for ending in ("labels.npy", "scores.npy", "expected.json"):
            files[f"classification/{new}_{ending}"] = case["files"][f"classification/{old}_{ending}"]
    chosen = [11, 3, 0, 7, 15]
    for name in ("maps", "masks"):
        array = np.load(handed / f"heatmaps/{name}.npy")[chosen]
        np.save(out / f"heatmaps/{name}.npy", array)
        files[f"heatmaps/{name}.npy"] = case["files"][f"heatmaps/{name}.npy"] | {"shape": list(array.shape)}
    expected = json.loads((handed / "heatmaps/expected.json").read_text())
    (out / "heatmaps/expected.json").write_text(json.dumps([expected[i] for i in chosen]))
    files["heatmaps/expected.json"] = case["files"].get("heatmaps/expected.json", {})
    write_case(out, case, files)


def make_captions(handed, out, count=120):
    """The tables' first rows."""
    (out / "tables").mkdir(parents=True)
    for table in (handed / "tables").iterdir():
        if table.name != "meta.csv":
            (out / "tables" / table.name).symlink_to(table)
    with open(handed / "tables/meta.csv", newline="") as source, open(out / "tables/meta.csv", "w", newline="") as target:
        csv.writer(target).writerows(list(csv.reader(source))[: count + 1])
    for entry in handed.glob("*.json"):
        content = json.loads(entry.read_text())
        if isinstance(content, list):
            content = [row for row in content if row["row"] < count]
        (out / entry.name).write_text(json.dumps(content))


def make_hostile(handed, out):
    """The files under other names."""
    out.mkdir()
    manifest = json.loads((handed / "manifest.json").read_text())
    for n, entry in enumerate(manifest):
        old = entry["file"]
        entry["file"] = f"file-{n}." + old.rpartition(".")[2]
        (out / entry["file"]).symlink_to(handed / old)
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))
    for name in ("micro_config.json", "case.json"):
        (out / name).symlink_to(handed / name)
