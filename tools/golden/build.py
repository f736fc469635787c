"""Writes two tiny dual encoders and what Python's transformers makes of texts and pictures.

The tests hold our own tokenizing, pixels, vectors and decision against these files.
"""

import base64
import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from images import write_images
from PIL import Image
from transformers import (
    CLIPImageProcessorPil,
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    PreTrainedTokenizerFast,
    SiglipImageProcessorPil,
    SiglipTextConfig,
    SiglipTextModel,
    SiglipVisionConfig,
    SiglipVisionModel,
)
from vocabularies import END, START, build_clip_tokenizer, build_siglip_tokenizer

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "fixtures" / "models"
TOLERANCE = 1e-5
PAIRS = 1000
CLASSES_A_LIST = 20
# Nearer pairs would be decided by the last bits of the runtime, not by the rule.
MIN_MARGIN = 1e-3

TEXTS = [
    "a photo of a hammer",
    "a photo of a fire extinguisher, isn't it?",
    "",
    "A Photo Of A CLAW Hammer",
    "  two   spaces\tand a tab\n",
    "消防車が道路を走っている",
    "naïve café №5 🙂",
    "a_photo_of_a_traffic_light",
    " ".join(f"word{n} number {n}" for n in range(40)),
    " ".join(f"another text {n}" for n in range(60)),
    "a " * 75,
    "a " * 76,
]


@dataclass(frozen=True)
class Family:
    name: str
    text: torch.nn.Module
    vision: torch.nn.Module
    output: str
    tokenizer: PreTrainedTokenizerFast
    processor: Any
    image_size: int
    config: dict[str, Any]
    lowercase: bool
    max_tokens: int

    def encode(self, texts: list[str], *, pad: bool = True) -> Any:
        """Ids by transformers: truncation keeps the closing token; SigLIP's rows are all full."""
        texts = [text.lower() for text in texts] if self.lowercase else texts
        full = "max_length" if self.name == "siglip" else pad
        return self.tokenizer(
            texts, padding=full, truncation=True, max_length=self.max_tokens
        )["input_ids"]


def read_words() -> list[str]:
    labels = json.loads((ROOT / "models" / "starter" / "labels.json").read_text("utf-8"))
    return [label["name"] for label in labels]


def scale_up(module: torch.nn.Module, factor: float = 1) -> torch.nn.Module:
    """Weights as drawn leave all vectors nearly parallel; wider ones tell the inputs apart.

    SigLIP's last position sees mostly padding and needs them wider still.
    """
    for name, parameter in module.named_parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=factor * (0.5 if "embed" in name else 0.25))
    return module.eval()


def make_clip(words: list[str]) -> Family:
    backend = build_clip_tokenizer(words + TEXTS, merge_count=120)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=START, eos_token=END, pad_token=END, unk_token=END
    )
    text_config = CLIPTextConfig(
        vocab_size=backend.get_vocab_size(),
        hidden_size=20,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        projection_dim=24,
        # As in OpenAI's configurations: 2 makes the pooling look for the highest id.
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=1,
        attn_implementation="eager",
    )
    vision_config = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=56,
        patch_size=8,
        projection_dim=24,
        attn_implementation="eager",
    )
    return Family(
        name="clip",
        text=scale_up(CLIPTextModelWithProjection(text_config)),
        vision=scale_up(CLIPVisionModelWithProjection(vision_config)),
        output="embeds",
        tokenizer=tokenizer,
        processor=CLIPImageProcessorPil(
            size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}
        ),
        image_size=56,
        config={
            "model_type": "clip",
            "architectures": ["CLIPModel"],
            "projection_dim": 24,
            "logit_scale_init_value": 2.6592,
            "text_config": {"model_type": "clip_text_model", **sizes_of(text_config)},
            "vision_config": {"model_type": "clip_vision_model", **sizes_of(vision_config)},
        },
        lowercase=False,
        max_tokens=77,
    )


