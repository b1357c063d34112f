// Percentiles and histogram of every stage over the last ten seconds: the numbers that /metrics exports.

import {colour, label, surface} from '../canvas.js';
import {byId, element, reconcile, setData, setText} from '../dom.js';
import {count, short} from '../format.js';

/** The bins end at 10 us, 20 us, 50 us ... 1 s. */
const ENDS_MS = [.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const COLUMNS = ['p50', 'p99', 'p999', 'max'];
let rows = [];

/** Where a duration lies on the histograms' axis, in bins. */
function place(ms) {
  const next = ENDS_MS.findIndex(end => ms <= end);
  if (next < 0) return ENDS_MS.length + .5;
  const from = next === 0 ? ENDS_MS[0] / 2 : ENDS_MS[next - 1];
  return next + Math.max(0, Math.log(ms / from) / Math.log(ENDS_MS[next] / from));
}

/** Bars by the square root of the count, so that rare ones are seen; the deadline as a line. */
function drawHistogram(canvas, bins, limitMs) {
  const {context, width, height} = surface(canvas);
  const most = Math.sqrt(Math.max(1, ...bins));
  const bar = width / bins.length;
  bins.forEach((amount, i) => {
    context.fillStyle = colour(!amount ? 'line' : limitMs > 0 && ENDS_MS[i - 1] >= limitMs ? 'red' : 'cmd');
    const size = amount ? Math.max(2, Math.sqrt(amount) / most * (height - 2)) : 1;
    context.fillRect(i * bar + 1, height - size, bar - 2, size);
  });
  if (limitMs > 0) {
    context.fillStyle = colour('amber');
    context.fillRect(Math.min(width - 2, place(limitMs) * bar) - 1, 0, 2, height);
  }
}

function drawAxis(canvas) {
  const {context, width, height} = surface(canvas);
  const bar = width / (ENDS_MS.length + 1);
  [['0.1 ms', .1], ['1', 1], ['10', 10], ['100', 100], ['1 s', 1000]].forEach(([text, ms]) => {
    context.fillStyle = colour('soft');
    context.fillRect(place(ms) * bar, height - 4, 1, 4);
    label(context, text, place(ms) * bar, height - 9, {align: 'center'});
  });
}

function makeRow() {
  const row = element('tr', '', element('th'), ...COLUMNS.map(() => element('td')), element('td', 'wide', element('canvas')));
  row.children[0].scope = 'row';
  return row;
}

export default {
  latency(given) {
    rows = given;
  },

  draw(snapshot) {
    drawAxis(byId('latency-axis'));
    reconcile(byId('latency'), rows, makeRow, (row, latency) => {
      const limit = snapshot.limits.find(candidate => candidate.stage === latency.stage
        && (!candidate.source || candidate.source === latency.source));
      setText(row.children[0], latency.stage.replaceAll('_', ' ') + (latency.source ? ' · ' + latency.source.replace(/^\//, '') : ''));
      setData(row, 'stage', latency.stage);
      COLUMNS.forEach((key, i) => {
        setText(row.children[i + 1], short(latency[key]));
        setData(row.children[i + 1], 'bad', Boolean(limit && latency[key] > limit.ms));
      });
      row.title = count(latency.count) + ' in 10 s' + (limit ? ', deadline ' + short(limit.ms) + ' ms' : '');
      drawHistogram(row.querySelector('canvas'), latency.bins, limit ? limit.ms : 0);
    });
  },
};
