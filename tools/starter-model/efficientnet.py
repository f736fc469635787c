"""The image tower: EfficientNet-Lite (Tan and Le 2019, arXiv 1905.11946) as an ONNX graph.

Outputs `logits` and, after ConSE (Norouzi et al. 2014, arXiv 1312.5650), `image_embeds`: the mean
of the class-name vectors weighted by the likeliest classes' probabilities, of length 1. Beside them
`image_features`, the pooled features that the logits are computed from, of length 1: they tell
apart what has no name among the classes.
"""

import math

import numpy as np
from onnx import TensorProto

from graph import Graph

# (repeats, kernel, stride, expansion, output channels) of each stage, before scaling.
_STAGES = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]
# (width factor, depth factor, image side in pixels) of each variant.
VARIANTS = {"lite0": (1.0, 1.0, 224), "lite1": (1.0, 1.1, 240), "lite2": (1.1, 1.2, 260)}
_BATCH_NORM_EPSILON = 1e-3


def _scale_width(channels, factor):
    scaled = channels * factor
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded


def _pads(side, kernel, stride):
    """TensorFlow's SAME padding: the odd pixel goes to the bottom and the right."""
    total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return [total // 2, total // 2, total - total // 2, total - total // 2]


class _Network:
    def __init__(self, state, side, half):
        self.g, self.state, self.side = Graph(half), state, side
        self.used = set()

    def take(self, name):
        self.used.add(name)
        return self.state[name]

    def convolve(self, x, conv, norm, stride=1, depthwise=False, relu=True):
        """Convolution with its batch normalisation folded in, then ReLU6."""
        weight = self.take(f"{conv}.weight").astype(np.float64)
        gamma, beta, mean, variance = (
            self.take(f"{norm}.{p}").astype(np.float64)
            for p in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
        folded = (weight * factor[:, None, None, None]).astype(np.float32)
        bias = (beta - mean * factor).astype(np.float32)
        kernel = weight.shape[2]
        x = self.g.op(
            "Conv",
            x,
            self.g.constant(folded, "w"),
            self.g.constant(bias, "b"),
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=_pads(self.side, kernel, stride),
            group=weight.shape[0] if depthwise else 1,
        )
        self.side = math.ceil(self.side / stride)
        if not relu:
            return x
        low, high = self.g.constant(np.float32(0)), self.g.constant(np.float32(6))
        return self.g.op("Clip", x, low, high)


def build_image_tower(state, variant, class_vectors, top, temperature, half):
    """The model for `pixel_values` [n,3,side,side].

    `state`: the published tensors by name; `class_vectors` [1000,d]: unit vectors in logit order;
    `top` and `temperature`: how many classes ConSE mixes and how softly. Raises ValueError when
    the tensors are not exactly those of the variant.
    """
    width, depth, side = VARIANTS[variant]
    net = _Network(state, side, half)
    g = net.g
    x = net.convolve("pixel_values", "_conv_stem", "_bn0", stride=2)
    block, channels = 0, 32  # Lite variants do not scale the stem, the head and their repeats
    for stage, (repeats, kernel, stride, expansion, output) in enumerate(_STAGES):
        fixed = stage in (0, len(_STAGES) - 1)
        output = _scale_width(output, width)
        for index in range(repeats if fixed else math.ceil(repeats * depth)):
            name = f"_blocks.{block}"
            step = stride if index == 0 else 1
            y = x
            if expansion != 1:
                y = net.convolve(y, f"{name}._expand_conv", f"{name}._bn0")
            y = net.convolve(
                y, f"{name}._depthwise_conv", f"{name}._bn1", stride=step, depthwise=True
            )
            y = net.convolve(y, f"{name}._project_conv", f"{name}._bn2", relu=False)
            x = g.op("Add", y, x) if step == 1 and channels == output else y
            channels = output
            block += 1
    x = net.convolve(x, "_conv_head", "_bn1")
    x = g.op("Flatten", g.op("GlobalAveragePool", x), axis=1)
    g.unit(x, out="image_features")
    weight, bias = g.constant(net.take("_fc.weight")), g.constant(net.take("_fc.bias"))
    weight_shape = net.state["_fc.weight"].shape
    logits = g.op("Gemm", x, weight, bias, transB=1, out="logits")

    unused = [n for n in state if n not in net.used and not n.endswith("num_batches_tracked")]
    if unused:
        raise ValueError(f"{variant}: the checkpoint has tensors of another network: {unused[:5]}")

    warm = g.op("Div", logits, g.constant(np.float32(temperature)))
    probabilities = g.op("Softmax", warm, axis=-1)
    values, indices = g.op("TopK", probabilities, g.constant(np.array([top])), outputs=2)
    vectors = g.op("Gather", g.constant(class_vectors.astype(np.float32), "classes"), indices)
    weights = g.op("Unsqueeze", values, g.constant(np.array([1])))  # [n,1,top]
    mixed = g.op("Squeeze", g.op("MatMul", weights, vectors), g.constant(np.array([1])))
    g.unit(mixed, out="image_embeds")
    return g.model(
        [("pixel_values", TensorProto.FLOAT, ["batch", 3, side, side])],
        [
            ("logits", TensorProto.FLOAT, ["batch", 1000]),
            ("image_embeds", TensorProto.FLOAT, ["batch", class_vectors.shape[1]]),
            ("image_features", TensorProto.FLOAT, ["batch", weight_shape[1]]),
        ],
        f"efficientnet-{variant}",
    )
