// The watchdog's transitions: a band of the last minute, and the list with the reasons.

import {colour, surface} from '../canvas.js';
import {byId, element, reconcile, setData, setText} from '../dom.js';
import {clock} from '../format.js';

const SECONDS = 60;
const COLOURS = {nominal: 'green', degraded: 'amber', hold: 'orange', fault: 'red'};
const KEPT = 500;
let transitions = [];

function drawBand(canvas, snapshot) {
  const {context, width, height} = surface(canvas);
  const toX = rosNs => width * (1 - (snapshot.rosNs - rosNs) / 1e9 / SECONDS);
  let end = snapshot.rosNs;
  context.fillStyle = colour('well');
  context.fillRect(0, 0, width, height);
  for (const transition of transitions) { // newest first
    const from = Math.max(0, toX(transition.rosNs));
    context.fillStyle = colour(COLOURS[transition.to] || 'grey');
    context.fillRect(from, 0, Math.max(1, toX(end) - from), height);
    end = transition.rosNs;
    if (from === 0) return;
  }
}

export default {
  state(snapshot) {
    const newest = transitions.length ? transitions[0].rosNs : 0;
    const history = snapshot.safety.history;
    if (history.length && history[0].rosNs < newest) transitions = []; // the node was restarted
    transitions = [...history.filter(entry => entry.rosNs > newest), ...transitions].slice(0, KEPT);
  },

  draw(snapshot) {
    drawBand(byId('band'), snapshot);
    reconcile(byId('history'), snapshot.safety.history,
      () => element('li', '', element('time'), element('b'), element('span')),
      (item, transition) => {
        setData(item, 'state', transition.to);
        setText(item.children[0], clock(transition.rosNs));
        setText(item.children[1], transition.to);
        setText(item.children[2], transition.reason);
        item.title = transition.from + ' → ' + transition.to + ': ' + transition.reason;
      });
  },
};
