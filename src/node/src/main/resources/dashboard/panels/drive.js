// A pointer on the camera's picture drives the robot, where the node takes it: while it is down its place is sent again and
// again; lifting it, leaving the page or losing the link is letting go.

import {byId} from '../dom.js';

const PERIOD_MS = 50;
let page;
let drives = [];
let target = null;
let sending = false;

function place(event) {
  const box = byId('camera').getBoundingClientRect();
  const fraction = (at, from, size) => Math.max(0, Math.min(1, (at - from) / size));
  target = {camera: byId('camera').dataset.camera, x: fraction(event.clientX, box.left, box.width), y: fraction(event.clientY, box.top, box.height)};
}

async function send() {
  if (!target || sending || document.hidden) return;
  sending = true;
  const refusal = await page.post('drive', 'Drive', JSON.stringify(target));
  if (refusal !== null) target = null;
  sending = false;
}

function possible() {
  return drives.includes(byId('camera').dataset.camera);
}

export default {
  mount(given) {
    page = given;
    const canvas = byId('camera');
    canvas.addEventListener('pointerdown', event => {
      if (event.button !== 0 || !possible()) return;
      canvas.setPointerCapture(event.pointerId);
      place(event);
      send();
    });
    canvas.addEventListener('pointermove', event => target && place(event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) canvas.addEventListener(end, () => { target = null; });
    addEventListener('blur', () => { target = null; });
    setInterval(send, PERIOD_MS);
  },

  session(session) {
    drives = session.drives;
  },

  draw() {
    byId('camera').classList.toggle('drives', possible());
    byId('drive-note').hidden = !possible();
  },
};
