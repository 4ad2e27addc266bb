"""What a model is asked and what Python's TensorFlow answered: written by the export, read by every client."""

import base64
import dataclasses
import json
import pathlib
import pickle

import numpy as np

DATATYPES = {
    "bool": "BOOL",
    "int8": "INT8",
    "int16": "INT16",
    "int32": "INT32",
    "int64": "INT64",
    "uint8": "UINT8",
    "uint16": "UINT16",
    "uint32": "UINT32",
    "uint64": "UINT64",
    "float16": "FP16",
    "bfloat16": "BF16",
    "float32": "FP32",
    "float64": "FP64",
    "object": "BYTES",
}
TOLERANCES = {"float16": (1e-3, 0), "bfloat16": (1e-2, 0), "float32": (1e-5, 1e-6), "float64": (1e-12, 0)}


@dataclasses.dataclass
class Case:
    """One request of one model's signature. Arrays by the aliases of the signature; text is an object array of bytes."""

    name: str
    model: str
    inputs: dict
    outputs: dict
    signature: str = "serving_default"
    version: int = 1
    method: str = "predict"
    examples: list = dataclasses.field(default_factory=list)
    exact: bool = False


def datatype(array):
    """The Open Inference Protocol's name of an array's dtype."""
    return DATATYPES[array.dtype.name]


def differences(case, actual):
    """What is wrong with an answer, in words; empty when it is Python's own, to float tolerance or to the bit."""
    expected = case.outputs
    if sorted(expected) != sorted(actual):
        return f"outputs {sorted(actual)}, not {sorted(expected)}"
    for name, right in expected.items():
        is_ = actual[name]
        if is_.dtype != right.dtype:
            return f"{name} has dtype {is_.dtype}, not {right.dtype}"
        if is_.shape != right.shape:
            return f"{name} has shape {is_.shape}, not {right.shape}"
        if right.dtype.name in TOLERANCES and not case.exact:
            relative, absolute = TOLERANCES[right.dtype.name]
            equal = np.allclose(
                right.astype(np.float64), is_.astype(np.float64), rtol=relative, atol=absolute, equal_nan=True
            )
        else:
            equal = right.tolist() == is_.tolist()
        if not equal:
            return f"{name} is {is_.tolist()}, not {right.tolist()}"[:400]
    return ""


def raw(array):
    """An array as the Open Inference Protocol's raw contents."""
    if array.dtype == object:
        return b"".join(len(one).to_bytes(4, "little") + one for one in array.ravel())
    return array.tobytes()


def store(cases, folder):
    """Writes cases for Python, and as JSON for those clients that are not in Python."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cases.pkl").write_bytes(pickle.dumps(cases))
    plain = [
        {
            "name": case.name,
            "model": case.model,
            "version": str(case.version),
            "inputs": [_plain(name, array) for name, array in case.inputs.items()],
            "outputs": [_plain(name, array) for name, array in case.outputs.items()],
        }
        for case in cases
        if case.method == "predict" and case.signature == "serving_default"
    ]
    (folder / "cases.json").write_text(json.dumps(plain))


def load(folder):
    """The cases that the export wrote."""
    return pickle.loads((pathlib.Path(folder) / "cases.pkl").read_bytes())


def _plain(name, array):
    return {
        "name": name,
        "datatype": datatype(array),
        "shape": list(array.shape),
        "raw": base64.b64encode(raw(array)).decode(),
    }
