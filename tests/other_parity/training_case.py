"""parity/training with other pictures, captions, batches and settings: AdamW over the tape. The loop is first held
against the handed case: every loss, rate and parameter."""
import json
import math

import numpy as np

import tape
from mama_model import IMAGE, TEXT, Mama, read_safetensors
from objective import clip, terms
from tape import backward, concatenate

SETTINGS = {"steps": 9, "accumulation": 3, "micro_batch": 5, "late_loss": 4, "warm_up_steps": 2, "max_lr": 1e-4, "min_lr": 2e-7}
LOGGED = ("clip_v_to_t", "clip_t_to_v", "ntxent", "clip2_v_to_t", "clip2_t_to_v")


def is_trained(name):
    frozen = (IMAGE + "model.mask_token", IMAGE + "model.norm.")
    return not (name.startswith(frozen) or "running_" in name or (name.startswith(TEXT + "model.") and ".lora_" not in name))


def rate(settings, step):
    at, span = step % settings["steps"], settings["max_lr"] - settings["min_lr"]
    if at < settings["warm_up_steps"]:
        return settings["min_lr"] + span * at / settings["warm_up_steps"]
    done = (at - settings["warm_up_steps"]) / (settings["steps"] - settings["warm_up_steps"])
    return settings["min_lr"] + span * (1 + math.cos(math.pi * done)) / 2


class AdamW:
    def __init__(self, settings):
        self.s, self.state = settings, {}

    def step(self, values, lr):
        first, second = self.s["betas"]
        for name, value in values.items():
            if value.grad is None:
                continue
            m, v, count = self.state.get(name, (0.0, 0.0, 0))
            m, v, count = first * m + (1 - first) * value.grad, second * v + (1 - second) * value.grad**2, count + 1
            self.state[name] = m, v, count
            value.data = value.data * (1 - lr * self.s["weight_decay"]) - lr * (m / (1 - first**count)) / (
                np.sqrt(v / (1 - second**count)) + self.s["eps"])
            value.grad = None


def projections(model, pool, rows, separator, late):
    """The objective's input for one micro-batch; heads that do not count yet do not run (nor do their batch norms)."""
    grey = (pool["images"].astype("f4") / np.float32(255) - np.float32(0.5)) / np.float32(0.5)
    ids, mask = pool["ids"][rows["captions"]], pool["mask"][rows["captions"]]
    hidden = model.text_hidden(ids, mask)
    out = {"logit_scale": model.p["logit_scale"], "local_scale": model.p["local_scale"],
           "t": model.linear(hidden.mean(1), TEXT + "global_embed")}
    places = [np.flatnonzero(row == separator) for row in ids]
    means = {}
    for which, key in (("images", "v"), ("second_view_images", "v2"))[: 2 if late else 1]:
        tokens = model.image_tokens(grey[rows[which]])
        means[key] = tokens.mean(1)
        out[key] = model.linear(means[key], IMAGE + "global_embed")
        if late and key == "v":
            patches = model.patches_of(model.normed(tokens))
            n, count, width = patches.shape
            out["patches"] = model.local(patches.reshape(n * count, width), IMAGE).reshape(n, count, -1)
    if late:
        out["simclr2"], out["simclr1"] = model.simclr(means["v2"]), model.simclr(means["v"])
        out["sentences"] = concatenate([model.local(hidden[i, at], TEXT) for i, at in enumerate(places)], 0)
    return out, [len(at) for at in places]


def terms_of(x, counts, late):
    if late:
        made = terms(x, counts)
        logged = {n: made[n] for n in made if n in LOGGED or n.startswith("local_") and "rows" in n}
        return logged | {"total": made["total_after_late_loss"]}
    made = dict(zip(LOGGED, clip(x["v"], x["t"], x["logit_scale"])))
    return made | {"total": made["clip_v_to_t"] + made["clip_t_to_v"]}


def run(model, pool, batches, settings, separator):
    """Every micro-batch's terms; the model's parameters move."""
    optimiser, losses = AdamW(settings), []
    model.training = True
    for micro, rows in enumerate(batches):
        step = micro // settings["accumulation"]
        late = step >= settings["late_loss"]
        made = terms_of(*projections(model, pool, rows, separator, late), late)
        losses.append({name: float(value.data) for name, value in made.items()})
        backward(made["total"] * (1 / settings["accumulation"]))
        if micro % settings["accumulation"] == settings["accumulation"] - 1:
            optimiser.step({n: v for n, v in model.p.items() if is_trained(n)}, rate(settings, step))
    return losses


def pool_of(folder):
    return {"images": np.load(folder / "images_u8.npy"), "ids": np.load(folder / "token_ids.npy"),
            "mask": np.load(folder / "attention_mask.npy")}


def separator_of(checkpoint):
    folder = checkpoint / "text-model-with-added-tokens"
    added = json.loads((folder / "tokenizer.json").read_text())["added_tokens"]
    return next(token["id"] for token in added if token["content"] == "<|separatetext|>")


def start(checkpoint):
    sizes = json.loads((checkpoint / "model_config.json").read_text())
    return Mama(read_safetensors(checkpoint / "model.safetensors"), sizes, is_trained)


def trained(checkpoint, pool, batches, settings):
    model = start(checkpoint)
    return model, run(model, pool, batches, settings, separator_of(checkpoint))


