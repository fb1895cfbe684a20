#!/usr/bin/env python3
"""Prints the public names of PyTorch, one a line, as docs/pytorch_names.md spells them: tests/checks/pytorch_names.txt.

usage: /usr/bin/python3 tests/parity/pytorch_names.py > tests/checks/pytorch_names.txt        (needs PyTorch; made with 1.13)

A function of torch counts as public if it has a docstring. Methods of Tensor are listed if no function of torch has their
name. Names of later PyTorch and of torchvision, which is not installed, are written out below.
"""

import inspect
import re

import torch
import torch.utils.data
from torch.optim import lr_scheduler, swa_utils

PRIVATE = re.compile(r"_|\w+_copy$|(unsafe|native|parse|import_ir|fbgemm|cudnn|miopen|mkldnn|has_torch)_|\w*vitals?(_|$)")
# Helpers that lack the underscore, names of the typing module, and what PyTorch itself no longer documents.
INTERNAL = set("""Callable List Optional Set Tuple Union candidate obj merge_type_from_type_comment unify_type_list init_num_threads
    hspmm sspaddmm assert_int_or_pair boolean_dispatch handle_torch_function Container CrossMapLRN2d NLLLoss2d RNNCellBase
    UninitializedBuffer UninitializedParameter Counter Tensor DFIterDataPipe DataChunk DataLoader2 IterDataPipe MapDataPipe
    argument_validation communication functional_datapipe guaranteed_datapipes_determinism non_deterministic
    runtime_validation runtime_validation_disabled collate as_subclass is_ort is_mps reinforce""".split())
MODES = "Generator autocast device dtype enable_grad finfo iinfo inference_mode layout memory_format no_grad set_grad_enabled Size"

LATER = """
    nn.RMSNorm nn.CircularPad1d nn.CircularPad2d nn.CircularPad3d nn.ZeroPad1d nn.ZeroPad3d nn.LPPool3d
    F.scaled_dot_product_attention F.rms_norm optim.Adafactor optim.Muon torch.vmap torch.compile
    torch.func.functional_call torch.func.grad torch.func.vjp torch.func.jvp torch.func.jacrev torch.func.jacfwd
    torch.func.hessian"""

VISION = """
    ops.batched_nms ops.box_area ops.box_convert ops.box_iou ops.clip_boxes_to_image ops.complete_box_iou
    ops.complete_box_iou_loss ops.distance_box_iou ops.distance_box_iou_loss ops.generalized_box_iou
    ops.generalized_box_iou_loss ops.masks_to_boxes ops.nms ops.remove_small_boxes ops.sigmoid_focal_loss
    ops.roi_align ops.RoIAlign ops.roi_pool ops.RoIPool ops.ps_roi_align ops.PSRoIAlign ops.ps_roi_pool ops.PSRoIPool
    ops.MultiScaleRoIAlign ops.FeaturePyramidNetwork ops.deform_conv2d ops.DeformConv2d ops.drop_block2d ops.DropBlock2d
    ops.drop_block3d ops.DropBlock3d ops.stochastic_depth ops.StochasticDepth ops.SqueezeExcitation ops.FrozenBatchNorm2d
    ops.Conv2dNormActivation ops.Conv3dNormActivation ops.MLP ops.Permute
    transforms.AugMix transforms.AutoAugment transforms.CenterCrop transforms.ColorJitter transforms.Compose
    transforms.ConvertImageDtype transforms.ElasticTransform transforms.FiveCrop transforms.GaussianBlur
    transforms.Grayscale transforms.Lambda transforms.LinearTransformation transforms.Normalize transforms.Pad
    transforms.PILToTensor transforms.RandAugment transforms.RandomAdjustSharpness transforms.RandomAffine
    transforms.RandomApply transforms.RandomAutocontrast transforms.RandomChoice transforms.RandomCrop
    transforms.RandomEqualize transforms.RandomErasing transforms.RandomGrayscale transforms.RandomHorizontalFlip
    transforms.RandomInvert transforms.RandomOrder transforms.RandomPerspective transforms.RandomPosterize
    transforms.RandomResizedCrop transforms.RandomRotation transforms.RandomSolarize transforms.RandomVerticalFlip
    transforms.Resize transforms.TenCrop transforms.ToPILImage transforms.ToTensor transforms.TrivialAugmentWide
    transforms.CutMix transforms.MixUp"""


def public(module, accept=callable):
    """The sorted public names of a module whose values `accept` takes."""
    names = (name for name in dir(module) if not PRIVATE.match(name) and name not in INTERNAL)
    return [name for name in names if accept(getattr(module, name))]


def documented(value):
    """Whether something can be called, is no class, and has a docstring."""
    return callable(value) and not inspect.isclass(value) and bool((value.__doc__ or "").strip())


def all_names():
    """All names, section by section."""
    functions = public(torch, documented)
    sections = [
        ("torch.", functions + MODES.split()),
        ("x.", [name for name in public(torch.Tensor, lambda value: (value.__doc__ or "").strip()) if name not in functions]),
        ("F.", public(torch.nn.functional, lambda value: callable(value) and not inspect.isclass(value))),
        ("nn.", public(torch.nn, inspect.isclass)),
        ("nn.utils.", public(torch.nn.utils, inspect.isfunction)),
        ("init.", [name for name in public(torch.nn.init) if name.endswith("_") or name == "calculate_gain"]),
        ("optim.", public(torch.optim, inspect.isclass)),
        ("lr_scheduler.", [name for name in public(lr_scheduler, inspect.isclass) if name != "Optimizer"]),
        ("swa_utils.", ["AveragedModel", "SWALR", "update_bn"]),
        ("linalg.", public(torch.linalg)),
        ("fft.", public(torch.fft)),
        ("special.", public(torch.special)),
        ("autograd.", ["Function", "backward", "detect_anomaly", "grad", "gradcheck", "gradgradcheck"]),
        ("autograd.functional.", ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]),
        ("data.", [name for name in torch.utils.data.__all__ if not PRIVATE.match(name) and name not in INTERNAL]),
    ]
    return [prefix + name for prefix, names in sections for name in names] + LATER.split() + VISION.split()


if __name__ == "__main__":
    print("\n".join(sorted(set(all_names()))))
