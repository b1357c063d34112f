// Counts since the start.

import {byId, element, reconcile, setData, setText} from '../dom.js';
import {count} from '../format.js';

export default {
  draw(snapshot) {
    reconcile(byId('counters'), snapshot.counters, () => element('div', '', element('dt'), element('dd'), element('small')), (box, counter) => {
      setText(box.children[0], counter.name);
      setText(box.children[1], count(counter.value));
      setText(box.children[2], counter.note);
      setData(box, 'bad', Boolean(counter.bad && counter.value));
    });
  },
};