def tolerances(exact, handed, *case):
    """Twenty times what float32 changes, as the handed case has it; by tensor at least that of the handed case."""
    tape.KIND[0] = "f4"
    model, losses = trained(*case)
    tape.KIND[0] = "f8"
    off = max(abs(micro[name] - other[name]) for micro, other in zip(exact[1], losses) for name in micro)
    listed = json.loads((handed / "expected_parameters.json").read_text())
    return 20 * off, {e["name"]: max(20 * np.abs(exact[0].p[e["name"]].data - model.p[e["name"]].data).max(), 2 * e["atol"])
                      for e in listed if "atol" in e}


def parameters(model, before, allowed):
    out = []
    for name, value in model.p.items():
        change = np.abs(value.data - before[name]).max()
        out.append({"name": name, "shape": list(value.shape), "sum": float(value.data.sum()),
                    "l2": float(np.sqrt((value.data**2).sum())), "max_abs_change": float(change), "atol": float(allowed[name])})
    return out


def check(handed, checkpoint):
    settings = json.loads((handed / "case.json").read_text())["settings"]
    rates = json.loads((handed / "expected_lr.json").read_text())["lr"]
    assert all(abs(rate(settings, k) / r - 1) < 1e-12 for k, r in enumerate(rates))
    model = start(checkpoint)
    losses = run(model, pool_of(handed), json.loads((handed / "batches.json").read_text()), settings, separator_of(checkpoint))
    for micro, expected in enumerate(json.loads((handed / "expected_losses.json").read_text())["micro_batches"]):
        for name, value in expected.items():
            assert abs(losses[micro][name] - value) < 1e-9, (micro, name, losses[micro][name], value)
    for expected in json.loads((handed / "expected_parameters.json").read_text()):
        if expected["name"] in model.p:
            off = abs(float(model.p[expected["name"]].data.sum()) - expected["sum"])
            assert off < expected["atol"] * np.prod(expected["shape"]), (expected["name"], off)


def other_pool(handed, separator, rng):
    """Oblong pictures (the position embedding is interpolated), fewer captions, cut to another length."""
    pool = pool_of(handed)
    images = np.pad(pool["images"], ((0, 0), (0, 14), (0, 0)), "reflect")[:9, :, :56]
    length = pool["ids"].shape[1] - 20
    kept = [i for i, row in enumerate(pool["ids"][:, :length]) if (row == separator).sum() > 1]
    rows = rng.permutation(kept)[:8]
    return {"images": images, "ids": pool["ids"][rows, :length], "mask": pool["mask"][rows, :length]}


def other_batches(settings, pool, rng):
    def rows(count):
        return rng.permutation(count)[: settings["micro_batch"]].tolist()
    pictures, captions = len(pool["images"]), len(pool["ids"])
    return [{"optimiser_step": step, "images": rows(pictures), "second_view_images": rows(pictures), "captions": rows(captions)}
            for step in range(settings["steps"]) for _ in range(settings["accumulation"])]


def write_schedules(out, rng):
    for file, published in (("schedule.csv", (40000, 4000, 4e-5, 1e-8)), ("schedule_linear_probe.csv", (8000, 100, 5e-4, 1e-5))):
        settings = dict(zip(("steps", "warm_up_steps", "max_lr", "min_lr"), published))
        steps = sorted({0, 1, *rng.integers(0, 2 * settings["steps"], 40).tolist()})
        lines = [f"{step},{rate(settings, step)!r}" for step in steps]
        (out / file).write_text("optimiser_step,lr\n" + "\n".join(lines) + "\n")


def make(handed, checkpoint, out):
    check(handed, checkpoint)
    out.mkdir()
    rng = np.random.default_rng(11)
    case = json.loads((handed / "case.json").read_text())
    settings = case["settings"] = case["settings"] | SETTINGS
    pool = other_pool(handed, separator_of(checkpoint), rng)
    batches = other_batches(settings, pool, rng)
    before = {name: value.data.copy() for name, value in start(checkpoint).p.items()}
    model, losses = trained(checkpoint, pool, batches, settings)
    atol, allowed = tolerances((model, losses), handed, checkpoint, pool, batches, settings)
    files = {file: facts for file, facts in case["files"].items() if not file.startswith("final/")}
    (out / "final").mkdir()
    for name in [file[6:-4] for file in case["files"] if file.startswith("final/")][::2] + [IMAGE + "model.pos_embed"]:
        array = model.p[name].data
        np.save(out / "final" / f"{name}.npy", array.astype("f4"))
        files[f"final/{name}.npy"] = {"shape": list(array.shape), "dtype": "float32", "atol": float(allowed[name]), "rtol": 1e-4}
    for name, key in (("images_u8", "images"), ("token_ids", "ids"), ("attention_mask", "mask")):
        np.save(out / f"{name}.npy", pool[key])
        files[f"{name}.npy"] = {"shape": list(pool[key].shape), "dtype": str(pool[key].dtype)}
    write_schedules(out, rng)
    for name, content in (("batches", batches), ("expected_parameters", parameters(model, before, allowed)),
                          ("expected_losses", {"atol": atol, "rtol": 1e-5, "micro_batches": losses}),
                          ("expected_lr", {"rtol": 1e-12, "lr": [rate(settings, k) for k in range(settings["steps"])]}),
                          ("case", case | {"files": files})):
        (out / f"{name}.json").write_text(json.dumps(content, indent=1))
