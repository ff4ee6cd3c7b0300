"""What a camera does to a plate: perspective, light, blur, noise, compression."""

import math

import cv2
import numpy as np


def random_homography_quad(rng, width, height, max_yaw=60.0, max_pitch=35.0, max_roll=15.0):
    """Corners (4x2 float32; LT RT RB LB, centred on 0) of a `width` x `height` plate seen at a random angle."""
    yaw, pitch, roll = (math.radians(rng.triangular(-limit, limit, 0)) for limit in (max_yaw, max_pitch, max_roll))
    cy, sy, cp, sp, cr, sr = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch), math.cos(roll), math.sin(roll)
    rotate_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rotate_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    rotate_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * [width / 2, height / 2, 0]
    turned = corners @ (rotate_z @ rotate_x @ rotate_y).T
    # Two to eight plate widths away: near enough for the far edge to look shorter.
    distance = width * rng.uniform(2.0, 8.0)
    depth = distance / (distance + turned[:, 2])
    return (turned[:, :2] * depth[:, None]).astype(np.float32)


def bent(rng, image):
    """The plate bowed up or down, as after years of parking by ear; its corners stay."""
    height, width = image.shape[:2]
    bow = rng.uniform(-0.09, 0.09) * height
    across = np.linspace(-1, 1, width, dtype=np.float32)
    x = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    y = np.arange(height, dtype=np.float32)[:, None] + bow * (1 - across**2)[None, :]
    return cv2.remap(image, np.ascontiguousarray(x), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def degrade(rng, image, strength=1.0):
    """Light, blur, noise and compression on a BGR uint8 picture; returns a new one of the same size."""
    out = image.astype(np.float32)
    nrng = np.random.default_rng(rng.getrandbits(32))
    out = _light(rng, nrng, out, strength)
    out = _blur(rng, out, strength)
    if rng.random() < 0.15:
        # Telephones sharpen what they blurred: light edges around everything.
        out = out + rng.uniform(0.4, 1.8) * (out - cv2.GaussianBlur(out, (0, 0), rng.uniform(0.8, 2.0)))
    if rng.random() < 0.6 * strength:
        out += nrng.normal(0, rng.uniform(1, 11) * strength, out.shape).astype(np.float32)
    out = out.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.08:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.5:
        quality = int(rng.uniform(25, 95))
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return out


def _light(rng, nrng, out, strength):
    height, width = out.shape[:2]
    if rng.random() < 0.5:
        # A gradient of shadow or sun across the plate.
        angle = rng.uniform(0, 2 * math.pi)
        ramp = np.linspace(-1, 1, width)[None, :] * math.cos(angle) + np.linspace(-1, 1, height)[:, None] * math.sin(angle)
        out = out * (1 + rng.uniform(0, 0.45) * strength * ramp[..., None]).astype(np.float32)
    if rng.random() < 0.12:
        # The hard edge of a shadow.
        line = np.linspace(0, 1, width)[None, :] * rng.uniform(-1, 1) + np.linspace(0, 1, height)[:, None] * rng.uniform(-1, 1)
        out = out * np.where(line > rng.uniform(-0.3, 0.6), 1.0, rng.uniform(0.35, 0.8))[..., None].astype(np.float32)
    if rng.random() < 0.1:
        # Glare: the sun or a headlamp in the plate.
        y, x = np.mgrid[0:height, 0:width]
        radius = rng.uniform(0.1, 0.4) * width
        spot = np.exp(-((x - rng.uniform(0, width)) ** 2 + (y - rng.uniform(0, height)) ** 2) / (2 * radius**2))
        out = out + (spot * rng.uniform(60, 200))[..., None].astype(np.float32)
    gain = math.exp(rng.uniform(-0.9, 0.45) * strength)
    contrast = rng.uniform(0.5, 1.15) if rng.random() < 0.8 else rng.uniform(1.15, 1.2 + 0.9 * strength)
    cast = np.array([rng.uniform(-0.14, 0.14) for _ in range(3)], np.float32) * strength
    mean = out.mean()
    return ((out - mean) * contrast + mean) * gain * (1 + cast) + rng.uniform(-15, 15) * strength


def _blur(rng, out, strength):
    height, width = out.shape[:2]
    if rng.random() < 0.35 * strength:
        sigma = rng.uniform(0.3, 0.4 + 0.011 * width)
        out = cv2.GaussianBlur(out, (0, 0), min(sigma, 2.2))
    if rng.random() < 0.25 * strength:
        length = max(2, round(rng.uniform(2, 0.035 * width + 2)))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, math.pi)
        half = (length - 1) / 2
        dx, dy = math.cos(angle) * half, math.sin(angle) * half
        cv2.line(kernel, (round(half - dx), round(half - dy)), (round(half + dx), round(half + dy)), 1.0)
        out = cv2.filter2D(out, -1, kernel / kernel.sum())
    return out
