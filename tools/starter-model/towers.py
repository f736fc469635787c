"""Runs the two towers as the package does, and turns their outputs into accuracies."""

import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from photos import list_photos, read_pixels

_BATCH = 32


def describe(name):
    """The sentence that stands for a name on both sides of a comparison."""
    return f"a photo of a {name}"


def embed_texts(model, tokenizer_path, texts):
    """Unit vectors [n,384] of the texts; `model` is a path or the serialised graph."""
    session = onnxruntime.InferenceSession(model)
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    tokenizer.enable_padding()
    rows = []
    for start in range(0, len(texts), _BATCH):
        encoded = tokenizer.encode_batch(texts[start : start + _BATCH])
        feed = {
            "input_ids": np.array([e.ids for e in encoded], np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], np.int64),
        }
        rows.append(session.run(["text_embeds"], feed)[0])
    return np.concatenate(rows)


def run_images(model, pixels, outputs=("logits", "image_embeds")):
    """The outputs for each photo, one at a time, and the mean milliseconds a photo."""
    session = onnxruntime.InferenceSession(model)
    session.run(list(outputs), {"pixel_values": pixels[:1]})
    started = time.perf_counter()
    rows = [session.run(list(outputs), {"pixel_values": p[None]}) for p in pixels]
    milliseconds = (time.perf_counter() - started) / len(pixels) * 1000
    return [np.concatenate(column) for column in zip(*rows)], milliseconds


def read_photos(folder, labels, side):
    """Pixels [n,3,side,side], the right class indices [n] and the names in the files."""
    index = {label["wnid"]: label["index"] for label in labels}
    photos = list_photos(folder)
    unknown = [path.name for path, wnid, _ in photos if wnid not in index]
    if unknown:
        raise ValueError(f"no class of the recogniser for {unknown[:5]}")
    pixels = np.stack([read_pixels(path, side) for path, _, _ in photos])
    truth = np.array([index[wnid] for _, wnid, _ in photos])
    return pixels, truth, [name for _, _, name in photos]


def score_recogniser(logits, truth):
    """Shares of photos whose class is the likeliest, and among the five likeliest."""
    order = np.argsort(-logits, axis=1)
    return (order[:, 0] == truth).mean(), (order[:, :5] == truth[:, None]).any(axis=1).mean()


def score_zero_shot(image_embeds, text_embeds):
    """Share of photos closest to their own text, of as many texts as photos in the same order."""
    return ((image_embeds @ text_embeds.T).argmax(axis=1) == np.arange(len(text_embeds))).mean()


def _fold(name):
    return name.lower().replace("-", " ").strip()


def score_slac(logits, labels, names, embed):
    """Share of photos that the five likeliest names and their synonyms lead to the right text.

    A name or synonym equal to a vocabulary name wins, likeliest class first; else the best cosine.
    `embed` turns texts into unit vectors.
    """
    vocabulary = {_fold(name): row for row, name in enumerate(names)}
    words = [[label["name"], *label["synonyms"]] for label in labels]
    vectors = embed([describe(w) for group in words for w in group])
    starts = np.cumsum([0, *(len(group) for group in words)])
    texts = embed([describe(name) for name in names])
    right = 0
    for row, photo in enumerate(logits):
        top = np.argsort(-photo)[:5]
        exact = [vocabulary[_fold(w)] for c in top for w in words[c] if _fold(w) in vocabulary]
        if exact:
            winner = exact[0]
        else:
            near = np.concatenate([vectors[starts[c] : starts[c + 1]] for c in top]) @ texts.T
            winner = near.max(axis=0).argmax()
        right += winner == row
    return right / len(names)


def fit_logit_scale(cosines):
    """The factor that makes softmax(factor * cosines) likeliest for the right text of each row."""
    best = None
    for scale in np.arange(1, 101):
        z = scale * cosines
        z = z - z.max(axis=1, keepdims=True)
        loss = (np.log(np.exp(z).sum(axis=1)) - np.diag(z)).mean()
        if best is None or loss < best[1]:
            best = (int(scale), loss)
    return best
