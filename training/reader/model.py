"""The reader's network: a plate picture in, two rows of character posteriors and the plate's colour and layout out."""

import torch
from torch import nn
from torch.nn import functional as F

INPUT_WIDTH, INPUT_HEIGHT = 160, 48


class ConvUnit(nn.Sequential):
    def __init__(self, c_in, c_out, kernel=3, stride=1, padding=None):
        padding = kernel // 2 if padding is None else padding
        super().__init__(nn.Conv2d(c_in, c_out, kernel, stride, padding, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = ConvUnit(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        # Squeeze and excitation: lets every place know the whole plate (its kind, its light).
        self.squeeze = nn.Linear(channels, channels // 4)
        self.excite = nn.Linear(channels // 4, channels)

    def forward(self, x):
        out = self.second(self.first(x))
        weight = torch.sigmoid(self.excite(F.relu(self.squeeze(out.mean((2, 3))))))
        return F.relu(x + out * weight[:, :, None, None])


class PlateReader(nn.Module):
    """Two-row CTC: the last map has 2 rows x 40 columns, read as one sequence of 80 frames, the top row first.

    A single-row plate is read in one of the rows and leaves the other blank, so one head serves both layouts.
    """

    def __init__(self, characters, colors):
        super().__init__()
        self.stem = nn.Sequential(ConvUnit(3, 24, stride=2), ConvUnit(24, 40), ConvUnit(40, 64, stride=2), Residual(64))
        self.body = nn.Sequential(ConvUnit(64, 112, stride=(2, 1)), Residual(112), Residual(112), Residual(112))
        # 6 rows become 2, each of which has seen the full height.
        self.rows = ConvUnit(112, 160, kernel=(5, 3), stride=(3, 1), padding=(1, 1))
        self.place = nn.Parameter(torch.zeros(1, 160, 2, 1))
        self.context = nn.Sequential(ConvUnit(160, 160, kernel=(2, 5), padding=(0, 2)))
        self.merge = ConvUnit(320, 160, kernel=(1, 3), padding=(0, 1))
        self.dropout = nn.Dropout(0.1)
        self.characters = nn.Conv2d(160, characters + 1, 1)
        # From early and late maps: the late ones alone went by the characters and took black civil plates for blue.
        self.color = nn.Sequential(nn.Linear(64 + 112, 64), nn.ReLU(inplace=True), nn.Linear(64, colors))
        self.double_row = nn.Linear(112, 1)

    def forward(self, images):
        """`images` [N,3,48,160] RGB 0..255 -> (logits [N,80,C+1], color logits [N,6], double-row logit [N])."""
        stem = self.stem((images - 127.5) / 64.0)
        body = self.body(stem)
        rows = self.rows(body) + self.place
        both = self.context(rows).expand(-1, -1, 2, -1)
        merged = self.dropout(self.merge(torch.cat([rows, both], 1)))
        logits = self.characters(merged)
        pooled = body.mean((2, 3))
        return logits.flatten(2).transpose(1, 2), self.color(torch.cat([stem.mean((2, 3)), pooled], 1)), self.double_row(pooled)[:, 0]
