"""Where passages are encoded: on the processor, or on a GPU that torch can use."""

from __future__ import annotations

from typing import Literal

from index.errors import EncoderError

Device = Literal["cpu", "cuda"]


def chosen(name: str) -> Device:
    """The device of a name: "cpu", "cuda" where there is one, or "auto" for the better of what is there."""
    if name == "cpu":
        return "cpu"
    if name not in ("auto", "cuda"):
        raise EncoderError(f"the device {name!r} is unknown: give cpu, cuda or auto")
    wrong = _wrong_with_cuda()
    if wrong and name == "cuda":
        raise EncoderError(f"there is no GPU to encode on: {wrong}; or leave --device out to encode on the CPU")
    return "cpu" if wrong else "cuda"


def _wrong_with_cuda() -> str:
    """Why torch cannot use a GPU, and the cure; empty when it can."""
    import torch

    if torch.version.cuda is None:
        return f"torch {torch.__version__} was built without CUDA: install a build of torch with CUDA"
    if not torch.cuda.is_available():
        return f"torch {torch.__version__} finds no CUDA device: see whether `nvidia-smi` lists one"
    return ""
