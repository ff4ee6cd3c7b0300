"""The detector's network: a photo in, at every 8th pixel a plate score and where the four corners are from there."""

import torch
from torch import nn
from torch.nn import functional as F

STRIDE = 8
# Corner offsets are learnt in units of 32 px, which keeps them near 1.
OFFSET_UNIT = 32.0


class ConvUnit(nn.Sequential):
    def __init__(self, c_in, c_out, kernel=3, stride=1):
        super().__init__(nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = ConvUnit(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return F.relu(x + self.second(self.first(x)))


class PlateDetector(nn.Module):
    """Anchor-free: strides 8, 16 and 32 are merged, so that one map sees plates of 12 px and of 450 px alike."""

    def __init__(self):
        super().__init__()
        self.stride8 = nn.Sequential(ConvUnit(3, 16, stride=2), ConvUnit(16, 24, stride=2), ConvUnit(24, 40, stride=2), Residual(40))
        self.stride16 = nn.Sequential(ConvUnit(40, 72, stride=2), Residual(72), Residual(72))
        self.stride32 = nn.Sequential(ConvUnit(72, 112, stride=2), Residual(112), Residual(112))
        self.lateral8, self.lateral16, self.lateral32 = ConvUnit(40, 48, 1), ConvUnit(72, 48, 1), ConvUnit(112, 48, 1)
        self.smooth16 = ConvUnit(48, 48)
        self.head = nn.Sequential(ConvUnit(48, 48), ConvUnit(48, 48))
        self.score = nn.Conv2d(48, 1, 1)
        self.corners = nn.Conv2d(48, 8, 1)
        # A score of about 1 in 100 everywhere to begin with: the focal loss starts calm.
        nn.init.constant_(self.score.bias, -4.6)

    def forward(self, images):
        """`images` [N,3,H,W] RGB 0..255 -> (score logits [N,1,H/8,W/8], corner offsets in px [N,8,H/8,W/8])."""
        s8 = self.stride8((images - 114.0) / 64.0)
        s16 = self.stride16(s8)
        s32 = self.stride32(s16)
        up16 = self.smooth16(self.lateral16(s16) + F.interpolate(self.lateral32(s32), scale_factor=2.0, mode="nearest"))
        merged = self.head(self.lateral8(s8) + F.interpolate(up16, scale_factor=2.0, mode="nearest"))
        return self.score(merged), self.corners(merged) * OFFSET_UNIT


class ExportedDetector(nn.Module):
    """What the ONNX file computes from bytes [1,H,W,3]: scores in 0..1 and corner offsets in pixels from the centre of each cell."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        score, corners = self.model(image.permute(0, 3, 1, 2).float())
        return torch.sigmoid(score), corners
