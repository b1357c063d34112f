// Playing and scrubbing: the slider, the buttons, the keys. Playing waits for pictures rather than leaving any out.

import {byId, setText} from '../dom.js';

const SPEEDS = [.1, .25, .5, 1, 2, 4, 8];
/** At more pictures a second, steps are left out. */
const MOST_HZ = 30;

let page;
let playing = false;
let dueMs = 0;

const speed = () => SPEEDS[byId('speed').selectedIndex];
const rate = () => page.dataset.fps * speed();
const stride = () => Math.max(1, Math.round(rate() / MOST_HZ));

function play(on) {
  playing = on && Boolean(page.facts);
  page.stride = playing ? stride() : 1;
  if (playing && page.step >= page.facts.length - 1) page.go(0);
  dueMs = performance.now() + 1000 * stride() / rate();
  byId('play').setAttribute('aria-pressed', playing);
  setText(byId('play'), playing ? 'Pause' : 'Play');
}

function tick() {
  requestAnimationFrame(tick);
  const now = performance.now();
  if (!playing || now < dueMs) return;
  const next = page.step + stride();
  if (next >= page.facts.length) {
    page.go(page.facts.length - 1);
    return play(false);
  }
  if (!page.ready(next)) return;
  dueMs = Math.max(dueMs + 1000 * stride() / rate(), now - 100);
  page.go(next);
}

function faster(by) {
  const select = byId('speed');
  select.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, select.selectedIndex + by));
  play(playing);
}

function by(steps) {
  play(false);
  page.go(page.step + steps);
}

export default {
  mount(given) {
    page = given;
    byId('speed').replaceChildren(...SPEEDS.map(value => new Option(value + '×', value, value === 1, value === 1)));
    byId('speed').addEventListener('change', () => play(playing));
    byId('slider').addEventListener('input', () => {
      play(false);
      page.go(Number(byId('slider').value));
    });
    byId('play').addEventListener('click', () => play(!playing));
    byId('previous').addEventListener('click', () => page.open(page.index - 1));
    byId('next').addEventListener('click', () => page.open(page.index + 1));
    requestAnimationFrame(tick);
  },

  episode(facts) {
    play(false);
    byId('slider').max = facts.length - 1;
  },

  step(step) {
    byId('slider').value = step;
    const seconds = step / page.dataset.fps;
    byId('slider').setAttribute('aria-valuetext', 'step ' + step + ', ' + seconds.toFixed(2) + ' s');
    setText(byId('place'), 'step ' + step + ' of ' + page.facts.length + ' · ' + seconds.toFixed(2) + ' s');
  },

  key(event) {
    const second = Math.max(1, Math.round(page.dataset.fps));
    const acts = {
      ' ': () => play(!playing),
      ArrowLeft: () => by(event.shiftKey ? -second : -1),
      ArrowRight: () => by(event.shiftKey ? second : 1),
      Home: () => by(-page.step),
      End: () => by(Infinity),
      p: () => page.open(page.index - 1),
      n: () => page.open(page.index + 1),
      '+': () => faster(1),
      '-': () => faster(-1),
    };
    const act = acts[event.key] || acts[event.key.toLowerCase()];
    if (!act || event.key === ' ' && event.target.closest?.('button')) return false;
    act();
    return true;
  },
};
