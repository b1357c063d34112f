// Drawing on canvases. Each function draws one picture from plain data; nothing here keeps state but the colours.

let colours = new Map();

/** Forgets the colours, after the theme has changed. */
export function forgetColours() {
  colours = new Map();
}

/** A colour of the style sheet, by its variable's name. */
export function colour(name) {
  if (!colours.has(name)) {
    colours.set(name, getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim());
  }
  return colours.get(name);
}

/** The canvas's context in CSS pixels, cleared, sharp on any display. */
export function surface(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '11px system-ui, "DejaVu Sans", sans-serif';
  return {context, width, height};
}

/** A number with three significant digits, never in exponent form. */
export function short(value) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A rounded step, 1-2-5, of which about `count` fit into the range. */
export function niceStep(range, count) {
  const raw = range / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
}

function path(context, points, toX, toY) {
  context.beginPath();
  let drawing = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) {
      drawing = false;
      continue;
    }
    if (drawing) context.lineTo(toX(x), toY(y));
    else context.moveTo(toX(x), toY(y));
    drawing = true;
  }
  context.stroke();
}

/** The camera image with the fan, the chunk and what has been executed of it. */
export function drawCamera(canvas, image, overlay) {
  if (image) canvas.style.aspectRatio = image.width + ' / ' + image.height;
  const {context, width, height} = surface(canvas);
  if (image) {
    context.imageSmoothingEnabled = image.width * 2 > width;
    context.drawImage(image, 0, 0, width, height);
  }
  if (!overlay) return;
  context.lineJoin = context.lineCap = 'round';
  context.globalAlpha = .45;
  context.lineWidth = 1.5;
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
    context.fillStyle = i < done ? colour('done') : colour('chunk');
    context.fill();
    if (i === done) {
      context.lineWidth = 2;
      context.strokeStyle = '#fff';
      context.stroke();
    }
  }
}

function polyline(context, flat, from, to, width, height) {
  context.beginPath();
  for (let i = from; i < to; i++) context.lineTo(flat[2 * i] * width, flat[2 * i + 1] * height);
  context.stroke();
}

/** One joint's commanded and measured position over the last seconds. */
export function drawStrip(canvas, joint, now, seconds) {
  const {context, width, height} = surface(canvas);
  const left = 44, right = 116, top = 4, bottom = 4;
  const values = joint.points.flatMap(p => [p.commanded, p.measured]).filter(Number.isFinite);
  let low = Math.min(...values), high = Math.max(...values);
  if (!values.length) { low = 0; high = 1; }
  const least = Math.max(1e-3, Number.isFinite(joint.upper - joint.lower) ? (joint.upper - joint.lower) * .04 : 0);
  const middle = (low + high) / 2, half = Math.max(least, high - low) / 2 * 1.15;
  low = middle - half;
  high = middle + half;
  const toX = t => left + (width - left - right) * (1 - (now - t) / seconds);
  const toY = v => top + (height - top - bottom) * (high - v) / (high - low);
  context.fillStyle = colour('well');
  context.fillRect(left, top, width - left - right, height - top - bottom);
  context.strokeStyle = colour('line');
  context.lineWidth = 1;
  for (let s = 2; s < seconds; s += 2) {
    context.beginPath();
    context.moveTo(toX(now - s), top);
    context.lineTo(toX(now - s), height - bottom);
    context.stroke();
  }
  context.save();
  context.beginPath();
  context.rect(left, top, width - left - right, height - top - bottom);
  context.clip();
  context.strokeStyle = colour('red');
  context.setLineDash([5, 4]);
  for (const limit of [joint.lower, joint.upper]) {
    if (Number.isFinite(limit)) path(context, [[now - seconds, limit], [now, limit]], toX, toY);
  }
  context.setLineDash([]);
  context.lineWidth = 2;
  context.strokeStyle = colour('cmd');
  path(context, joint.points.map(p => [p.time, p.commanded]), toX, toY);
  context.strokeStyle = colour('meas');
  path(context, joint.points.map(p => [p.time, p.measured]), toX, toY);
  context.restore();
  context.textAlign = 'right';
  context.fillStyle = colour('soft');
  context.textBaseline = 'top';
  context.fillText(short(high), left - 6, top);
  context.textBaseline = 'bottom';
  context.fillText(short(low), left - 6, height - bottom);
  const last = joint.points[joint.points.length - 1] || {};
  const x = width - right + 12, y = height / 2;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillStyle = colour('ink');
  context.font = '600 12px system-ui, "DejaVu Sans", sans-serif';
  context.fillText(joint.name, x, y - 9, right - 62);
  context.fillStyle = colour('soft');
  context.font = '11px system-ui, "DejaVu Sans", sans-serif';
  context.fillText(joint.unit, x, y + 9);
  context.textAlign = 'right';
  context.font = '12px system-ui, "DejaVu Sans", sans-serif';
  context.fillStyle = colour('cmd');
  context.fillText(short(last.commanded), width - 6, y - 9);
  context.fillStyle = colour('meas');
  context.fillText(short(last.measured), width - 6, y + 9);
}

