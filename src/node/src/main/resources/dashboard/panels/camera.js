// The cameras' images side by side, with the plan over them.

import {colour, surface} from '../canvas.js';
import {byId, element, reconcile, setText} from '../dom.js';

const IMAGE_PERIOD_MS = 100;

let page;
let views = [];
let silent = false;

/** One camera: its newest image, and where it is drawn. */
class View {
  #image = null;
  #tag = '';
  #fetching = false;

  constructor(name) {
    this.name = name;
    this.canvas = element('canvas');
    this.canvas.dataset.camera = name;
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', name + ' with the planned chunk');
    this.note = element('p', 'note');
    this.note.hidden = true;
    this.input = element('i');
    this.root = element('figure', 'view', element('div', 'stage', this.canvas, this.note),
      element('figcaption', '', name + ' ', this.input));
    this.root.dataset.camera = name;
  }

  async fetch() {
    if (this.#fetching || document.hidden) return;
    this.#fetching = true;
    try {
      const answer = await fetch('camera/' + encodeURIComponent(this.name), {headers: this.#tag ? {'If-None-Match': this.#tag} : {}});
      if (answer.status === 200) {
        const received = await createImageBitmap(await answer.blob());
        this.#image?.close();
        this.#image = received;
        this.#tag = answer.headers.get('ETag') || '';
        page.dirty = true;
      }
    } catch {
      // the header says that the link is down
    } finally {
      this.#fetching = false;
    }
  }

  draw(snapshot) {
    const image = this.#image;
    if (image) this.canvas.style.setProperty('--ratio', image.width / image.height);
    const {context, width, height} = surface(this.canvas);
    if (image) {
      context.imageSmoothingEnabled = image.width * 2 > width;
      context.drawImage(image, 0, 0, width, height);
    }
    const overlay = snapshot.overlays.find(candidate => candidate.camera === this.name);
    if (overlay) drawPlan(context, overlay, width, height);
    const source = snapshot.sources.find(candidate => candidate.name === this.name);
    setText(this.input, source && source.input ? source.input : '');
    this.say(trouble(source));
  }

  say(note) {
    this.note.hidden = !note;
    setText(this.note, note);
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

function trouble(source) {
  if (silent) return 'no answer from the node';
  if (!source) return '';
  if (source.frozen) return 'image frozen';
  if (source.blank) return 'image blank';
  return source.ageMs <= source.maxAgeMs ? '' : 'no new image';
}

export default {
  mount(given) {
    page = given;
    setInterval(() => views.forEach(view => view.fetch()), IMAGE_PERIOD_MS);
  },

  session(session) {
    if (views.map(view => view.name).join('\n') === session.cameras.join('\n')) return;
    views = session.cameras.map(name => new View(name));
    byId('cameras').replaceChildren(...views.map(view => view.root));
    byId('main').dataset.cameras = views.length > 1 ? 'many' : 'one';
    views.forEach(view => view.fetch());
  },

  link(up) {
    silent = !up;
    if (silent) views.forEach(view => view.say(trouble()));
  },

  draw(snapshot) {
    views.forEach(view => view.draw(snapshot));
    reconcile(byId('facts'), snapshot.facts, () => element('div', '', element('dt'), element('dd')), (box, fact) => {
      setText(box.children[0], fact.name);
      setText(box.children[1], fact.value);
    });
  },
};
