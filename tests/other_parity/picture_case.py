"""parity/preprocess with other pictures, names and sizes, by the reference's own functions (OpenCV, Pillow). Needs
opencv-python-headless and Pillow."""
import hashlib
import json

import cv2
import numpy as np
from PIL import Image

FINAL, BLOCK, SQUARE = (140, 84), 7, 260


def sha256(picture):
    return hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()


def area(picture, long_side):
    rows, columns = picture.shape
    factor = long_side / max(rows, columns)
    size = (long_side, int(rows * factor)) if columns >= rows else (int(columns * factor), long_side)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def squared(picture, side):
    small = area(picture, side)
    up, left = ((side - length) // 2 for length in small.shape)
    out = np.zeros((side, side), "u1")
    out[up:up + small.shape[0], left:left + small.shape[1]] = small
    return out


def steps(picture, entry):
    out = {"8bit": picture}
    if entry["eight_bit_conversion"]:
        out["8bit"] = cv2.convertScaleAbs(picture, alpha=255.0 / float(picture.max()))
    if entry["inverted_monochrome1"]:
        out["8bit"] = cv2.bitwise_not(out["8bit"])
    if entry["first_resize_long_side"]:
        out["first"] = area(out["8bit"], entry["first_resize_long_side"])
    out["square"] = squared(out.get("first", out["8bit"]), entry["square_side"])
    out["threshold"] = cv2.threshold(out["square"], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0]
    bright = np.argwhere(out["square"] > out["threshold"])
    out["box"] = None if len(bright) == 0 else [int(v) for pair in zip(bright.min(0), bright.max(0)) for v in pair]
    return out


def final(made, size):
    box, whole = made["box"], made["square"]
    crop = whole if box is None else whole[box[0]:box[1] + 1, box[2]:box[3] + 1]
    return np.asarray(Image.fromarray(crop).resize((size, size), Image.Resampling.BILINEAR))


def check(handed):
    for entry in json.loads((handed / "manifest.json").read_text()):
        if entry["file"].startswith("in/"):
            made = steps(cv2.imread(str(handed / entry["file"]), cv2.IMREAD_UNCHANGED), entry)
            assert sha256(made["8bit"]) == entry["eight_bit_sha256"], entry["name"]
            assert sha256(made["square"]) == entry["square_sha256"], entry["name"]
            assert made["box"] == entry["box_row0_row1_col0_col1_inclusive"], entry["name"]
            for key in entry:
                if key.startswith("final") and key.endswith("_sha256"):
                    assert sha256(final(made, int(key[5:-7]))) == entry[key], (entry["name"], key)


def other_pictures(handed):
    """Turned, mirrored and cut pictures of the case, under names that say nothing."""
    for number, entry in enumerate(json.loads((handed / "manifest.json").read_text())):
        if not entry["file"].startswith("in/"):
            continue
        picture = cv2.imread(str(handed / entry["file"]), cv2.IMREAD_UNCHANGED)
        picture = np.ascontiguousarray((picture.T if number % 2 else picture[:, ::-1])[3:, 2:])
        yield f"picture-{number}", picture, entry | {"square_side": SQUARE + 10 * number,
                                                     "first_resize_long_side": 150 if number % 3 == 1 else None}


def write(out, name, picture, entry, files):
    made = steps(picture, entry)
    cv2.imwrite(str(out / f"in/{name}.png"), picture)
    facts = {key: entry[key] for key in ("crop_rows_cols", "bits_in_file", "inverted_monochrome1", "eight_bit_conversion",
                                         "first_resize_long_side", "square_side")}
    facts |= {"name": name, "file": f"in/{name}.png", "input_shape": list(picture.shape), "input_max": int(picture.max()),
              "otsu_threshold": float(made["threshold"]), "box_row0_row1_col0_col1_inclusive": made["box"],
              "eight_bit_sha256": sha256(made["8bit"]), "eight_bit_mean": float(made["8bit"].mean()),
              "square_sha256": sha256(made["square"]), "square_mean": float(made["square"].mean())}
    if "first" in made:
        facts |= {"first_resize_shape": list(made["first"].shape), "first_resize_sha256": sha256(made["first"])}
    for step in ("8bit", "square"):
        cv2.imwrite(str(out / f"out/{name}_{step}.png"), made[step])
    for size in FINAL:
        seen = final(made, size)
        facts |= {f"final{size}_sha256": sha256(seen), f"final{size}_mean": float(seen.mean())}
        cv2.imwrite(str(out / f"out/{name}_final{size}.png"), seen)
    tensor = ((seen.astype("f4") / 255 - 0.5) / 0.5).astype("f2")
    blocks = seen.reshape(size // BLOCK, BLOCK, size // BLOCK, BLOCK).mean((1, 3)).astype("f4")
    for file, array, atol in ((f"out/{name}_final{size}_tensor.npy", tensor, 0.0079),
                              (f"out/{name}_final{size}_block{BLOCK}_mean.npy", blocks, 0.35)):
        np.save(out / file, array)
        files[file] = {"shape": list(array.shape), "dtype": str(array.dtype), "atol": atol, "rtol": 0}
    return facts


def make(handed, out):
    check(handed)
    for folder in (out, out / "in", out / "out"):
        folder.mkdir()
    files = {}
    manifest = [write(out, name, picture, entry, files) for name, picture, entry in other_pictures(handed)]
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1))
    case = json.loads((handed / "case.json").read_text())
    (out / "case.json").write_text(json.dumps(case | {"files": files}, indent=1))
