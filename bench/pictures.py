# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pictures of a folder, decoded, resized and augmented by torchvision as
# Ordinate's default options say: through PIL, or with tensors throughout.
import os

import torch
from PIL import Image
from torchvision import io
from torchvision.transforms import v2

MODES = {1: ("L", io.ImageReadMode.GRAY), 3: ("RGB", io.ImageReadMode.RGB)}


class Pictures(torch.utils.data.Dataset):
    def __init__(self, folder, size, channels, way):
        self.files = sorted(os.path.join(parent, file)
                            for parent, _, files in os.walk(folder)
                            for file in files
                            if file.endswith((".png", ".jpg")))
        self.mode = MODES[channels]
        self.by_tensors = way == "tensor"
        self.change = v2.Compose([
            *([] if self.by_tensors else [v2.PILToTensor()]),
            v2.ToDtype(torch.float32, scale=True),
            v2.RandomAffine(10, (0.1, 0.1), (0.9, 1.1),
                            interpolation=v2.InterpolationMode.BILINEAR),
            v2.ColorJitter(contrast=0.2),
            v2.Normalize([0.5] * channels, [0.25] * channels),
        ])
        self.resize = v2.Resize((size, size), antialias=True)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        if self.by_tensors:
            picture = io.decode_image(io.read_file(self.files[i]),
                                      self.mode[1])
        else:
            picture = Image.open(self.files[i]).convert(self.mode[0])
        return self.change(self.resize(picture))
