// Commanded and measured positions of the last seconds, and what is planned, one strip a dimension of the action.

import {colour, label, path, surface} from '../canvas.js';
import {byId, element, reconcile, setText} from '../dom.js';
import {number, short} from '../format.js';

const SECONDS = 10;
const LONGEST_PLAN_S = 5;
const LEFT = 44;
const strips = [];
/** How much future the plots have room for, s: as much as the longest plan so far. */
let ahead = 0;

const strip = i => strips[i] || (strips[i] = {points: [], plan: []});

/** The range of a strip: what was seen, but never so little that noise fills it. */
function range(joint) {
  const values = [...joint.points.flatMap(point => [point.commanded, point.measured]), ...joint.plan.map(point => point[1])]
    .filter(Number.isFinite);
  const low = values.length ? Math.min(...values) : 0;
  const high = values.length ? Math.max(...values) : 1;
  const least = Math.max(1e-3, Number.isFinite(joint.upper - joint.lower) ? (joint.upper - joint.lower) * .04 : 0);
  const half = Math.max(least, high - low) / 2 * 1.15;
  return {low: (low + high) / 2 - half, high: (low + high) / 2 + half};
}

function drawGrid(context, joint, box, now, {low, high}, toX, toY) {
  context.fillStyle = colour('well');
  context.fillRect(box.left, box.top, box.width, box.height);
  context.strokeStyle = colour('line');
  context.lineWidth = 1;
  for (let s = 2; s < SECONDS; s += 2) path(context, [[now - s, low], [now - s, high]], toX, toY);
  if (ahead > 0) {
    context.strokeStyle = colour('grey');
    path(context, [[now, low], [now, high]], toX, toY);
  }
  context.strokeStyle = colour('red');
  context.setLineDash([5, 4]);
  for (const limit of [joint.lower, joint.upper]) {
    if (Number.isFinite(limit)) path(context, [[now - SECONDS, limit], [now + ahead, limit]], toX, toY);
  }
  context.setLineDash([]);
}

function drawCurves(context, joint, box, now) {
  const bounds = range(joint);
  const toX = t => box.left + box.width * (SECONDS - now + t) / (SECONDS + ahead);
  const toY = v => box.top + box.height * (bounds.high - v) / (bounds.high - bounds.low);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  drawGrid(context, joint, box, now, bounds, toX, toY);
  context.lineWidth = 2;
  context.strokeStyle = colour('meas');
  path(context, joint.points.map(point => [point.time, point.measured]), toX, toY);
  context.strokeStyle = colour('cmd');
  path(context, joint.points.map(point => [point.time, point.commanded]), toX, toY);
  context.strokeStyle = colour('chunk');
  context.setLineDash([4, 3]);
  path(context, joint.plan.map(([inS, value]) => [now + inS, value]), toX, toY);
  context.restore();
  label(context, short(bounds.high), box.left - 6, box.top, {align: 'right', baseline: 'top', width: LEFT - 8});
  label(context, short(bounds.low), box.left - 6, box.top + box.height, {align: 'right', baseline: 'bottom', width: LEFT - 8});
}

function makeStrip() {
  return element('div', 'strip', element('p', '', element('b', '', element('span'), element('i')), element('span', 'cmd'), element('span', 'meas')),
    element('div', 'plot', element('canvas')));
}

function drawStrip(box, joint, now) {
  const [head, plot] = box.children;
  const last = joint.points[joint.points.length - 1] || {};
  setText(head.children[0].children[0], joint.name || '');
  setText(head.children[0].children[1], joint.unit || '');
  setText(head.children[1], short(last.commanded));
  setText(head.children[2], short(last.measured));
  const {context, width, height} = surface(plot.firstElementChild);
  drawCurves(context, joint, {left: LEFT, top: 3, width: width - LEFT - 2, height: height - 6}, now);
}

export default {
  past(past) {
    const now = performance.now() / 1000;
    strips.length = 0;
    past.ageMs.forEach((ageMs, at) => past.commanded[at].forEach((commanded, i) => strip(i).points.push(
      {time: now - ageMs / 1000, commanded: number(commanded), measured: number(past.measured[at][i])})));
  },

  state(snapshot) {
    const now = performance.now() / 1000;
    const joints = snapshot.joints;
    strips.length = joints ? joints.names.length : 0;
    for (let i = 0; i < strips.length; i++) {
      const plan = joints.plan ? joints.plan.inMs.map((ms, at) => [ms / 1000, number(joints.plan.positions[at][i])]) : [];
      Object.assign(strip(i), {name: joints.names[i], unit: joints.unit, lower: number(joints.lower[i]), upper: number(joints.upper[i]), plan});
      const points = strip(i).points;
      points.push({time: now, commanded: number(joints.commanded[i]), measured: number(joints.measured[i])});
      while (points[0].time < now - SECONDS) points.shift();
      if (plan.length) ahead = Math.min(LONGEST_PLAN_S, Math.max(ahead, plan[plan.length - 1][0]));
    }
  },

  link(up) {
    if (up) return;
    for (const {points} of strips) { // a gap in the curves
      if (points.length && points[points.length - 1].measured === points[points.length - 1].measured) points.push({time: performance.now() / 1000, commanded: NaN, measured: NaN});
    }
  },

  draw(snapshot, now) {
    reconcile(byId('joints'), strips, makeStrip, (box, joint) => drawStrip(box, joint, now));
  },
};
