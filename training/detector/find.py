"""Finds plates in a whole photo with the trained network, as the server does it: used to validate while training."""

import cv2
import numpy as np
import torch

LONG_SIDE = 640


def find_plates(model, image, threshold=0.3):
    """[(score, quad 4x2 in photo pixels)], best first."""
    scale = LONG_SIDE / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    height, width = small.shape[:2]
    padded = np.full((-(-height // 32) * 32, -(-width // 32) * 32, 3), 114, np.uint8)
    padded[:height, :width] = small
    x = torch.from_numpy(padded[..., ::-1].transpose(2, 0, 1).copy()).float()[None]
    model.eval()
    with torch.no_grad():
        logits, corners = model(x.to(model.score.weight.device))
    score = torch.sigmoid(logits)[0, 0].cpu().numpy()
    corners = corners[0].cpu().numpy()
    plates = []
    peaks = (score >= threshold) & (score == cv2.dilate(score, np.ones((3, 3))))
    for row, col in zip(*np.nonzero(peaks)):
        quad = corners[:, row, col].reshape(4, 2) + [(col + 0.5) * 8, (row + 0.5) * 8]
        plates.append((float(score[row, col]), quad / scale))
    return sorted(plates, key=lambda plate: -plate[0])
