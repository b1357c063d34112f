// The page of a data set: hands the chosen episode and step to its panels, draws when something has changed.

import {byId, setText} from './dom.js';
import {openTheme} from './theme.js';
import {json} from './view/ask.js';
import curves from './view/curves.js';
import episodes from './view/episodes.js';
import labels from './view/labels.js';
import pictures from './view/pictures.js';
import player from './view/player.js';
import statistics from './view/statistics.js';

/*
 * A panel is an object; each of its functions is optional:
 *   mount(page)             once, when the data set is known: page.dataset
 *   episode(facts, index)   another episode was opened
 *   step(step)              another step is shown
 *   ready(step)             whether it has what it needs to show this step; playing waits for it
 *   stale()                 the window or the theme has changed: all pictures are to be drawn anew
 *   draw()                  before the next frame, if anything has changed since the last
 *   key(event)              a key that no field wants; true if it was for this panel
 */
const PANELS = [episodes, pictures, player, labels, curves, statistics];
const LONGEST_HASH = 9;

const page = {
  dataset: null,
  /** Facts of the open episode; null before there is one. */
  facts: null,
  index: -1,
  /** The one that was asked for last. */
  wanted: -1,
  step: 0,
  /** Which steps playing shows: every so many-th. */
  stride: 1,
  dirty: true,

  /** Shows one line above the panels; empty hides it. */
  say(text) {
    byId('message').hidden = !text;
    setText(byId('message'), text);
  },

  /** Opens an episode, unless another is wanted before it is there. */
  async open(index) {
    if (index < 0 || index >= page.dataset.episodes || index === page.wanted) return;
    page.wanted = index;
    try {
      const facts = await json('episode/' + index);
      if (page.wanted !== index) return;
      Object.assign(page, {facts, index, step: 0});
      page.say('');
      history.replaceState(null, '', '#' + index);
      all('episode', facts, index);
      page.go(0);
    } catch (error) {
      if (page.wanted !== index) return;
      page.wanted = page.index;
      page.say('Episode ' + index + ': ' + error.message);
    }
    page.dirty = true;
  },

  /** Shows a step of the open episode. */
  go(step) {
    if (!page.facts) return;
    page.step = Math.max(0, Math.min(page.facts.length - 1, step));
    all('step', page.step);
    page.dirty = true;
  },

  /** Whether all panels have what they need for a step. */
  ready: step => PANELS.every(panel => !panel.ready || panel.ready(step)),
};
window.view = page; // for whoever looks into it with the browser's tools

const all = (name, ...values) => PANELS.forEach(panel => panel[name]?.(...values));

function draw() {
  requestAnimationFrame(draw);
  if (!page.dirty || !page.dataset) return;
  page.dirty = false;
  all('draw');
}

function onKey(event) {
  const typing = event.target.closest?.('input:not([type=range]), textarea, select');
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key.toLowerCase() === 't' && !event.shiftKey && !event.repeat) return otherTheme();
  if (PANELS.some(panel => panel.key?.(event))) event.preventDefault();
}

function fromHash() {
  const text = location.hash.slice(1);
  return text && text.length <= LONGEST_HASH && /^\d+$/.test(text) ? Number(text) : page.dataset.start;
}

async function start() {
  try {
    page.dataset = await json('dataset');
  } catch (error) {
    return page.say(error.message);
  }
  const {name, robot, fps, episodes: count} = page.dataset;
  setText(byId('title'), name);
  document.title = name;
  setText(byId('about'), [count + (count === 1 ? ' episode' : ' episodes'), fps + ' Hz', robot].filter(Boolean).join(' · '));
  all('mount', page);
  addEventListener('keydown', onKey);
  addEventListener('hashchange', () => page.open(fromHash()));
  await page.open(Math.min(count - 1, fromHash()));
}

function redraw() {
  all('stale');
  page.dirty = true;
}

const otherTheme = openTheme(redraw);
addEventListener('resize', redraw);
requestAnimationFrame(draw);
start();
