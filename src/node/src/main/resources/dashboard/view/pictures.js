// The cameras' pictures of the step, asked for one after the other; a few ahead and behind are kept.

import {surface} from '../canvas.js';
import {byId, element, setText} from '../dom.js';
import {picture} from './ask.js';

const KEPT = 48;
const AHEAD = 12;

let page;
let views = [];

/** One camera. */
class View {
  #kept = new Map();
  #faults = new Map();
  #asking = false;
  #episode = -1;

  constructor(column) {
    this.column = column;
    this.canvas = element('canvas');
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', column.key);
    this.canvas.style.setProperty('--ratio', column.shape[2] / column.shape[1]);
    this.note = element('p', 'note');
    this.note.hidden = true;
    this.root = element('figure', 'view', element('div', 'stage', this.canvas, this.note), element('figcaption', '', column.key));
  }

  episode(index) {
    this.#episode = index;
    this.#kept.forEach(image => image.close());
    this.#kept.clear();
    this.#faults.clear();
  }

  has = step => this.#kept.has(step) || this.#faults.has(step);

  /** Asks for the step that is shown, else for one of the next. */
  async fetch() {
    if (this.#asking || !page.facts) return;
    const last = Math.min(page.facts.length - 1, page.step + AHEAD * page.stride);
    let step = page.step;
    while (step <= last && this.has(step)) step += page.stride;
    if (step > last) return;
    this.#asking = true;
    const episode = this.#episode;
    try {
      const image = await picture('picture/' + episode + '/' + this.column.number + '/' + step);
      if (episode === this.#episode) this.#keep(step, image);
      else image.close();
    } catch (error) {
      if (episode === this.#episode) this.#faults.set(step, error.message);
    } finally {
      this.#asking = false;
      page.dirty = true;
    }
    this.fetch();
  }

  #keep(step, image) {
    this.#kept.set(step, image);
    if (this.#kept.size <= KEPT) return;
    const furthest = [...this.#kept.keys()].reduce((a, b) => Math.abs(a - page.step) >= Math.abs(b - page.step) ? a : b);
    this.#kept.get(furthest).close();
    this.#kept.delete(furthest);
  }

  draw() {
    const image = this.#kept.get(page.step);
    const fault = this.#faults.get(page.step);
    this.note.hidden = !fault;
    setText(this.note, fault || '');
    this.canvas.dataset.step = image ? page.step : '';
    if (!image && !fault) return; // what was drawn last stays, until this one is there
    const {context, width, height} = surface(this.canvas);
    if (!image) return;
    context.imageSmoothingEnabled = image.width * 2 > width;
    context.drawImage(image, 0, 0, width, height);
  }
}

export default {
  mount(given) {
    page = given;
    views = page.dataset.columns.filter(column => column.visual).map(column => new View(column));
    byId('cameras').replaceChildren(...views.map(view => view.root));
    byId('cameras').hidden = !views.length;
  },

  episode(facts, index) {
    views.forEach(view => view.episode(index));
  },

  step() {
    views.forEach(view => view.fetch());
  },

  ready: step => views.every(view => view.has(step)),

  draw() {
    views.forEach(view => view.draw());
  },
};
