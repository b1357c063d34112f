// The episode recorder, if the node has one.

import {Buttons} from '../buttons.js';
import {byId, setData, setText} from '../dom.js';
import {count, short} from '../format.js';

const BUTTONS = {
  record: {label: 'Record', key: 'C'},
  save: {label: 'Save', key: 'V'},
  success: {label: 'Success', key: 'B'},
  failure: {label: 'Failure', key: 'N'},
  discard: {label: 'Discard', key: 'D'},
};
let buttons;

export default {
  mount(page) {
    buttons = new Buttons(page, BUTTONS);
  },

  session: session => buttons.offer(byId('recording-buttons'), session.actions),

  link: up => buttons.link(up),

  draw(snapshot) {
    const recording = snapshot.recording;
    byId('recording-panel').hidden = !recording;
    if (!recording) return;
    buttons.refuse(snapshot.refusals);
    setData(byId('recording'), 'state', recording.state);
    setText(byId('recording'), recording.episode < 0 ? recording.state + ', nothing recorded yet' : `${recording.state}, episode ${count(recording.episode)}, ${short(recording.seconds)} s, `
      + `${short(recording.bytes / 1e6)} MB${recording.dropped ? ', ' + count(recording.dropped) + ' lost' : ''}`
      + (recording.note ? ', ' + recording.note : ''));
  },

  key: event => buttons.key(event),
};
