"""Trains a model in a running server and reads the job's events with TensorBoard's own reader.

Arguments: the address of HTTP, the folder of the server's state.
"""

import io
import pathlib
import sys
import time

import numpy as np
import requests
from PIL import Image

from checks import Checks, expect, expect_equal

PATIENCE = 120
STEPS = 200
WEIGHTS = {
    "conv1/kernel": 5 * 5 * 32,
    "conv1/bias": 32,
    "conv2/kernel": 5 * 5 * 32 * 64,
    "conv2/bias": 64,
    "dense/kernel": 3136 * 1024,
    "dense/bias": 1024,
    "logits/kernel": 1024 * 10,
    "logits/bias": 10,
}


def main(http, state):
    from tensorboard import version
    from tensorboard.backend.event_processing import event_accumulator

    checks = Checks(f"tensorboard {version.VERSION}")
    reports, metrics, folder = [], {}, None
    with checks.check("a job writes event files"):
        job = train(f"http://{http}/api/v1")
        metrics = job["metrics"]
        folder = pathlib.Path(state) / "jobs" / job["name"].split("/")[1] / "tensorboard"
        expect_equal(len(list(folder.glob("events.out.tfevents.*"))), 1, "number of event files")
    if not metrics:
        checks.end()

    accumulator = event_accumulator.EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0})
    accumulator.Reload()
    tags = accumulator.Tags()

    with checks.check("scalars of each report"):
        wanted = ["accuracy/train", "accuracy/validation", "loss/train", "speed/examples_per_second"]
        expect_equal(sorted(tags["scalars"]), wanted, "names")
        for name in wanted:
            expect_equal([one.step for one in accumulator.Scalars(name)], [100, 200], f"steps of {name}")
        near(accumulator.Scalars("loss/train")[-1].value, metrics["train_loss"], "loss")
        near(accumulator.Scalars("accuracy/validation")[-1].value, metrics["validation_accuracy"], "accuracy")
        expect(abs(accumulator.Scalars("loss/train")[0].wall_time - time.time()) < PATIENCE, "another time")

    with checks.check("histograms of the weights"):
        expect_equal(sorted(tags["histograms"]), sorted(WEIGHTS), "names")
        for name, count in WEIGHTS.items():
            first, last = (one.histogram_value for one in accumulator.Histograms(name))
            expect_equal((last.num, sum(last.bucket)), (count, count), f"values of {name}")
            expect(last.min <= last.bucket_limit[0] and last.bucket_limit[-1] == last.max, f"limits of {name}")
            expect(first.sum != last.sum, f"{name} has not changed")

    with checks.check("the confusion of the test set, as a picture"):
        expect_equal(tags["images"], ["confusion/test"], "names")
        (image,) = accumulator.Images("confusion/test")
        expect_equal((image.step, image.width, image.height), (STEPS, 160, 160), "step and size")
        pixels = grey(image.encoded_image_string)
        cells = pixels[8::16, 8::16]
        right = np.trace(cells) / 10
        wrong = (cells.sum() - 10 * right) / 90
        expect(right > 200 and wrong < right / 2, f"the diagonal is {right}, the rest {wrong}")

    with checks.check("the graph"):
        expect(tags["graph"], "there is none")
        nodes = {node.name: node.op for node in accumulator.Graph().node}
        expect_equal(nodes["images"], "Placeholder", "op of images")
        expect(any(op == "ResourceApplyAdam" for op in nodes.values()), "nothing that learns")
    checks.end()


def train(api):
    """The job, once it has succeeded."""
    spec = {"model": "board", "parameters": {"steps": str(STEPS), "batch_size": "10"}}
    answer = requests.post(f"{api}/trainingJobs", json={"spec": spec}, timeout=60)
    end = time.monotonic() + PATIENCE
    while True:
        expect(answer.ok, answer.text)
        body = answer.json()
        job = body.get("training_job") or body["trainingJob"]
        if job["state"].endswith(("SUCCEEDED", "FAILED", "CANCELLED")) or time.monotonic() > end:
            break
        time.sleep(0.2)
        answer = requests.get(f"{api}/{job['name']}", timeout=60)
    expect(job["state"].endswith("SUCCEEDED"), f"it is {job['state']}: {job.get('message')}")
    return job


def near(actual, expected, what):
    expect(abs(actual - expected) <= 1e-6 * max(1, abs(expected)), f"{what} is {actual!r}, not {expected!r}")


def grey(png):
    """The rows of a grey picture."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        expect_equal(picture.mode, "L", "mode")
        return np.asarray(picture).astype(int)


if __name__ == "__main__":
    main(*sys.argv[1:])
