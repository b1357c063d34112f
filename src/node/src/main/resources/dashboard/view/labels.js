// What is said of the episode and of its steps: task, success, lists, who drove, reward and done.

import {colour, surface} from '../canvas.js';
import {byId, element, reconcile, setData, setText} from '../dom.js';
import {brief} from '../format.js';
import {json} from './ask.js';
import {valueAt} from './curves.js';

let page;
/** Texts of the step that was asked for last. */
let texts = {step: -1, values: []};
let asking = false;

async function fetchTexts() {
  if (asking || !page.facts.texts.length || texts.facts === page.facts && texts.step === page.step) return;
  asking = true;
  const {facts, step} = page;
  let values = [];
  try {
    values = await json('texts/' + page.index + '/' + step);
  } catch (error) {
    values = facts.texts.map(() => error.message);
  }
  texts = {facts, step, values};
  asking = false;
  page.dirty = true;
  if (page.facts) fetchTexts();
}

const outcome = success => success === null ? 'no label' : success ? 'success' : 'failure';

function drawBand() {
  const {human, length} = page.facts;
  const {context, width, height} = surface(byId('band'));
  context.fillStyle = colour('well');
  context.fillRect(0, 0, width, height);
  context.fillStyle = colour('orange');
  for (const {from, to} of human) context.fillRect(width * from / length, 0, Math.max(1, width * (to - from) / length), height);
}

function facts() {
  const {facts: shown, step} = page;
  const items = [{name: 'label', value: outcome(shown.success)}];
  if (shown.human.length) items.push({name: 'drives', value: shown.human.some(({from, to}) => from <= step && step < to) ? 'a human' : 'the policy'});
  shown.series.forEach((series, number) => {
    if (series.label) items.push({name: series.name, value: brief(valueAt(number, 0, step))});
  });
  shown.texts.forEach((name, i) => items.push({name, value: texts.facts === shown ? texts.values[i] : ''}));
  if (shown.masks.length) items.push({name: 'in the lists', value: [...shown.masks].sort().join(', ')});
  return items;
}

export default {
  mount(given) {
    page = given;
  },

  episode(shown, index) {
    setText(byId('h-player'), 'Episode ' + index + (shown.label === 'episode ' + index ? '' : ' · ' + shown.label));
    setText(byId('task'), shown.task);
    byId('task').hidden = !shown.task;
    byId('band').hidden = !shown.human.length;
    const notes = [...(shown.unfit ? [{text: shown.unfit, bad: true}] : []), ...shown.notes.map(text => ({text, bad: false}))];
    reconcile(byId('notes'), notes, () => element('li'), (line, note) => {
      setText(line, note.text);
      setData(line, 'bad', note.bad);
    });
  },

  step: () => void fetchTexts(),

  draw() {
    if (!page.facts) return;
    if (!byId('band').hidden) drawBand();
    reconcile(byId('labels'), facts(), () => element('div', '', element('dt'), element('dd')), (box, fact) => {
      setText(box.children[0], fact.name);
      setText(box.children[1], fact.value);
    });
  },
};
