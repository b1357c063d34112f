// Curves of the columns' values and of the labels, one strip a value. Pressing in one goes to that step.

import {colour, label, surface} from '../canvas.js';
import {byId, element, reconcile, setText} from '../dom.js';
import {brief} from '../format.js';
import {floats} from './ask.js';

const LEFT = 52;
const MOST_STRIPS = 48;
const MOST_AT_FIRST = 16;

let page;
/** Names of the columns that are shown; null until an episode was open. */
let chosen = null;
/** By number: the values, [dim][point]; undefined until they are there. */
let values = [];
let strips = [];
let stale = false;

/** A value of a series at a step; NaN while it is not known. */
export function valueAt(number, dim, step) {
  const series = page.facts.series[number];
  const at = Math.floor(step / series.stride);
  return values[number] ? values[number][dim * points(series) + at] : NaN;
}

const points = series => Math.ceil(page.facts.length / series.stride);

async function fetchAll() {
  const facts = page.facts;
  for (let number = 0; number < facts.series.length; number++) {
    if (values[number] || !facts.series[number].label && !chosen.has(facts.series[number].name)) continue;
    try {
      const found = await floats('values/' + page.index + '/' + number);
      if (page.facts !== facts) return;
      values[number] = found;
    } catch (error) {
      if (page.facts === facts) page.say(facts.series[number].name + ': ' + error.message);
    }
    stale = true;
    page.dirty = true;
  }
}

function choose(name) {
  if (!chosen.delete(name)) chosen.add(name);
  list();
  fetchAll();
}

/** Which strips there are, for the columns that are chosen. */
function list() {
  strips = [];
  page.facts.series.forEach((series, number) => {
    if (!chosen.has(series.name)) return;
    for (let dim = 0; dim < series.dims && strips.length < MOST_STRIPS; dim++) {
      strips.push({number, dim, name: series.size === 1 ? series.name : series.name + ' ' + (series.names[dim] ?? dim)});
    }
  });
  reconcile(byId('series'), page.facts.series, () => element('button'), (button, series) => {
    button.type = 'button';
    setText(button, series.name + (series.size > series.dims ? ', the first ' + series.dims + ' of ' + series.size : ''));
    button.setAttribute('aria-pressed', chosen.has(series.name));
    button.onclick = () => choose(series.name);
  });
  reconcile(byId('strips'), strips, makeStrip, (box, strip) => setText(box.querySelector('b'), strip.name));
  stale = true;
  page.dirty = true;
}

function makeStrip() {
  const plot = element('div', 'plot', element('canvas'), element('i', 'cursor'));
  const seek = event => {
    if (!event.buttons) return;
    const box = plot.getBoundingClientRect();
    page.go(Math.round((event.clientX - box.left - LEFT) / (box.width - LEFT - 2) * (page.facts.length - 1)));
  };
  plot.addEventListener('pointerdown', seek);
  plot.addEventListener('pointermove', seek);
  return element('div', 'strip', element('p', '', element('b'), element('span', 'meas')), plot);
}

/** Least and most of the points that share a column of the picture; NaN in both where none is finite. */
function extremes(data, from, to) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < to; i++) {
    if (data[i] < low) low = data[i];
    if (data[i] > high) high = data[i];
  }
  return low <= high && Number.isFinite(low) && Number.isFinite(high) ? [low, high] : [NaN, NaN];
}

function drawStrip(canvas, strip) {
  const {context, width, height} = surface(canvas);
  const box = {left: LEFT, top: 3, width: width - LEFT - 2, height: height - 6};
  context.fillStyle = colour('well');
  context.fillRect(box.left, box.top, box.width, box.height);
  const all = values[strip.number];
  if (!all || box.width < 1) return;
  const count = points(page.facts.series[strip.number]);
  const data = all.subarray(strip.dim * count, (strip.dim + 1) * count);
  const [least, most] = extremes(data.filter(Number.isFinite), 0, count);
  if (!(least <= most)) return label(context, 'no finite value', box.left + box.width / 2, height / 2, {align: 'center'});
  const margin = Math.max((most - least) * .08, Math.abs(most) * 1e-3, 1e-3);
  const toY = value => box.top + box.height * (most + margin - value) / (most - least + 2 * margin);
  const columns = Math.min(count, Math.max(1, Math.round(box.width)));
  context.strokeStyle = colour(page.facts.series[strip.number].label ? 'fan' : 'meas');
  context.lineWidth = 1.5;
  context.beginPath();
  let pen = false;
  for (let column = 0; column < columns; column++) {
    const from = Math.floor(column * count / columns);
    const [low, high] = extremes(data, from, Math.max(from + 1, Math.floor((column + 1) * count / columns)));
    const x = box.left + (count === 1 ? 0 : box.width * (columns === count ? column / (count - 1) : (column + .5) / columns));
    if (!(low <= high)) {
      pen = false;
      continue;
    }
    if (pen) context.lineTo(x, toY(low));
    else context.moveTo(x, toY(low));
    context.lineTo(x, toY(high) + (low === high ? .01 : 0));
    pen = true;
  }
  context.stroke();
  label(context, brief(most), box.left - 6, box.top, {align: 'right', baseline: 'top', width: LEFT - 8});
  label(context, brief(least), box.left - 6, box.top + box.height, {align: 'right', baseline: 'bottom', width: LEFT - 8});
}

export default {
  mount(given) {
    page = given;
  },

  episode(facts) {
    values = [];
    chosen ??= new Set(facts.series.filter(series => series.dims <= MOST_AT_FIRST).map(series => series.name));
    list();
    fetchAll();
  },

  stale() {
    stale = true;
  },

  draw() {
    if (!page.facts) return;
    const boxes = [...byId('strips').children];
    if (stale) boxes.forEach((box, i) => drawStrip(box.querySelector('canvas'), strips[i]));
    stale = false;
    const part = page.facts.length > 1 ? page.step / (page.facts.length - 1) : 0;
    boxes.forEach((box, i) => {
      box.querySelector('.cursor').style.left = `calc(${LEFT}px + (100% - ${LEFT + 2}px) * ${part})`;
      setText(box.querySelector('.meas'), brief(valueAt(strips[i].number, strips[i].dim, page.step)));
    });
  },
};
