// Commanded and measured positions of the last seconds, one strip a joint.

import {colour, font, label, path, surface} from '../canvas.js';
import {byId, element} from '../dom.js';
import {number, short} from '../format.js';

const SECONDS = 10;
const strips = [];

/** The range of a strip: what was seen, but never so little that noise fills it. */
function range(joint) {
  const values = joint.points.flatMap(point => [point.commanded, point.measured]).filter(Number.isFinite);
  const low = values.length ? Math.min(...values) : 0;
  const high = values.length ? Math.max(...values) : 1;
  const least = Math.max(1e-3, Number.isFinite(joint.upper - joint.lower) ? (joint.upper - joint.lower) * .04 : 0);
  const half = Math.max(least, high - low) / 2 * 1.15;
  return {low: (low + high) / 2 - half, high: (low + high) / 2 + half};
}

function drawCurves(context, joint, box, now) {
  const {low, high} = range(joint);
  const toX = t => box.left + box.width * (1 - (now - t) / SECONDS);
  const toY = v => box.top + box.height * (high - v) / (high - low);
  context.fillStyle = colour('well');
  context.fillRect(box.left, box.top, box.width, box.height);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.strokeStyle = colour('line');
  context.lineWidth = 1;
  for (let s = 2; s < SECONDS; s += 2) path(context, [[now - s, low], [now - s, high]], toX, toY);
  context.strokeStyle = colour('red');
  context.setLineDash([5, 4]);
  for (const limit of [joint.lower, joint.upper]) {
    if (Number.isFinite(limit)) path(context, [[now - SECONDS, limit], [now, limit]], toX, toY);
  }
  context.setLineDash([]);
  context.lineWidth = 2;
  context.strokeStyle = colour('meas');
  path(context, joint.points.map(point => [point.time, point.measured]), toX, toY);
  context.strokeStyle = colour('cmd');
  path(context, joint.points.map(point => [point.time, point.commanded]), toX, toY);
  context.restore();
  label(context, short(high), box.left - 6, box.top, {align: 'right', baseline: 'top'});
  label(context, short(low), box.left - 6, box.top + box.height, {align: 'right', baseline: 'bottom'});
}

function drawStrip(canvas, joint, now) {
  const {context, width, height} = surface(canvas);
  const left = 44, right = 118, top = 3, bottom = 3;
  drawCurves(context, joint, {left, top, width: width - left - right, height: height - top - bottom}, now);
  const last = joint.points[joint.points.length - 1] || {};
  const x = width - right + 12, y = height / 2;
  context.font = font(12, 600);
  label(context, joint.name, x, y - 9, {colour: 'ink', width: right - 62});
  context.font = font(11);
  label(context, joint.unit, x, y + 9);
  context.font = font(12);
  label(context, short(last.commanded), width - 6, y - 9, {colour: 'cmd', align: 'right'});
  label(context, short(last.measured), width - 6, y + 9, {colour: 'meas', align: 'right'});
}

export default {
  state(snapshot) {
    const now = performance.now() / 1000;
    const joints = snapshot.joints;
    strips.length = joints ? joints.names.length : 0;
    for (let i = 0; i < strips.length; i++) {
      const strip = strips[i] || (strips[i] = {points: []});
      Object.assign(strip, {name: joints.names[i], unit: joints.unit, lower: number(joints.lower[i]), upper: number(joints.upper[i])});
      strip.points.push({time: now, commanded: number(joints.commanded[i]), measured: number(joints.measured[i])});
      while (strip.points[0].time < now - SECONDS) strip.points.shift();
    }
  },

  draw(snapshot, now) {
    const box = byId('joints');
    while (box.children.length > strips.length) box.lastElementChild.remove();
    while (box.children.length < strips.length) box.append(element('div', 'strip', element('canvas')));
    strips.forEach((strip, i) => drawStrip(box.children[i].firstElementChild, strip, now));
  },
};
