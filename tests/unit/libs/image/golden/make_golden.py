#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the files of this folder: pictures in every format, and what PIL makes of them.

Run it with Debian's python3-pil and python3-numpy. The files are committed, so that the tests need neither. What Keras
and torchvision do is written down here in terms of PIL, which does the work in both.
"""
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent
ORIENTATION_TAG = 0x0112


def textured(width, height):
    """Gradients, a fine pattern that aliases when it is reduced carelessly, and an edge."""
    y, x = np.mgrid[0:height, 0:width]
    red = 255 * x / max(width - 1, 1)
    green = (x * 37 + y * 91) % 256
    blue = np.where((x // 3 + y // 2) % 2 == 0, 230, 20) - 15 * (x > width // 2)
    return Image.fromarray(np.stack([red, green, blue], axis=2).astype(np.uint8))


def keras(image, size):
    """load_img(target_size=…) and keras.applications.imagenet_utils.preprocess_input(mode="caffe")."""
    pixels = np.asarray(image.resize((size, size), Image.NEAREST), np.float32)
    return pixels[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32)


def torchvision(image, size):
    """Resize(size * 256 / 224), CenterCrop(size), ToTensor(), Normalize(): torchvision.transforms on a PIL image."""
    resize_size = int(np.floor(size * 256 / 224 + 0.5))
    shorter, longer = min(image.size), max(image.size)
    longer_size = int(resize_size * longer / shorter)
    width, height = (resize_size, longer_size) if image.width == shorter else (longer_size, resize_size)
    resized = image.resize((width, height), Image.BILINEAR)
    top, left = int(round((height - size) / 2.0)), int(round((width - size) / 2.0))
    pixels = np.asarray(resized.crop((left, top, left + size, top + size)), np.float32) / np.float32(255)
    return (pixels - np.array([0.485, 0.456, 0.406], np.float32)) / np.array([0.229, 0.224, 0.225], np.float32)


def starter(image, size):
    """The mean of the covered area, for a reduction."""

    def coverage(input_size):
        scale = input_size / size
        begin = np.arange(size)[:, None] * scale
        pixel = np.arange(input_size)[None]
        covered = np.minimum(begin + scale, pixel + 1) - np.maximum(begin, pixel)
        return np.clip(covered, 0, None) / scale

    means = np.einsum("yh,hwc,xw->yxc", coverage(image.height), np.asarray(image, float), coverage(image.width))
    return (np.round(means) - np.array([123.68, 116.779, 103.939])).astype(np.float32)


def write_profiles():
    for width, height, size in [(37, 53, 16), (90, 40, 32), (11, 20, 16), (13, 9, 16)]:
        image = textured(width, height)
        name = f"textured_{width}x{height}"
        image.save(FOLDER / f"{name}.png")
        for profile in (keras, torchvision, starter):
            if profile is starter and min(width, height) < size:
                continue
            planes = profile(image, size).transpose(2, 0, 1)
            planes.astype("<f4").tofile(FOLDER / f"{name}_{profile.__name__}_{size}.f32")


def write_nearest():
    """Of a row of 160 pixels whose value is their place, the 48 that PIL takes: some centres fall on an edge."""
    row = Image.fromarray(np.arange(160, dtype=np.uint8)[None])
    (FOLDER / "nearest_160_to_48.u8").write_bytes(row.resize((48, 1), Image.NEAREST).tobytes())


def quadrants(alpha=False):
    """Red and green above, blue and grey below; with alpha the blue is half, the grey wholly transparent."""
    pixels = np.zeros((12, 16, 4), np.uint8)
    pixels[:6, :8] = (255, 0, 0, 255)
    pixels[:6, 8:] = (0, 255, 0, 255)
    pixels[6:, :8] = (0, 0, 255, 128 if alpha else 255)
    pixels[6:, 8:] = (128, 128, 128, 0 if alpha else 255)
    image = Image.fromarray(pixels)
    return image if alpha else image.convert("RGB")


def one_bit():
    """White above on the left and below on the right, black elsewhere."""
    pixels = np.zeros((12, 16), bool)
    pixels[:6, :8] = pixels[6:, 8:] = True
    return Image.fromarray(pixels)


def exif_turned_left():
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    return exif


def write_png_16_bit(path, samples):
    """PIL writes no 16-bit colour: a PNG of `samples`, height × width × channels, by hand."""
    height, width, channels = samples.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks))


def write_formats():
    opaque, alpha = quadrants(), quadrants(alpha=True)
    opaque.save(FOLDER / "baseline.jpg", quality=95, subsampling=0)
    opaque.save(FOLDER / "progressive.jpg", quality=95, subsampling=0, progressive=True)
    opaque.convert("L").save(FOLDER / "grey.jpg", quality=95)
    opaque.convert("CMYK").save(FOLDER / "cmyk.jpg", quality=95, subsampling=0)
    opaque.save(FOLDER / "opaque.png")
    opaque.save(FOLDER / "exif_turned_left.png", exif=exif_turned_left())
    opaque.quantize(8).save(FOLDER / "palette.png")
    opaque.convert("L").save(FOLDER / "grey.png")
    alpha.save(FOLDER / "alpha.png")
    alpha.quantize(8, method=Image.Quantize.FASTOCTREE).save(FOLDER / "palette_alpha.png")
    alpha.convert("LA").save(FOLDER / "grey_alpha.png")
    opaque.save(FOLDER / "color_key.png", transparency=(128, 128, 128))
    write_png_16_bit(FOLDER / "rgb_16_bit.png", np.asarray(opaque, np.uint16) * 257)
    write_png_16_bit(FOLDER / "alpha_16_bit.png", np.asarray(alpha, np.uint16) * 257)
    write_png_16_bit(FOLDER / "grey_16_bit.png", np.asarray(opaque.convert("L"), np.uint16)[..., None] * 257)
    opaque.save(FOLDER / "lossy.webp", quality=95)
    opaque.save(FOLDER / "lossless.webp", lossless=True)
    alpha.save(FOLDER / "alpha.webp", lossless=True)
    opaque.save(FOLDER / "exif_turned_left.webp", lossless=True, exif=exif_turned_left())
    opaque.save(FOLDER / "animated.webp", save_all=True, append_images=[alpha.convert("RGB").rotate(180)])
    write_gif(opaque, alpha)
    write_bmp(opaque, alpha)
    write_tiff(opaque, alpha)


def write_gif(opaque, alpha):
    opaque.save(FOLDER / "opaque.gif", interlace=0)
    opaque.save(FOLDER / "interlaced.gif", interlace=1)
    opaque.save(FOLDER / "animated.gif", save_all=True, append_images=[opaque.rotate(180)])
    whole_or_nothing = alpha.copy()
    whole_or_nothing.putalpha(alpha.getchannel("A").point(lambda value: 255 if value > 0 else 0))
    whole_or_nothing.save(FOLDER / "transparent.gif")


def write_bmp(opaque, alpha):
    opaque.save(FOLDER / "opaque.bmp")
    opaque.quantize(8).save(FOLDER / "palette.bmp")
    opaque.convert("L").save(FOLDER / "grey.bmp")
    alpha.save(FOLDER / "alpha.bmp")
    one_bit().save(FOLDER / "one_bit.bmp")


def write_tiff(opaque, alpha):
    opaque.save(FOLDER / "opaque.tif")
    opaque.save(FOLDER / "lzw.tif", compression="tiff_lzw")
    opaque.save(FOLDER / "deflate.tif", compression="tiff_adobe_deflate")
    opaque.save(FOLDER / "jpeg.tif", compression="jpeg", quality=95)
    opaque.save(FOLDER / "exif_turned_left.tif", tiffinfo={ORIENTATION_TAG: 6})
    opaque.quantize(8).save(FOLDER / "palette.tif")
    opaque.convert("CMYK").save(FOLDER / "cmyk.tif")
    opaque.convert("L").save(FOLDER / "grey.tif")
    alpha.convert("LA").save(FOLDER / "grey_alpha.tif")
    grey_16_bit = np.asarray(opaque.convert("L"), np.uint16) * 257
    Image.fromarray(grey_16_bit).save(FOLDER / "grey_16_bit.tif")
    alpha.save(FOLDER / "alpha.tif")
    one_bit().save(FOLDER / "one_bit.tif", compression="group4")
    opaque.save(FOLDER / "two_pages.tif", save_all=True, append_images=[opaque.rotate(180)])


if __name__ == "__main__":
    write_profiles()
    write_nearest()
    write_formats()
