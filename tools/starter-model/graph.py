"""A thin writer of ONNX graphs: each method adds one node and returns the name of its output."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Graph:
    """Collects nodes and initializers; `half` stores large float weights as float16.

    Half-stored weights are cast back to float32 by a node that the runtime folds away when it
    loads the file: half the size, the speed of float32.
    """

    def __init__(self, half=False):
        self.half = half
        self.nodes, self.initializers, self.count = [], [], 0

    def name(self, hint):
        self.count += 1
        return f"{hint}_{self.count}"

    def constant(self, array, hint="c"):
        array = np.asarray(array)
        name = self.name(hint)
        if self.half and array.dtype == np.float32 and array.size > 256:
            stored = numpy_helper.from_array(array.astype(np.float16), name)
            self.initializers.append(stored)
            return self.op("Cast", name, to=TensorProto.FLOAT)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind, *inputs, out=None, outputs=1, **attributes):
        names = [out or self.name(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def unit(self, x, out):
        """Rows of `x` scaled to length 1."""
        length = self.op("ReduceL2", x, axes=[-1], keepdims=1)
        floor = self.op("Max", length, self.constant(np.float32(1e-12)))
        return self.op("Div", x, floor, out=out)

    def model(self, inputs, outputs, title):
        """The checked model; `inputs` and `outputs` are (name, element type, shape) triples."""
        infos = [[helper.make_tensor_value_info(*i) for i in side] for side in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, title, *infos, self.initializers)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=8,
            producer_name="starter-model",
        )
        onnx.checker.check_model(model)
        return model
