"""Computes, with numpy and Pillow alone, what each pixel step of background removal has to give.

The steps are those of rembg 2.0.86: how a picture becomes a network's input, how its output becomes a mask, how the
mask is cleaned, how a trimap is made of it, alpha by the closed form of matting, colours by the multi-level method, and
the plain cut-out. They are written out here from their definitions, small and slow, so that the program's own code has
something to be compared with.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 pillow==11.3.0
    venv/bin/python crates/imaging/tests/vectors/removal_steps.py > crates/imaging/tests/vectors/removal_steps.json
"""

import json
import sys

import numpy as np
from PIL import Image

random = np.random.default_rng(20)

NORMALISATIONS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "half": ((0.5, 0.5, 0.5), (1.0, 1.0, 1.0)),
}


def photograph(width, height):
    """Slow colours, a bright disc and noise; its brightest level is below 255."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [110 + 70 * np.sin(x / (5 + c) + c) * np.cos(y / (7 - c)) for c in range(3)]
    picture = np.stack(waves, axis=-1) + random.normal(0, 9, (height, width, 3))
    disc = np.hypot(x - 0.6 * width, y - 0.45 * height) < 0.3 * min(width, height)
    picture[disc] += (60, -50, 20)
    return np.clip(picture, 0, 241).astype(np.uint8)


def soft_mask(width, height):
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot(x - 0.55 * width, y - 0.5 * height)
    mask = np.clip(0.5 + (0.33 * min(width, height) - away) / 5, 0, 1) * 255
    mask += (random.random((height, width)) < 0.03) * 90.0
    return np.clip(mask, 0, 255).astype(np.uint8)


def lanczos(array, width, height):
    return np.asarray(Image.fromarray(array).resize((width, height), Image.Resampling.LANCZOS))


def network_input(rgb, side, mean, std):
    small = lanczos(rgb, side, side)
    scaled = small / max(np.max(small), 1e-6)
    return ((scaled - mean) / std).transpose(2, 0, 1).astype(np.float32)


def network_mask(output, width, height, squash):
    """`squash` is what becomes of the output before it is stretched."""
    if squash == "sigmoid":
        output = 1 / (1 + np.exp(-output))
    if squash == "clip":
        output = np.clip(output, 0, 1)
    low, high = np.min(output), np.max(output)
    stretched = (output - low) / (high - low)
    return lanczos((stretched * 255).astype(np.uint8), width, height)


def neighbours(mask, fill):
    """The pixel itself and its four neighbours; beyond the edge lies `fill`."""
    padded = np.pad(mask, 1, constant_values=fill)
    middle = slice(1, -1)
    shifted = [(middle, middle), (slice(0, -2), middle), (slice(2, None), middle)]
    shifted += [(middle, slice(0, -2)), (middle, slice(2, None))]
    return np.stack([padded[at] for at in shifted])


def cleaned(mask):
    opened = np.max(neighbours(np.min(neighbours(mask, 255), axis=0), 0), axis=0)
    reach = 8
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / 2.0) ** 2)
    weights /= weights.sum()
    blurred = opened.astype(np.float64)
    for axis in (0, 1):
        # The edge pixel is repeated first, then those before it.
        padding = [(reach, reach) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.pad(blurred, padding, mode="symmetric")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis)
        blurred = windows @ weights
    return np.where(blurred < 127, 0, 255).astype(np.uint8)


def eroded(kept, size, beyond):
    """What stays where all of a square around the pixel is set; an even square reaches farther up and left."""
    if size == 0:
        return np.min(neighbours(kept, beyond), axis=0)
    before, after = size // 2, size - 1 - size // 2
    padded = np.pad(kept, ((before, after), (before, after)), constant_values=beyond)
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size)).all(axis=(2, 3))


def trimap(mask, above, below, erode):
    out = np.full(mask.shape, 128, np.uint8)
    out[eroded(mask > above, erode, False)] = 255
    out[eroded(mask < below, erode, True)] = 0
    return out


def closed_form_alpha(rgb, trimap):
    """Solves (L + 100 D) alpha = 100 D known, L being the matting Laplacian of windows of three by three pixels."""
    image = rgb / 255.0
    height, width = trimap.shape
    count = width * height
    laplacian = np.zeros((count, count))
    for top in range(height - 2):
        for left in range(width - 2):
            at = np.array([(top + j) * width + left + i for j in range(3) for i in range(3)])
            window = image[top : top + 3, left : left + 3].reshape(9, 3)
            centred = window - window.mean(axis=0)
            inverse = np.linalg.inv(centred.T @ centred / 9 + 1e-7 / 9 * np.eye(3))
            laplacian[np.ix_(at, at)] += np.eye(9) - (1 + centred @ inverse @ centred.T) / 9
    known = (trimap.ravel() != 128).astype(float)
    alpha = np.linalg.solve(laplacian + 100 * np.diag(known), 100 * known * (trimap.ravel() == 255))
    return np.clip(alpha, 0, 1).reshape(height, width)


def foreground(rgb, alpha):
    """Colours of the object: from one pixel up, each level begins with the smaller one and is relaxed in reading order."""
    image = rgb / 255.0
    height, width = alpha.shape
    levels = int(np.ceil(np.log2(max(width, height))))
    front = back = image.mean(axis=(0, 1)).reshape(1, 1, 3)

    def nearest(array, h, w):
        return array[np.arange(h) * array.shape[0] // h][:, np.arange(w) * array.shape[1] // w]

    for level in range(levels + 1):
        w, h = round(width ** (level / levels)), round(height ** (level / levels))
        colours, a = nearest(image, h, w), nearest(alpha, h, w)
        front, back = nearest(front, h, w).copy(), nearest(back, h, w).copy()
        for _ in range(10 if max(w, h) <= 32 else 2):
            for y in range(h):
                for x in range(w):
                    own = a[y, x]
                    matrix = np.array([[own * own, own * (1 - own)], [own * (1 - own), (1 - own) ** 2]])
                    right = np.outer([own, 1 - own], colours[y, x])
                    for dy, dx in ((0, -1), (0, 1), (-1, 0), (1, 0)):
                        j, i = min(max(y + dy, 0), h - 1), min(max(x + dx, 0), w - 1)
                        weight = 1e-5 + abs(own - a[j, i])
                        matrix += weight * np.eye(2)
                        right += weight * np.stack([front[j, i], back[j, i]])
                    front[y, x], back[y, x] = np.clip(np.linalg.solve(matrix, right), 0, 1)
    return np.clip(front * 255, 0, 255).astype(np.uint8)


def plain_cutout(rgb, mask):
    picture = Image.fromarray(rgb)
    empty = Image.new("RGBA", picture.size, 0)
    return np.asarray(Image.composite(picture, empty, Image.fromarray(mask)))


def numbers(array):
    if array.dtype == np.uint8:
        return array.tobytes().hex()
    return [float(f"{value:.7g}") for value in array.ravel()]


def main():
    cases = {"resizes": [], "inputs": [], "masks": [], "cleanings": [], "trimaps": [], "mattings": [], "cutouts": []}
    for (w, h), (to_w, to_h) in [((41, 29), (12, 12)), ((12, 12), (41, 29)), ((9, 31), (16, 16)), ((1, 5), (7, 2))]:
        rgb = photograph(w, h)
        case = {"size": [w, h], "to": [to_w, to_h], "rgb": numbers(rgb), "grey": numbers(rgb[..., 1].copy())}
        case["rgb_made"] = numbers(lanczos(rgb, to_w, to_h))
        case["grey_made"] = numbers(lanczos(rgb[..., 1].copy(), to_w, to_h))
        cases["resizes"].append(case)
    for name, (mean, std) in NORMALISATIONS.items():
        for w, h in [(33, 21), (8, 8)]:
            rgb = photograph(w, h)
            made = network_input(rgb, 8, mean, std)
            cases["inputs"].append(
                {"size": [w, h], "side": 8, "normalisation": name, "rgb": numbers(rgb), "made": numbers(made)}
            )
    for squash in ("none", "clip", "sigmoid"):
        output = random.normal(0.4, 0.5, (10, 10)).astype(np.float32)
        made = network_mask(output, 27, 19, squash)
        cases["masks"].append(
            {"side": 10, "squash": squash, "output": numbers(output), "size": [27, 19], "made": numbers(made)}
        )
    for w, h in [(40, 31), (6, 20)]:
        mask = soft_mask(w, h)
        cases["cleanings"].append({"size": [w, h], "mask": numbers(mask), "made": numbers(cleaned(mask))})
    for erode in (0, 1, 4, 10):
        mask = soft_mask(36, 30)
        made = trimap(mask, 240, 10, erode)
        cases["trimaps"].append({"size": [36, 30], "mask": numbers(mask), "erode": erode, "made": numbers(made)})
    for w, h in [(22, 18), (40, 12)]:
        rgb, mask = photograph(w, h), soft_mask(w, h)
        map_ = trimap(mask, 240, 10, 2)
        alpha = closed_form_alpha(rgb, map_)
        cases["mattings"].append(
            {
                "size": [w, h],
                "rgb": numbers(rgb),
                "trimap": numbers(map_),
                "alpha": numbers(alpha),
                "foreground": numbers(foreground(rgb, alpha)),
            }
        )
    rgb, mask = photograph(16, 16), np.arange(256, dtype=np.uint8).reshape(16, 16)
    made = plain_cutout(rgb, mask)
    cases["cutouts"].append({"size": [16, 16], "rgb": numbers(rgb), "mask": numbers(mask), "made": numbers(made)})
    rgb = photograph(45, 30)
    planes = network_input(rgb, 16, *NORMALISATIONS["imagenet"]).astype(np.float64)
    output = np.tensordot([0.5, -0.2, 0.8], planes, axes=1) + 0.1
    mask = network_mask((1 / (1 + np.exp(-output))).astype(np.float32), 45, 30, "none")
    whole = {"size": [45, 30], "side": 16, "rgb": numbers(rgb), "mask": numbers(mask), "cleaned": numbers(cleaned(mask))}
    whole["cutout"] = numbers(plain_cutout(rgb, mask))
    cases["whole"] = [whole]
    # One case a line.
    groups = (f'"{name}": [\n' + ",\n".join(map(json.dumps, group)) + "\n]" for name, group in cases.items())
    sys.stdout.write("{\n" + ",\n".join(groups) + "\n}\n")


main()
