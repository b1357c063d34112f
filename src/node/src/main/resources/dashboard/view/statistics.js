// Statistics of the whole data set, as far as the survey has come.

import {colour, label, surface} from '../canvas.js';
import {byId, element, reconcile, setText} from '../dom.js';
import {brief, count, number} from '../format.js';
import {json} from './ask.js';

const PERIOD_MS = 700;

let page;
let known = null;
let stale = false;

async function ask() {
  try {
    known = await json('survey');
    stale = true;
    page.dirty = true;
  } catch (error) {
    return page.say(error.message);
  }
  if (!known.done) setTimeout(ask, PERIOD_MS);
}

/** Bars by the square root of the count, so that rare ones are seen. */
function bars(canvas, bins, bottom) {
  const {context, width, height} = surface(canvas);
  const most = Math.max(1, ...bins);
  context.fillStyle = colour('well');
  context.fillRect(0, 0, width, height - bottom);
  context.fillStyle = colour('blue');
  bins.forEach((value, i) => {
    const tall = (height - bottom - 2) * Math.sqrt(value / most);
    const left = width * i / bins.length;
    if (value) context.fillRect(left, height - bottom - tall, Math.max(1, width / bins.length - 1), tall);
  });
  return {context, width, height};
}

function drawColumns() {
  reconcile(byId('columns'), known.columns, () => {
    const name = element('th');
    name.scope = 'row';
    const canvas = element('canvas');
    canvas.setAttribute('role', 'img');
    const wide = element('td', 'wide', canvas);
    return element('tr', '', name, element('td'), element('td'), element('td'), element('td'), wide);
  }, (row, {name, values}) => {
    setText(row.children[0], name + (values.notFinite ? ' (' + count(values.notFinite) + ' not finite)' : ''));
    ['min', 'mean', 'std', 'max'].forEach((key, i) => setText(row.children[i + 1], values.count ? brief(number(values[key])) : '–'));
    row.querySelector('canvas').setAttribute('aria-label', 'Histogram of ' + name);
    bars(row.querySelector('canvas'), values.bins, 0);
  });
}

function drawLengths() {
  const {lengths} = known;
  const {context, width, height} = bars(byId('lengths'), lengths.bins, 18);
  if (!lengths.count) return;
  const text = steps => steps + ' steps, ' + (steps / page.dataset.fps).toFixed(1) + ' s';
  label(context, text(lengths.min), 0, height - 8);
  if (lengths.max > lengths.min) label(context, text(lengths.max), width, height - 8, {align: 'right'});
}

function rateText(rate) {
  const hz = rate.mostHz - rate.leastHz < .05 ? brief(rate.mostHz) : brief(rate.leastHz) + ' to ' + brief(rate.mostHz);
  return hz + ' Hz, longest gap ' + brief(rate.longestGapMs) + ' ms';
}

function drawRates() {
  byId('rates-box').hidden = !known.rates.length;
  reconcile(byId('rates'), known.rates, () => element('div', '', element('dt'), element('dd'), element('small')), (box, rate) => {
    setText(box.children[0], rate.key + (rate.topic && rate.topic !== rate.key ? ' · ' + rate.topic : ''));
    setText(box.children[1], rateText(rate));
    setText(box.children[2], count(rate.messages) + ' messages, ' + count(rate.dropped) + ' lost' + (rate.gapIn ? '; the gap is in ' + rate.gapIn : ''));
  });
}

export default {
  mount(given) {
    page = given;
    ask();
  },

  stale() {
    stale = true;
  },

  draw() {
    if (!known || !stale) return;
    stale = false;
    setText(byId('surveyed'), known.done ? known.episodes + ' episodes' : known.episodes + ' of ' + page.dataset.episodes + ' episodes so far');
    drawColumns();
    drawRates();
    const lines = [...known.findings, ...page.dataset.leftOut.map(line => 'not read: ' + line)];
    byId('findings-box').hidden = !lines.length;
    reconcile(byId('findings'), lines, () => element('li'), (item, line) => setText(item, line));
    drawLengths();
  },
};
