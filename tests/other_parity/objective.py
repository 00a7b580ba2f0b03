"""MaMA's objective (mama.md, section 6) on the tape: every term of a batch of projections."""
import numpy as np

from tape import Value, concatenate, log_sum_exp, unit


def entropy(logits):  # rows against the diagonal
    n = np.arange(logits.shape[0])
    return (log_sum_exp(logits, 1).reshape(-1) - logits[n, n]).mean(0)


def scores(patches, sentences, counts):
    """Best patch of each sentence and best sentence of each patch: [captions, images] each."""
    cosines = unit(patches) @ unit(sentences).transpose(1, 0)  # [images, patches, sentences]
    best_patch, best_sentence, first = [], [], 0
    for count in counts:
        own = cosines[:, :, first:first + count]
        best_patch.append(own.max(1).mean(1).reshape(1, -1))
        best_sentence.append(own.max(2).mean(1).reshape(1, -1))
        first += count
    return concatenate(best_patch, 0), concatenate(best_sentence, 0)


def ntxent(a, b, temperature=0.5):
    n = a.shape[0]
    z = unit(concatenate([a, b], 0))
    itself = Value(np.where(np.eye(2 * n) > 0, -1e30, 0.0))
    logits = z @ z.transpose(1, 0) * (1 / temperature) + itself
    at = np.arange(2 * n)
    return (log_sum_exp(logits, 1).reshape(-1) - logits[at, (at + n) % (2 * n)]).mean(0)


def clip(v, t, scale):
    logits = unit(v) @ unit(t).transpose(1, 0) * scale.exp()
    return entropy(logits), entropy(logits.transpose(1, 0))


def terms(x, counts):
    """x: v, v2, t, simclr1, simclr2, patches, sentences, logit_scale, local_scale; counts: sentences of each caption."""
    out = {}
    out["clip_v_to_t"], out["clip_t_to_v"] = clip(x["v"], x["t"], x["logit_scale"])
    out["clip2_v_to_t"], out["clip2_t_to_v"] = clip(x["v2"], x["t"], x["logit_scale"])
    out["ntxent"] = ntxent(x["simclr2"], x["simclr1"])
    t2i, i2t = (s * x["local_scale"].exp() for s in scores(x["patches"], x["sentences"], counts))
    for name, logits in (("local_t2i", t2i), ("local_i2t", i2t)):
        out[f"{name}_rows_text"], out[f"{name}_rows_image"] = entropy(logits), entropy(logits.transpose(1, 0))
        out[name] = out[f"{name}_rows_text"] + out[f"{name}_rows_image"]
    out["clip"] = out["clip_v_to_t"] + out["clip_t_to_v"]
    out["clip_second_view"] = out["clip2_v_to_t"] + out["clip2_t_to_v"]
    views = out["clip"] + out["clip_second_view"] + out["ntxent"]
    local = out["local_t2i"] + out["local_i2t"]
    out.update(total_before_late_loss=out["clip"], total_after_late_loss=views + local, paper_local=local * 0.5,
               paper_total_before=views, paper_total_after=views + local * 0.5,
               paper_mean_of_directions_total_after=(out["clip"] + out["clip_second_view"]) * 0.5 + out["ntxent"] + local * 0.25)
    return out
