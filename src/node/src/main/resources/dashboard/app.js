// The live page: receives snapshots, hands them to its panels, draws when something has changed.

import {byId, setData, setText} from './dom.js';
import {clock} from './format.js';
import {Link} from './link.js';
import camera from './panels/camera.js';
import controls from './panels/controls.js';
import cycles from './panels/cycles.js';
import drive from './panels/drive.js';
import history from './panels/history.js';
import joints from './panels/joints.js';
import latency from './panels/latency.js';
import recording from './panels/recording.js';
import sources from './panels/sources.js';
import state from './panels/state.js';
import totals from './panels/totals.js';
import vitals from './panels/vitals.js';
import {openTheme} from './theme.js';

/*
 * A panel is an object; each of its functions is optional:
 *   mount(page)          once, at the start
 *   session(session)     what the page may do: {key, actions, cameras, drives, rateHz}; again after the node has restarted
 *   past(past)           what went before: once when the stream opens, before the first state
 *   state(snapshot)      up to 20 times a second: keep what is needed, do not draw
 *   latency(rows)        once a second
 *   link(up, silentMs)   four times a second, and when the stream breaks
 *   draw(snapshot, now)  before the next frame, if anything has come since the last; now in s
 *   key(event)           a key that no field wants; true if it was for this panel
 */
const PANELS = [state, controls, vitals, camera, drive, joints, sources, history, cycles, latency, totals, recording];

const page = {
  /** Asks for drawing although nothing has come. */
  dirty: true,
  /** Posts; shows and returns why it was refused, or null. */
  async post(path, name, body) {
    const refusal = await link.post(path, body);
    page.say(refusal === null ? '' : name + ': ' + refusal);
    return refusal;
  },
  /** Shows one line above the panels; empty hides it. */
  say(text) {
    byId('message').hidden = !text;
    setText(byId('message'), text);
  },
};
let snapshot = null;

const all = (name, ...values) => PANELS.forEach(panel => panel[name]?.(...values));
const link = new Link({
  say: page.say,
  session: session => { all('session', session); page.dirty = true; },
  past: past => { all('past', past); page.dirty = true; },
  state: next => { snapshot = next; all('state', next); page.dirty = true; },
  latency: rows => { all('latency', rows); page.dirty = true; },
  link: (up, silentMs) => { all('link', up, silentMs); showLink(up); page.dirty = true; },
});

function showLink(up) {
  setData(byId('link'), 'up', up);
  setText(byId('link-text'), up ? 'live · ' + clock(snapshot.rosNs) : snapshot ? 'no answer from the node' : 'connecting');
}

function draw() {
  requestAnimationFrame(draw);
  if (!page.dirty || !snapshot) return;
  page.dirty = false;
  setText(byId('title'), snapshot.title);
  const title = (link.up ? snapshot.safety.state : 'no data') + ' · ' + snapshot.title;
  if (document.title !== title) document.title = title;
  all('draw', snapshot, performance.now() / 1000);
}

function onKey(event) {
  const typing = event.target.closest?.('input, textarea, select') && event.key !== 'Escape';
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing) return;
  if (event.key.toLowerCase() === 't' && !event.shiftKey) return otherTheme();
  PANELS.some(panel => panel.key?.(event));
}

const otherTheme = openTheme(() => { page.dirty = true; });
addEventListener('keydown', onKey);
addEventListener('resize', () => { page.dirty = true; });
all('mount', page);
link.open();
requestAnimationFrame(draw);
