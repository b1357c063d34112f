// What all pictures share: a sharp surface, the style sheet's colours, scales.

let colours = new Map();
const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

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

/** The page's font. */
export function font(px, weight = 400) {
  return `${weight} ${px}px ${FAMILY}`;
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
  context.font = font(11);
  return {context, width, height};
}

/** Text at a place. */
export function label(context, text, x, y, {colour: name = 'soft', align = 'left', baseline = 'middle', width} = {}) {
  context.fillStyle = colour(name);
  context.textAlign = align;
  context.textBaseline = baseline;
  context.fillText(text, x, y, width);
}

/** What a picture says while there is nothing to draw. */
export function empty(context, width, height, text) {
  label(context, text, width / 2, height / 2, {align: 'center'});
}

/** A rounded step, 1-2-5, of which about `count` fit into the range. */
export function niceStep(range, count) {
  const raw = range / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
}

/** A tick's value without rounding noise. */
export function plain(value) {
  return String(Number(value.toFixed(3)));
}

/** Strokes a line through [x, y] pairs; gaps where y is not finite. */
export function path(context, points, toX, toY) {
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
