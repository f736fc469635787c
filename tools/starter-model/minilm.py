"""The text tower: all-MiniLM-L6-v2 (a BERT of six layers) as an ONNX graph.

Mean pooling over the real tokens and the scaling to length 1 are part of the graph, so its output
`text_embeds` [n,384] is what sentence-transformers gives for the same text.
"""

import numpy as np
from onnx import TensorProto

from graph import Graph

_HEADS, _WIDTH, _LAYERS = 12, 384, 6
_NORM_EPSILON = 1e-12
# Largest weight level of a MatMul. Processors without VNNI instructions add two products in 16
# bits: 2 * 255 * 63 fits, 2 * 255 * 127 does not.
_REACH = 63


def _embed_tokens(g, ids, table, int8):
    """Rows of the token table; as int8 with a scale a row, which a shared scale would blur."""
    if not int8:
        return g.op("Gather", g.constant(table, "tokens"), ids)
    scale = np.abs(table).max(axis=1, keepdims=True) / 127
    scale[scale == 0] = 1
    rows = np.rint(table / scale).astype(np.int8)
    picked = g.op("Cast", g.op("Gather", g.constant(rows, "tokens"), ids), to=TensorProto.FLOAT)
    return g.op("Mul", picked, g.op("Gather", g.constant(scale.astype(np.float32)), ids))


def _linear(g, x, weight, bias, int8):
    """`x` @ weightᵀ + bias; as int8 with a scale a column of the weights and a token of `x`.

    A scale a token, not one for all that happens to share the batch, makes a text's vector the
    same alone, in any batch and under any padding.
    """
    weight = weight.T  # [in,out]
    if not int8:
        return g.op("Add", g.op("MatMul", x, g.constant(weight, "w")), g.constant(bias))
    scale = (np.abs(weight).max(axis=0) / _REACH).astype(np.float32)
    quantised = np.rint(weight / scale).astype(np.int8)
    largest = g.op("ReduceMax", g.op("Abs", x), axes=[-1], keepdims=1)
    largest = g.op("Max", largest, g.constant(np.float32(1e-12)))
    step = g.op("Div", largest, g.constant(np.float32(127)))
    levels = g.op("Round", g.op("Div", x, step))
    shifted = g.op("Add", levels, g.constant(np.float32(128)))
    values = g.op("Cast", shifted, to=TensorProto.UINT8)
    product = g.op(
        "MatMulInteger",
        values,
        g.constant(quantised, "w"),
        g.constant(np.uint8(128)),
        g.constant(np.int8(0)),
    )
    columns = g.op("Mul", g.op("Cast", product, to=TensorProto.FLOAT), g.constant(scale))
    return g.op("Add", g.op("Mul", columns, step), g.constant(bias))


def build_text_tower(state, int8):
    """The model for `input_ids` and `attention_mask` [n,tokens].

    `state`: the published tensors by name; `int8`: whether weights are signed 8-bit integers.
    """
    g = Graph()

    def norm(x, name):
        scale, bias = (g.constant(state[f"{name}.LayerNorm.{p}"]) for p in ("weight", "bias"))
        return g.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=_NORM_EPSILON)

    def linear(x, *names):
        weight = np.concatenate([state[f"{n}.weight"] for n in names])
        bias = np.concatenate([state[f"{n}.bias"] for n in names])
        return _linear(g, x, weight, bias, int8)

    # A single text is all of type 0: that row is added to the positions here.
    positions = (
        state["embeddings.position_embeddings.weight"]
        + state["embeddings.token_type_embeddings.weight"][0]
    )
    shape = g.op("Shape", "input_ids")
    tokens = g.op("Gather", shape, g.constant(np.array([1])))
    here = g.op("Slice", g.constant(positions), g.constant(np.array([0])), tokens)
    words = _embed_tokens(g, "input_ids", state["embeddings.word_embeddings.weight"], int8)
    x = norm(g.op("Add", words, here), "embeddings")

    mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)  # [n,tokens]
    hidden = g.op("Sub", g.constant(np.float32(1)), mask)
    hidden = g.op("Mul", hidden, g.constant(np.float32(-1e9)))
    hidden = g.op("Unsqueeze", hidden, g.constant(np.array([1, 2])))
    split = g.constant(np.array([0, 0, 3 * _HEADS, _WIDTH // _HEADS]))
    join = g.constant(np.array([0, 0, _WIDTH]))
    root = g.constant(np.float32((_WIDTH // _HEADS) ** -0.5))
    for layer in range(_LAYERS):
        name = f"encoder.layer.{layer}"
        own = f"{name}.attention.self"
        qkv = linear(x, f"{own}.query", f"{own}.key", f"{own}.value")
        heads = g.op("Transpose", g.op("Reshape", qkv, split), perm=[0, 2, 1, 3])
        query, key, value = g.op("Split", heads, outputs=3, axis=1)
        key = g.op("Transpose", key, perm=[0, 1, 3, 2])
        scores = g.op("Mul", g.op("MatMul", query, key), root)
        weights = g.op("Softmax", g.op("Add", scores, hidden), axis=-1)
        seen = g.op("Transpose", g.op("MatMul", weights, value), perm=[0, 2, 1, 3])
        seen = linear(g.op("Reshape", seen, join), f"{name}.attention.output.dense")
        x = norm(g.op("Add", seen, x), f"{name}.attention.output")
        y = linear(x, f"{name}.intermediate.dense")
        erf = g.op("Erf", g.op("Div", y, g.constant(np.float32(2**0.5))))
        twice = g.op("Mul", y, g.op("Add", erf, g.constant(np.float32(1))))
        y = g.op("Mul", twice, g.constant(np.float32(0.5)))
        y = linear(y, f"{name}.output.dense")
        x = norm(g.op("Add", y, x), f"{name}.output")

    column = g.op("Unsqueeze", mask, g.constant(np.array([2])))
    total = g.op("ReduceSum", g.op("Mul", x, column), g.constant(np.array([1])), keepdims=0)
    g.unit(total, out="text_embeds")  # the division by the count cancels out
    ids = [(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("input_ids", "attention_mask")]
    return g.model(
        ids, [("text_embeds", TensorProto.FLOAT, ["batch", _WIDTH])], "all-MiniLM-L6-v2"
    )
