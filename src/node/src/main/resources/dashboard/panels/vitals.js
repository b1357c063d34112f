// The few numbers that an operator looks at first.

import {byId, element, reconcile, setData, setText} from '../dom.js';
import {count, short} from '../format.js';

let rows = [];

function latency(name, stage, key, quantile, snapshot) {
  const row = rows.find(candidate => candidate.stage === stage);
  const limit = snapshot.limits.find(candidate => candidate.stage === stage);
  const value = row ? row[key] : NaN;
  return {
    name: name + ' ' + quantile, value: short(value), unit: 'ms',
    note: limit ? 'deadline ' + short(limit.ms) : '', bad: Boolean(limit && value > limit.ms),
  };
}

function total(name, note, snapshot, counters) {
  const counted = snapshot.counters.filter(counter => counters.includes(counter.name));
  const who = counted.map(counter => counter.note).filter(Boolean).join(', ');
  return {name, value: count(counted.reduce((all, c) => all + c.value, 0)), unit: '', note: who || note, bad: false};
}

export default {
  latency(given) {
    rows = given;
  },

  draw(snapshot) {
    const items = [
      latency('End to end', 'end_to_end', 'p99', 'p99', snapshot),
      latency('Inference', 'inference', 'p99', 'p99', snapshot),
      latency('Tick lateness', 'tick_lateness', 'p999', 'p99.9', snapshot),
      total('Deadlines missed', 'chunks, since the start', snapshot, ['missed deadlines']),
      total('Ticks missed', 'since the start', snapshot, ['missed ticks']),
      total('Lost or refused', 'messages, since the start', snapshot, ['commands dropped', 'messages refused']),
    ];
    reconcile(byId('vitals'), items,
      () => element('div', '', element('dt'), element('dd', '', element('b'), element('i')), element('small')),
      (box, item) => {
        setData(box, 'bad', item.bad);
        setText(box.children[0], item.name);
        setText(box.children[1].children[0], item.value);
        setText(box.children[1].children[1], item.unit);
        setText(box.children[2], item.note);
      });
  },
};
