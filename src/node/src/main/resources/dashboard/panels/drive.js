// A pointer on a camera's picture drives the robot, where the node takes it: while it is down its place is sent again and
// again; lifting it, leaving the page or losing the link is letting go.

import {byId} from '../dom.js';

const PERIOD_MS = 50;
let page;
let drives = [];
let target = null;
let sending = false;

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const fraction = (at, from, size) => Math.max(0, Math.min(1, (at - from) / size));
  target = {camera: canvas.dataset.camera, x: fraction(event.clientX, box.left, box.width), y: fraction(event.clientY, box.top, box.height)};
}

async function send() {
  if (!target || sending || document.hidden) return;
  sending = true;
  const refusal = await page.post('drive', 'Drive', JSON.stringify(target));
  if (refusal !== null) target = null;
  sending = false;
}

export default {
  mount(given) {
    page = given;
    const cameras = byId('cameras');
    cameras.addEventListener('pointerdown', event => {
      const canvas = event.target;
      if (event.button !== 0 || !drives.includes(canvas.dataset.camera)) return;
      canvas.setPointerCapture(event.pointerId);
      place(canvas, event);
      send();
    });
    cameras.addEventListener('pointermove', event => target && event.target.dataset.camera === target.camera && place(event.target, event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) cameras.addEventListener(end, () => { target = null; });
    addEventListener('blur', () => { target = null; });
    setInterval(send, PERIOD_MS);
  },

  session(session) {
    drives = session.drives;
  },

  draw() {
    const canvases = [...byId('cameras').querySelectorAll('canvas')];
    canvases.forEach(canvas => canvas.classList.toggle('drives', drives.includes(canvas.dataset.camera)));
    byId('drive-note').hidden = !canvases.some(canvas => canvas.classList.contains('drives'));
  },
};
