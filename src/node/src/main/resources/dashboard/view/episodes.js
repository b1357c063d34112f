// The list of episodes, as far as the survey has come; a number that is not in it yet can be typed.

import {byId, element, reconcile, setData, setText} from '../dom.js';
import {json} from './ask.js';

const ROWS_A_TIME = 500;
const PERIOD_MS = 400;
const MOST_SHOWN = 300;

let page;
const rows = [];

const outcome = row => row.fault ? 'fault' : row.success === null ? '' : row.success ? 'success' : 'failure';

function matching() {
  const wanted = byId('filter').value.trim().toLowerCase();
  return wanted ? rows.filter(row => String(row.index) === wanted
    || [row.label, row.task, row.fault, outcome(row)].some(text => text.toLowerCase().includes(wanted))) : rows;
}

function show() {
  const found = matching();
  setText(byId('listed'), found.length > MOST_SHOWN ? 'the first ' + MOST_SHOWN + ' of ' + found.length : found.length + ' of ' + page.dataset.episodes);
  reconcile(byId('episodes'), found.slice(0, MOST_SHOWN), () => {
    const button = element('button', '', element('b'), element('i'), element('i', 'what'));
    button.type = 'button';
    button.addEventListener('click', () => page.open(Number(button.dataset.index)));
    return element('li', '', button);
  }, (item, row) => {
    const button = item.firstElementChild;
    setData(button, 'index', row.index);
    setData(button, 'label', outcome(row));
    button.setAttribute('aria-pressed', row.index === page.index);
    setText(button.children[0], row.index + (row.label === 'episode ' + row.index ? '' : ' · ' + row.label));
    setText(button.children[1], (row.length / page.dataset.fps).toFixed(1) + ' s');
    setText(button.children[2], row.fault || row.task);
  });
}

async function more() {
  let wait = PERIOD_MS;
  try {
    const found = await json('episodes/' + rows.length);
    rows.push(...found);
    if (found.length) page.dirty = true;
    if (found.length === ROWS_A_TIME) wait = 0;
  } catch {
    return; // the statistics say that the server has ended
  }
  if (rows.length < page.dataset.episodes) setTimeout(more, wait);
}

export default {
  mount(given) {
    page = given;
    byId('filter').addEventListener('input', () => { page.dirty = true; });
    byId('filter').addEventListener('keydown', event => {
      const text = byId('filter').value.trim();
      if (event.key === 'Enter') page.open(/^\d{1,9}$/.test(text) ? Number(text) : matching()[0]?.index ?? -1);
    });
    more();
  },

  draw: show,
};
