// The last cycles from photon to command as a waterfall, and their end-to-end latency over the last minute.

import {colour, empty, label, niceStep, path, plain, surface} from '../canvas.js';
import {byId, element} from '../dom.js';
import {short} from '../format.js';

const STAGES = ['camera', 'prepare', 'wait', 'encode', 'denoise', 'publish'];
const SECONDS = 60;
const LEFT = 52;
const cycles = new Map();

function drawGrid(context, longest, toX, height, axis) {
  const step = niceStep(longest, 6);
  for (let ms = 0; ms <= longest; ms += step) {
    context.fillStyle = colour('line');
    context.fillRect(toX(ms), 0, 1, height - axis);
    label(context, plain(ms) + (ms === 0 ? ' ms' : ''), toX(ms), height - 4, {align: 'center', baseline: 'alphabetic'});
  }
}

/** The newest cycle at the bottom, each from the stamp of its observation to its command. */
function drawWaterfall(canvas, shown) {
  const {context, width, height} = surface(canvas);
  if (!shown.length) return empty(context, width, height, 'no cycle yet');
  const right = 66, axis = 18;
  const longest = Math.max(...shown.map(c => Math.max(c.totalMs, c.deadlineMs))) * 1.05;
  const toX = ms => LEFT + (width - LEFT - right) * ms / longest;
  drawGrid(context, longest, toX, height, axis);
  const row = Math.min(22, (height - axis) / shown.length);
  shown.forEach((cycle, i) => {
    const y = i * row + row / 2;
    label(context, '#' + cycle.id, LEFT - 8, y, {align: 'right'});
    for (const span of cycle.spans) {
      context.fillStyle = colour(STAGES.includes(span.stage) ? 's-' + span.stage : 'grey');
      context.fillRect(toX(span.startMs), y - row * .34, Math.max(1, toX(span.endMs) - toX(span.startMs) - .5), row * .68);
    }
    if (cycle.deadlineMs > 0) {
      context.fillStyle = colour('amber');
      context.fillRect(toX(cycle.deadlineMs) - 1, y - row * .45, 2, row * .9);
    }
    label(context, short(cycle.totalMs) + (cycle.late ? ' late' : ' ms'), width - right + 8, y, {colour: cycle.late ? 'red' : 'soft'});
  });
}

function drawTimeline(canvas, points, now) {
  const {context, width, height} = surface(canvas);
  if (!points.length) return empty(context, width, height, 'no cycle yet');
  const right = 8, bottom = 16, top = 6;
  const highest = Math.max(...points.map(p => Math.max(p.totalMs, p.deadlineMs))) * 1.1;
  const toX = t => LEFT + (width - LEFT - right) * (1 - (now - t) / SECONDS);
  const toY = ms => top + (height - top - bottom) * (1 - ms / highest);
  const step = niceStep(highest, 3);
  for (let ms = 0; ms <= highest; ms += step) {
    context.fillStyle = colour('line');
    context.fillRect(LEFT, toY(ms), width - LEFT - right, 1);
    label(context, plain(ms) + (ms === 0 ? ' ms' : ''), LEFT - 8, toY(ms), {align: 'right'});
  }
  for (let s = 0; s <= SECONDS; s += 15) {
    label(context, s === 0 ? 'now' : '-' + s + ' s', Math.min(width - 14, toX(now - s)), height - 6, {align: 'center'});
  }
  context.lineWidth = 1.5;
  context.strokeStyle = colour('amber');
  path(context, points.filter(p => p.deadlineMs > 0).map(p => [p.time, p.deadlineMs]), toX, toY);
  for (const point of points) {
    const size = point.late ? 4 : 3;
    context.fillStyle = colour(point.late ? 'red' : 'cmd');
    if (toX(point.time) >= LEFT) context.fillRect(toX(point.time) - size / 2, toY(point.totalMs) - size / 2, size, size);
  }
}

export default {
  mount() {
    byId('stages').append(...STAGES.map(stage => element('li', 's-' + stage, stage)));
  },

  past(past) {
    const now = performance.now() / 1000;
    cycles.clear();
    for (const cycle of past.cycles) cycles.set(cycle.id, {...cycle, time: now - cycle.ageMs / 1000});
  },

  state(snapshot) {
    const now = performance.now() / 1000;
    for (const cycle of snapshot.cycles) if (!cycles.has(cycle.id)) cycles.set(cycle.id, {...cycle, time: now});
    for (const [id, cycle] of cycles) if (cycle.time < now - SECONDS) cycles.delete(id);
  },

  draw(snapshot, now) {
    drawWaterfall(byId('waterfall'), snapshot.cycles);
    drawTimeline(byId('timeline'), [...cycles.values()], now);
  },
};