def make_siglip(words: list[str]) -> Family:
    corpus = [text.lower() for text in words + [f"a photo of a {word}" for word in words] + TEXTS]
    backend = build_siglip_tokenizer(corpus, piece_count=400)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="</s>", pad_token="</s>", unk_token="<unk>"
    )
    text_config = SiglipTextConfig(
        vocab_size=backend.get_vocab_size(),
        hidden_size=24,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        projection_size=24,
        pad_token_id=1,
        bos_token_id=None,
        eos_token_id=1,
        attn_implementation="eager",
    )
    vision_config = SiglipVisionConfig(
        hidden_size=16,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=32,
        patch_size=8,
        attn_implementation="eager",
    )
    return Family(
        name="siglip",
        text=scale_up(SiglipTextModel(text_config), factor=3),
        vision=scale_up(SiglipVisionModel(vision_config)),
        output="pooler_output",
        tokenizer=tokenizer,
        processor=SiglipImageProcessorPil(size={"height": 32, "width": 32}),
        image_size=32,
        config={
            "model_type": "siglip",
            "architectures": ["SiglipModel"],
            "text_config": {"model_type": "siglip_text_model", **sizes_of(text_config)},
            "vision_config": {"model_type": "siglip_vision_model", **sizes_of(vision_config)},
        },
        lowercase=True,
        max_tokens=64,
    )


def sizes_of(config: Any) -> dict[str, Any]:
    keys = (
        "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads image_size "
        "patch_size max_position_embeddings bos_token_id eos_token_id pad_token_id projection_dim"
    ).split()
    values = config.to_dict()
    return {key: values[key] for key in keys if values.get(key) is not None}


class Tower(torch.nn.Module):
    """One input, one output: what the ONNX graph shows."""

    def __init__(self, model: torch.nn.Module, output: str):
        super().__init__()
        self.model, self.output = model, output

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return getattr(self.model(inputs), self.output)


