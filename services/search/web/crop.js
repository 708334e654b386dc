// SPDX-License-Identifier: Apache-2.0
import { announce, h } from './dom.js';

const WHOLE = { left: 0, top: 0, right: 1, bottom: 1 };
const SMALLEST = 0.05;  // of a side
const STEP = 0.02;      // of a key

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const isWhole = (box) => box.left <= 0 && box.top <= 0 && box.right >= 1 && box.bottom >= 1;

// Moves the box, or those of its sides that `sides` names, and keeps it within the picture.
function changed(box, sides, dx, dy) {
  if (sides === 'all') {
    const x = clamp(dx, -box.left, 1 - box.right);
    const y = clamp(dy, -box.top, 1 - box.bottom);
    return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
  }
  const next = { ...box };
  if (sides.includes('w')) next.left = clamp(box.left + dx, 0, box.right - SMALLEST);
  if (sides.includes('e')) next.right = clamp(box.right + dx, box.left + SMALLEST, 1);
  if (sides.includes('n')) next.top = clamp(box.top + dy, 0, box.bottom - SMALLEST);
  if (sides.includes('s')) next.bottom = clamp(box.bottom + dy, box.top + SMALLEST, 1);
  return next;
}

const percent = (value) => `${Math.round(value * 100)} %`;

// A picture with a box to drag over it. `onChange` is told the box, in fractions of the picture, or null for the whole.
export function cropper(photo, onChange) {
  let box = { ...WHOLE };
  const frame = h('div', {
    class: 'crop-box',
    tabIndex: 0,
    role: 'group',
    'aria-label': 'Part of the photo to search for. Arrow keys move it, with Shift they change its size.',
  }, ['nw', 'ne', 'sw', 'se'].map((corner) => h('span', { class: `handle ${corner}`, 'data-sides': corner })));
  const stage = h('div', { class: 'cropper' }, h('img', { src: photo.url, alt: 'Your photo', draggable: false }), frame);
  stage.style.setProperty('--ratio', photo.width / photo.height);

  const set = (next) => {
    box = next;
    frame.style.left = `${box.left * 100}%`;
    frame.style.top = `${box.top * 100}%`;
    frame.style.width = `${(box.right - box.left) * 100}%`;
    frame.style.height = `${(box.bottom - box.top) * 100}%`;
    stage.classList.toggle('whole', isWhole(box));
  };
  const tell = () => onChange(isWhole(box) ? null : box);

  const drag = (event) => {
    const { width, height, left, top } = stage.getBoundingClientRect();
    let sides = event.target.dataset.sides ?? 'all';
    let start = box;
    if (sides === 'all' && isWhole(box)) {  // there is nothing to move yet: draw a box
      const x = clamp((event.clientX - left) / width, 0, 1 - SMALLEST);
      const y = clamp((event.clientY - top) / height, 0, 1 - SMALLEST);
      start = { left: x, top: y, right: x + SMALLEST, bottom: y + SMALLEST };
      sides = 'se';
    }
    event.preventDefault();
    frame.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    let moved = false;
    const move = (now) => {
      const dx = (now.clientX - event.clientX) / width;
      const dy = (now.clientY - event.clientY) / height;
      if (!moved && Math.abs(dx) * width + Math.abs(dy) * height < 4) return;
      moved = true;
      set(changed(start, sides, dx, dy));
    };
    const end = () => {
      stage.removeEventListener('pointermove', move);
      if (moved) tell();
    };
    stage.addEventListener('pointermove', move);
    stage.addEventListener('pointerup', end, { once: true });
    stage.addEventListener('pointercancel', end, { once: true });
  };
  stage.addEventListener('pointerdown', drag);

  frame.addEventListener('keydown', (event) => {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    set(changed(box, event.shiftKey ? 'se' : 'all', ...move));
    announce(`From ${percent(box.left)} to ${percent(box.right)} across, ${percent(box.top)} to ${percent(box.bottom)} down`);
    tell();
  });

  set(box);
  return { element: stage, reset: () => { set({ ...WHOLE }); tell(); } };
}