/** The last cycles, newest at the bottom, each from the stamp of its observation to its command. */
export function drawWaterfall(canvas, cycles, stages) {
  const {context, width, height} = surface(canvas);
  if (!cycles.length) return empty(context, width, height, 'no cycle yet');
  const left = 52, right = 62, axis = 18;
  const longest = Math.max(...cycles.map(c => Math.max(c.totalMs, c.deadlineMs))) * 1.05;
  const toX = ms => left + (width - left - right) * ms / longest;
  grid(context, longest, toX, height, axis);
  const row = Math.min(22, (height - axis) / cycles.length);
  cycles.forEach((cycle, i) => {
    const y = i * row + row / 2;
    context.fillStyle = colour('soft');
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillText('#' + cycle.id, left - 8, y);
    for (const span of cycle.spans) {
      context.fillStyle = stages.includes(span.stage) ? colour('s-' + span.stage) : colour('grey');
      context.fillRect(toX(span.startMs), y - row * .34, Math.max(1, toX(span.endMs) - toX(span.startMs) - .5), row * .68);
    }
    if (cycle.deadlineMs > 0) {
      context.fillStyle = colour('amber');
      context.fillRect(toX(cycle.deadlineMs) - 1, y - row * .45, 2, row * .9);
    }
    context.textAlign = 'left';
    context.fillStyle = cycle.late ? colour('red') : colour('soft');
    context.fillText(short(cycle.totalMs) + (cycle.late ? ' late' : ' ms'), width - right + 6, y);
  });
}

function grid(context, longest, toX, height, axis) {
  const step = niceStep(longest, 6);
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  for (let ms = 0; ms <= longest; ms += step) {
    context.fillStyle = colour('line');
    context.fillRect(toX(ms), 0, 1, height - axis);
    context.fillStyle = colour('soft');
    context.fillText(Number(ms.toFixed(3)) + (ms === 0 ? ' ms' : ''), toX(ms), height - 4);
  }
}

function empty(context, width, height, text) {
  context.fillStyle = colour('soft');
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, width / 2, height / 2);
}

/** End-to-end latency of each cycle over the last minute, with its deadline. */
export function drawTimeline(canvas, points, now, seconds) {
  const {context, width, height} = surface(canvas);
  if (!points.length) return empty(context, width, height, 'no cycle yet');
  const left = 52, right = 8, bottom = 16, top = 4;
  const highest = Math.max(...points.map(p => Math.max(p.totalMs, p.deadlineMs))) * 1.1;
  const toX = t => left + (width - left - right) * (1 - (now - t) / seconds);
  const toY = ms => top + (height - top - bottom) * (1 - ms / highest);
  const step = niceStep(highest, 3);
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let ms = 0; ms <= highest; ms += step) {
    context.fillStyle = colour('line');
    context.fillRect(left, toY(ms), width - left - right, 1);
    context.fillStyle = colour('soft');
    context.fillText(Number(ms.toFixed(3)) + (ms === 0 ? ' ms' : ''), left - 8, toY(ms));
  }
  context.textAlign = 'center';
  for (let s = 0; s <= seconds; s += 15) {
    context.fillText(s === 0 ? 'now' : '-' + s + ' s', Math.min(width - 14, toX(now - s)), height - 5);
  }
  context.lineWidth = 1.5;
  context.strokeStyle = colour('amber');
  path(context, points.filter(p => p.deadlineMs > 0).map(p => [p.time, p.deadlineMs]), toX, toY);
  for (const point of points) {
    context.fillStyle = point.late ? colour('red') : colour('cmd');
    const x = toX(point.time);
    if (x >= left) context.fillRect(x - 1.5, toY(point.totalMs) - 1.5, point.late ? 4 : 3, point.late ? 4 : 3);
  }
}

/** A stage's histogram in a table cell; bars by the square root of the count, so that rare ones are seen. */
export function drawHistogram(canvas, bins) {
  const {context, width, height} = surface(canvas);
  const most = Math.sqrt(Math.max(1, ...bins));
  const bar = width / bins.length;
  bins.forEach((count, i) => {
    const share = Math.sqrt(count) / most;
    context.fillStyle = count ? colour('cmd') : colour('line');
    const size = count ? Math.max(2, share * (height - 2)) : 1;
    context.fillRect(i * bar + 1, height - size, bar - 2, size);
  });
}
