"""Make ``import torchvision`` work beside the CPU build of PyTorch.

The wheel of torchvision on the package index is built for CUDA: its ``_C.so`` cannot be loaded beside a CPU torch, and
then the import fails with "operator torchvision::nms does not exist". Just before torchvision is first imported this
hook tries to load that library; if it cannot, it declares the two operators (both are needed) and gives ``nms`` a plain
implementation. With a CUDA torch the native operators are loaded and nothing is replaced. Still missing beside a CPU
torch: ``torchvision.ops.nms()`` itself, ``roi_align`` and ``torchvision.io``; use Pillow or PyAV for pictures.
"""

import importlib
import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
kept: list[Any] = []  # torch forgets a library's operators when the object is gone


class Hook(MetaPathFinder):
    """Prepare PyTorch when torchvision is asked for, then stand aside."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """Find nothing; the true finders come next."""
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            spec = importlib.machinery.PathFinder.find_spec(fullname)
            if spec is not None:
                prepare(spec)
        return None


def install() -> None:
    """Put the hook in place, once."""
    if "torchvision" not in sys.modules and not any(isinstance(finder, Hook) for finder in sys.meta_path):
        sys.meta_path.insert(0, Hook())


def prepare(spec: importlib.machinery.ModuleSpec) -> None:
    """Load torchvision's native operators, or declare the two that its import needs."""
    torch = importlib.import_module("torch")  # noqa: TID251 - by name, so that nothing here imports it at start

    for folder in spec.submodule_search_locations or []:
        for library in Path(folder).glob("_C*.so"):
            try:
                torch.ops.load_library(str(library))
            except OSError:
                continue
            return
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in SCHEMAS:
        library.define(schema)
    library.impl("nms", lambda boxes, scores, limit: nms(torch, boxes, scores, limit), "CPU")
    kept.append(library)


def nms(torch: Any, boxes: Any, scores: Any, limit: float) -> Any:  # noqa: ANN401 - torch is not imported here
    """Keep the best boxes (N, 4 as left, top, right, bottom), dropping those that overlap a better one too much."""
    order = scores.argsort(descending=True)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    chosen: list[int] = []
    while order.numel():
        best, rest = order[0], order[1:]
        chosen.append(int(best))
        sides = torch.minimum(boxes[best, 2:], boxes[rest, 2:]) - torch.maximum(boxes[best, :2], boxes[rest, :2])
        overlap = sides.clamp(min=0).prod(dim=1)
        order = rest[overlap / (areas[best] + areas[rest] - overlap) <= limit]
    return torch.tensor(chosen, dtype=torch.int64)