def export(tower: Tower, example: torch.Tensor, names: tuple[str, str], path: Path) -> None:
    axes = {0: "batch"} if example.dim() == 4 else {0: "batch", 1: "sequence"}
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.onnx"
        torch.onnx.export(
            tower,
            (example,),
            str(raw),
            input_names=[names[0]],
            output_names=[names[1]],
            dynamic_axes={names[0]: axes, names[1]: {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        model = onnx.load(raw)
    # What the exporter notes about this machine's files is no part of the graph.
    for node in model.graph.node:
        node.doc_string = node.name = ""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def run_torch(tower: Tower, inputs: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return unit(tower(torch.from_numpy(inputs)).numpy())


def check(tower: Tower, path: Path, inputs: np.ndarray, expected: np.ndarray) -> None:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (name,) = [entry.name for entry in session.get_inputs()]
    for part in (inputs, inputs[:1]):
        (got,) = session.run(None, {name: part})
        error = float(np.abs(unit(got) - expected[: len(part)]).max())
        if error > TOLERANCE:
            raise SystemExit(f"{path}: differs from torch by {error:.2e}, more than {TOLERANCE}")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes, error {error:.1e}")


def write_json(path: Path, value: Any, *, compact: bool = False) -> None:
    style = {"separators": (",", ":")} if compact else {"indent": 2}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, **style) + "\n", "utf-8")


def write_processing(family: Family, folder: Path) -> None:
    family.tokenizer.backend_tokenizer.no_padding()
    family.tokenizer.backend_tokenizer.no_truncation()
    tokenizer = json.loads(family.tokenizer.backend_tokenizer.to_str())
    write_json(folder / "tokenizer.json", tokenizer, compact=True)
    kind = "CLIPTokenizer" if family.name == "clip" else "SiglipTokenizer"
    tokens = {
        key: str(getattr(family.tokenizer, key))
        for key in ("bos_token", "eos_token", "pad_token", "unk_token")
        if getattr(family.tokenizer, key) is not None
    }
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": kind, "model_max_length": family.max_tokens, **tokens},
    )
    processor = family.processor
    keys = (
        "do_convert_rgb do_resize size resample do_center_crop crop_size do_rescale rescale_factor "
        "do_normalize image_mean image_std"
    ).split()
    config = {"image_processor_type": type(processor).__name__.removesuffix("Pil")}
    for key in keys:
        value = getattr(processor, key, None)
        if value is None:
            continue
        if key == "resample":
            value = int(value)
        elif key in ("size", "crop_size"):
            value = {side: length for side, length in dict(value).items() if length is not None}
        config[key] = value
    write_json(folder / "preprocessor_config.json", config)
    write_json(folder / "config.json", family.config)


def measure_texts(family: Family, tower: Tower, path: Path) -> list[dict[str, Any]]:
    ids = family.encode(TEXTS)
    vectors = run_torch(tower, np.array(ids, np.int64))
    check(tower, path, np.array(ids, np.int64), vectors)
    plain = family.encode(TEXTS, pad=False)
    end = family.tokenizer.eos_token_id
    if any(row[-1] != end for row in plain):
        raise SystemExit(f"{family.name}: truncation cut the closing token off")
    return [
        {"text": text, "ids": row, "vector": rounded(vector)}
        for text, row, vector in zip(TEXTS, plain, vectors)
    ]


def measure_images(
    family: Family, tower: Tower, path: Path, images: list[Path]
) -> list[dict[str, Any]]:
    pictures = [Image.open(image).convert("RGB") for image in images]
    pixels = family.processor(pictures, return_tensors="np")["pixel_values"].astype(np.float32)
    raw = family.processor(pictures, return_tensors="np", do_rescale=False, do_normalize=False)
    crops = np.asarray(raw["pixel_values"]).astype(np.uint8).transpose(0, 2, 3, 1)
    mean, std = np.array(family.processor.image_mean), np.array(family.processor.image_std)
    again = ((crops / 255 - mean) / std).transpose(0, 3, 1, 2)
    if np.abs(again - pixels).max() > TOLERANCE:
        raise SystemExit(f"{family.name}: the crop does not lead to the same pixels")
    vectors = run_torch(tower, pixels)
    check(tower, path, pixels, vectors)
    return [
        {
            "file": f"../images/{image.name}",
            "size": family.image_size,
            "rgb": base64.b64encode(crop.tobytes()).decode(),
            "vector": rounded(vector),
        }
        for image, crop, vector in zip(images, crops, vectors)
    ]


def decide(family: Family, tower: Tower, words: list[str]) -> dict[str, Any]:
    """The paper's rule: both sides as `a photo of a {name}`, `_` as a space, highest cosine."""
    rng = random.Random(20250312)
    names = [word.replace(" ", "_") if rng.random() < 0.5 else word for word in words]
    prompts = [f"a photo of a {name}".replace("_", " ") for name in names]
    vectors = run_torch(tower, np.array(family.encode(prompts), np.int64)).astype(np.float64)
    lists = [rng.sample(range(len(names)), CLASSES_A_LIST) for _ in range(50)]
    pairs, dropped = [], 0
    while len(pairs) < PAIRS:
        answer, chosen = rng.randrange(len(names)), rng.randrange(len(lists))
        cosines = vectors[lists[chosen]] @ vectors[answer]
        second, first = np.sort(cosines)[-2:]
        if first - second < MIN_MARGIN:
            dropped += 1
            continue
        pairs.append([answer, chosen, int(np.argmax(cosines))])
    hits = sum(lists[chosen][best] == answer for answer, chosen, best in pairs)
    print(f"{family.name}: {dropped} near-ties left out, {hits} answers are classes themselves")
    return {"template": "a photo of a {name}", "words": names, "lists": lists, "pairs": pairs}


def rounded(vector: np.ndarray) -> list[float]:
    return [round(float(value), 6) for value in vector]


def build(family: Family, words: list[str], images: list[Path]) -> None:
    folder = OUT / f"tiny-{family.name}"
    write_processing(family, folder)
    pooled = family.output == "embeds"
    text_output, image_output = (
        ("text_embeds", "image_embeds") if pooled else ("pooler_output", "pooler_output")
    )
    text, vision = Tower(family.text, text_output), Tower(family.vision, image_output)
    text_path, vision_path = folder / "onnx/text_model.onnx", folder / "onnx/vision_model.onnx"
    sample = torch.tensor(family.encode(["a photo of a hammer", "a dog"]))
    side = family.image_size
    export(text, sample, ("input_ids", text_output), text_path)
    export(vision, torch.randn(2, 3, side, side), ("pixel_values", image_output), vision_path)
    golden = {
        "texts": measure_texts(family, text, text_path),
        "images": measure_images(family, vision, vision_path, images),
        "paperRule": decide(family, text, words),
    }
    write_json(folder / "golden.json", golden, compact=True)


def main() -> None:
    torch.manual_seed(0)
    words, images = read_words(), write_images(OUT / "images")
    for make in (make_clip, make_siglip):
        build(make(words), words, images)


if __name__ == "__main__":
    main()
