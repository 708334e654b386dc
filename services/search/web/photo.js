// SPDX-License-Identifier: Apache-2.0

// Pictures are looked at through a model of a few hundred pixels, so a photo of a phone's camera is made smaller before
// it is sent; one that is small already is sent as it is.
const LONGEST_SIDE = 1280;

// { blob, url, width, height } of a file; width is 0 where the browser cannot show it (TIFF): the server may still read
// it. The caller revokes `url`.
export async function preparePhoto(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return { blob: file, url: '', width: 0, height: 0 };
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const blob = scale < 1 ? await shrunk(bitmap, scale) : file;
  const photo = { blob, url: URL.createObjectURL(blob), width: bitmap.width, height: bitmap.height };
  bitmap.close();
  return photo;
}

function shrunk(bitmap, scale) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';  // as the server lays transparency on white
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
}
