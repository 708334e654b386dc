// SPDX-License-Identifier: Apache-2.0
import { announce, h, icon } from './dom.js';
import { cropper } from './crop.js';
import { preparePhoto } from './photo.js';
import { picture } from './results.js';

const chooser = (text, iconName, kind, capture, onFile) => h('label', { class: `button ${kind}` },
  icon(iconName), text,
  h('input', {
    type: 'file', accept: 'image/*', class: 'unseen', capture,
    onchange: (event) => {
      if (event.target.files.length > 0) onFile(event.target.files[0]);
      event.target.value = '';
    },
  }));

const closeButton = (label, onclick) =>
  h('button', { type: 'button', class: 'close', 'aria-label': label, title: label, onclick }, icon('close'));

function dropZone(onFile) {
  return h('section', { class: 'drop', 'aria-label': 'Photo to search with' },
    h('div', { class: 'drop-art', 'aria-hidden': 'true' }, icon('camera')),
    h('h2', {}, 'Search with a photo'),
    h('p', { class: 'quiet' }, 'Drop it here, paste it, or'),
    h('p', { class: 'actions' },
      chooser('Choose a photo', 'upload', 'main', undefined, onFile),
      chooser('Take a photo', 'camera', 'touch-only', 'environment', onFile)));
}

function photoCard(photo, onCrop, onFile, onClear) {
  const crop = photo.width > 0 ? cropper(photo, onCrop) : null;
  return h('section', { class: 'query', 'aria-label': 'Your photo' },
    crop?.element,
    h('div', { class: 'about' },
      h('p', { class: 'quiet small' }, crop ? 'Drag over the photo to search for a part of it.'
        : 'This browser cannot show the photo; the search looks at all of it.'),
      closeButton('Remove the photo', onClear)),
    h('p', { class: 'actions' },
      crop && h('button', { type: 'button', class: 'button', onclick: crop.reset }, icon('frame'), 'Whole photo'),
      chooser('Another', 'upload', '', undefined, onFile)));
}

function itemCard(collection, item, onFile, onClear) {
  return h('section', { class: 'query', 'aria-label': 'More like this' },
    h('div', { class: 'like' }, picture(collection, item),
      h('div', {}, h('p', { class: 'quiet small' }, 'More like'), h('p', { class: 'name' }, item.id))),
    h('p', { class: 'actions' }, chooser('Use a photo', 'upload', '', undefined, onFile)),
    closeButton('Clear the search', onClear));
}

// The place where the query is given and seen. `changed(query)`: { photo, crop }, { id }, or null.
export class QueryPanel {
  constructor(changed) {
    this.changed = changed;
    this.element = h('div', { class: 'query-panel' });
    this.photo = null;
  }

  show(collection, query) {
    const onFile = (file) => this.takeFile(file);
    const onClear = () => this.changed(null);
    if (query?.id !== undefined) {
      this.element.replaceChildren(itemCard(collection, { id: query.id, attributes: {} }, onFile, onClear));
    } else if (query?.prepared) {
      if (this.photo === query.prepared) return;  // keeps the crop box under the finger
      this.element.replaceChildren(photoCard(query.prepared,
        (crop) => this.changed({ ...query, crop }), onFile, onClear));
    } else {
      this.element.replaceChildren(dropZone(onFile));
    }
    this.forget(query?.prepared);
  }

  async takeFile(file) {
    announce('Reading the photo');
    const prepared = await preparePhoto(file);
    this.changed({ photo: prepared.blob, prepared, crop: null });
  }

  forget(next) {
    if (this.photo && this.photo !== next) URL.revokeObjectURL(this.photo.url);
    this.photo = next ?? null;
  }

  // Photos that are dropped anywhere or pasted, until `signal` ends it.
  listen(signal) {
    let depth = 0;
    const over = (on) => document.body.classList.toggle('dropping', on);
    const image = (list) => [...list].find((file) => file.type.startsWith('image/') || file.type === '');
    const listen = (name, listener) => document.addEventListener(name, listener, { signal });
    listen('dragenter', () => over(++depth > 0));
    listen('dragleave', () => over(--depth > 0));
    listen('dragover', (event) => event.preventDefault());
    listen('drop', (event) => {
      event.preventDefault();
      depth = 0;
      over(false);
      const file = image(event.dataTransfer.files);
      if (file) this.takeFile(file);
    });
    listen('paste', (event) => {
      const file = image(event.clipboardData.files);
      if (file) this.takeFile(file);
    });
  }
}
