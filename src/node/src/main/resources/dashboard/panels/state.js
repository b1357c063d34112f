// The watchdog's state and reason, in the header; and whether the node is heard at all.

import {byId, setData, setText} from '../dom.js';
import {duration} from '../format.js';

let heard = false;

export default {
  draw(snapshot) {
    if (!heard) return;
    const safety = snapshot.safety;
    const last = safety.history[0];
    const since = last ? duration((snapshot.rosNs - last.rosNs) / 1e9) : '';
    setData(byId('state'), 'state', safety.state);
    setText(byId('state-name'), safety.state);
    setText(byId('state-since'), (safety.started ? '' : 'stopped') + (since ? (safety.started ? '' : ' · ') + 'for ' + since : ''));
    setText(byId('state-reason'), [safety.reason, ...safety.waiting].join('; '));
  },

  link(up, silentMs) {
    heard = up;
    if (silentMs === Infinity) return;
    setData(document.body, 'dead', !up);
    if (up) return;
    setData(byId('state'), 'state', 'unknown');
    setText(byId('state-name'), 'no data');
    setText(byId('state-since'), '');
    setText(byId('state-reason'), 'last heard ' + Math.floor(silentMs / 1000) + ' s ago');
  },
};
