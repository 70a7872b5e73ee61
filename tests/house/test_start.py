import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

HEAVY = (
    "torch", "torchvision", "mediapipe", "onnxruntime", "insightface", "cv2", "av", "mujoco", "moderngl",
    "faster_whisper", "spacy",
)  # fmt: skip

LOOK = """
import json, sys
import django
django.setup()
after_setup = [name for name in {heavy} if name in sys.modules]
from django.test import Client
settings = django.conf.settings
pages = ("/accounts/login/", "/verify", "/nowhere")
answers = [Client().get(path, HTTP_HOST="localhost").status_code for path in pages]
after_request = [name for name in {heavy} if name in sys.modules]
print(json.dumps([after_setup, after_request, answers]))
"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=settings.ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_nothing_heavy_is_loaded_by_setup_or_by_a_request() -> None:
    done = python(LOOK.format(heavy=HEAVY))
    assert done.returncode == 0, done.stderr
    after_setup, after_request, answers = json.loads(done.stdout.splitlines()[-1])
    assert after_setup == []
    assert after_request == []
    assert answers[0] == 200


@pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import torch"], capture_output=True, check=False).returncode != 0,
    reason="PyTorch is an extra and is not installed here",
)
def test_torchvision_can_be_imported_beside_any_torch() -> None:
    done = python(
        "import sys, config; assert 'torch' not in sys.modules; import torchvision, torch;"
        "boxes = torch.tensor([[0., 0, 10, 10], [1, 1, 10, 10], [20, 20, 30, 30]]);"
        "print(torch.ops.torchvision.nms(boxes, torch.tensor([.9, .8, .7]), .5).tolist())"
    )
    assert done.stdout.strip() == "[0, 2]", done.stderr
