# SPDX-License-Identifier: GPL-3.0-or-later
#
# A pass of PyTorch's DataLoader over all pictures below a folder.
#
#   prepare FOLDER SIZE CHANNELS BATCH WORKERS WAY    WAY: pil, tensor
from torch.utils.data import DataLoader

import peer
from pictures import Pictures


def prepare(folder, size, channels, batch, workers, way):
    pictures = Pictures(f"{peer.FOLDER}/{folder}", int(size), int(channels),
                        way)
    batches = DataLoader(pictures, int(batch), num_workers=int(workers),
                         persistent_workers=True)
    return lambda: [sum(len(batch) for batch in batches)]


peer.serve(prepare)
