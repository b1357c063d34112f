// Camera images with the plan over them.

import {colour, surface} from '../canvas.js';
import {byId, element, reconcile, setText} from '../dom.js';

const IMAGE_PERIOD_MS = 100;

let page;
let cameras = [];
let camera = null;
let image = null;
let imageTag = '';
let fetching = false;

function choose(name) {
  camera = name;
  image = null;
  imageTag = '';
  byId('camera').dataset.camera = name || '';
  for (const tab of byId('camera-tabs').children) tab.setAttribute('aria-pressed', tab.textContent === name);
  page.dirty = true;
  fetchImage();
}

function makeTab(name) {
  const tab = element('button', '', name);
  tab.setAttribute('aria-pressed', name === camera);
  tab.addEventListener('click', () => choose(name));
  return tab;
}

async function fetchImage() {
  if (!camera || fetching || document.hidden) return;
  fetching = true;
  const wanted = camera;
  try {
    const answer = await fetch('camera/' + encodeURIComponent(wanted), {headers: imageTag ? {'If-None-Match': imageTag} : {}});
    if (answer.status === 200) {
      const received = await createImageBitmap(await answer.blob());
      if (wanted === camera) {
        if (image) image.close();
        image = received;
        imageTag = answer.headers.get('ETag') || '';
        page.dirty = true;
      } else {
        received.close();
      }
    }
  } catch {
    // the header says that the link is down
  } finally {
    fetching = false;
  }
}

function polyline(context, flat, from, to, width, height) {
  context.beginPath();
  for (let i = from; i < to; i++) context.lineTo(flat[2 * i] * width, flat[2 * i + 1] * height);
  context.stroke();
}

function drawPlan(context, overlay, width, height) {
  context.lineJoin = context.lineCap = 'round';
  context.lineWidth = 1.5;
  context.globalAlpha = .5;
  context.strokeStyle = colour('previous');
  for (const chunk of overlay.previous) polyline(context, chunk, 0, chunk.length / 2, width, height);
  context.globalAlpha = .75;
  context.strokeStyle = colour('fan');
  for (const sample of overlay.fan) polyline(context, sample, 0, sample.length / 2, width, height);
  context.globalAlpha = 1;
  const points = overlay.chunk.length / 2;
  const done = Math.max(0, Math.min(points - 1, overlay.executed));
  context.lineWidth = 6;
  context.strokeStyle = 'rgba(255,255,255,.75)';
  polyline(context, overlay.chunk, 0, points, width, height);
  context.lineWidth = 3;
  context.strokeStyle = colour('done');
  polyline(context, overlay.chunk, 0, done + 1, width, height);
  context.strokeStyle = colour('chunk');
  polyline(context, overlay.chunk, done, points, width, height);
  for (let i = 0; i < points; i++) {
    context.beginPath();
    context.arc(overlay.chunk[2 * i] * width, overlay.chunk[2 * i + 1] * height, i === done ? 6 : 3, 0, 7);
    context.fillStyle = colour(i < done ? 'done' : 'chunk');
    context.fill();
    if (i === done) {
      context.lineWidth = 2;
      context.strokeStyle = '#fff';
      context.stroke();
    }
  }
}

function trouble(snapshot) {
  const source = snapshot.sources.find(candidate => candidate.name === camera);
  if (!source) return '';
  if (source.frozen) return 'image frozen';
  if (source.blank) return 'image blank';
  return source.ageMs <= source.maxAgeMs ? '' : 'no new image';
}

export default {
  mount(given) {
    page = given;
    setInterval(fetchImage, IMAGE_PERIOD_MS);
  },

  session(session) {
    cameras = session.cameras;
    byId('camera-tabs').replaceChildren(...(cameras.length < 2 ? [] : cameras.map(makeTab)));
    if (!cameras.includes(camera)) choose(cameras[0] || null);
  },

  draw(snapshot) {
    const canvas = byId('camera');
    if (image) canvas.style.aspectRatio = image.width + ' / ' + image.height;
    const {context, width, height} = surface(canvas);
    if (image) {
      context.imageSmoothingEnabled = image.width * 2 > width;
      context.drawImage(image, 0, 0, width, height);
    }
    const overlay = snapshot.overlays.find(candidate => candidate.camera === camera);
    if (overlay) drawPlan(context, overlay, width, height);
    const note = trouble(snapshot);
    byId('camera-note').hidden = !note;
    setText(byId('camera-note'), note);
    reconcile(byId('facts'), snapshot.facts, () => element('div', '', element('dt'), element('dd')), (box, fact) => {
      setText(box.children[0], fact.name);
      setText(box.children[1], fact.value);
      box.title = fact.name + ': ' + fact.value;
    });
  },
};
