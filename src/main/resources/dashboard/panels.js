// Turns snapshots into the page's text. Elements are reused, so that focus and selection survive twenty updates a second.

import {drawHistogram, short} from './plots.js';

const byId = id => document.getElementById(id);

/** Sets text only if it changed. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the list's children match the items: `create()` makes one, `update(child, item)` fills it. */
function reconcile(list, items, create, update) {
  while (list.children.length > items.length) list.lastElementChild.remove();
  while (list.children.length < items.length) list.append(create());
  items.forEach((item, i) => update(list.children[i], item));
}

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function showSafety(safety) {
  const box = byId('state');
  const state = safety.state.toLowerCase();
  if (box.dataset.state !== state) box.dataset.state = state;
  setText(byId('state-name'), state + (safety.started ? '' : ' · stopped'));
  setText(byId('state-reason'), safety.reason);
  reconcile(byId('history'), safety.history,
    () => element('li', '', element('time'), element('b'), element('span')),
    (item, transition) => {
      item.dataset.state = transition.to.toLowerCase();
      setText(item.children[0], clock(transition.rosNs));
      setText(item.children[1], transition.to.toLowerCase());
      setText(item.children[2], transition.reason);
    });
}

/** Time of day of a stamp in ns. */
export function clock(rosNs) {
  return new Date(rosNs / 1e6).toTimeString().slice(0, 8);
}

export function showTiles(list, tiles) {
  reconcile(list, tiles, () => element('div', '', element('dt'), element('dd')), (box, tile) => {
    setText(box.children[0], tile.name);
    const value = typeof tile.value === 'number' ? tile.value.toLocaleString('en') : tile.value;
    setText(box.children[1], value);
    box.title = tile.name + ': ' + value;
    box.dataset.bad = Boolean(tile.bad && tile.value);
  });
}

export function showSources(sources) {
  reconcile(byId('sources'), sources,
    () => element('li', '', element('span', 'name'), element('span', 'age'), element('span', 'bar', element('i'))),
    (item, source) => {
      const known = typeof source.ageMs === 'number';
      const stale = !known || source.ageMs > source.maxAgeMs;
      const complaint = !known ? 'never seen' : stale ? 'stale, ' : source.frozen ? 'frozen, ' : source.blank ? 'blank, ' : '';
      setText(item.children[0], source.name);
      setText(item.children[1], known ? complaint + short(source.ageMs) + ' of ' + short(source.maxAgeMs) + ' ms' : complaint);
      item.dataset.bad = Boolean(complaint);
      item.title = source.kind + ', ' + source.samples + ' samples, ' + source.rejected + ' rejected';
      item.querySelector('i').style.width = (known ? Math.min(100, 100 * source.ageMs / source.maxAgeMs) : 100) + '%';
    });
}

export function showRecording(recording) {
  byId('recording-box').hidden = !recording;
  if (!recording) return;
  const line = byId('recording');
  line.dataset.state = recording.state.toLowerCase();
  setText(line, `${recording.state.toLowerCase()}, episode ${recording.episode}, ${short(recording.seconds)} s, `
    + `${short(recording.bytes / 1e6)} MB${recording.dropped ? ', ' + recording.dropped + ' lost' : ''}`
    + (recording.note ? ', ' + recording.note : ''));
}

export function showLatency(rows) {
  reconcile(byId('latency'), rows, () => {
    const row = element('tr', '', element('th'), element('td'), element('td'), element('td'), element('td'),
      element('td', '', element('canvas')));
    row.children[0].scope = 'row';
    return row;
  }, (row, latency) => {
    setText(row.children[0], latency.stage.replaceAll('_', ' ') + (latency.source ? ' · ' + latency.source : ''));
    ['p50', 'p99', 'p999', 'max'].forEach((key, i) => setText(row.children[i + 1], short(latency[key])));
    row.title = latency.count + ' in 10 s';
    drawHistogram(row.querySelector('canvas'), latency.bins);
  });
}
