// The episode recorder, if the node has one.

import {byId, element, setData, setText} from '../dom.js';
import {count, short} from '../format.js';

const BUTTONS = {
  record: {label: 'Record', key: 'c'},
  save: {label: 'Save', key: 'v'},
  success: {label: 'Success', key: 'b'},
  failure: {label: 'Failure', key: 'n'},
  discard: {label: 'Discard', key: 'd'},
};
let page;
let actions = [];

function act(action) {
  page.post('control/' + action, BUTTONS[action].label);
}

/** Why a button cannot work now; empty if it can. */
function refusal(action, recording) {
  const running = recording.state === 'recording';
  if (action === 'record') return running ? 'an episode is being recorded' : recording.state === 'disk_full' ? 'the disk is full' : '';
  if (action === 'save') return running ? '' : 'no episode is being recorded';
  return recording.episode < 0 ? 'nothing was recorded yet' : '';
}

function show(button, why) {
  button.disabled = Boolean(why);
  button.title = why || 'Key: ' + BUTTONS[button.dataset.action].key.toUpperCase();
}

function makeButton(action) {
  const button = element('button', '', BUTTONS[action].label);
  button.dataset.action = action;
  show(button, '');
  button.setAttribute('aria-keyshortcuts', BUTTONS[action].key.toUpperCase());
  button.addEventListener('click', () => act(action));
  return button;
}

export default {
  mount(given) {
    page = given;
  },

  session(session) {
    actions = Object.keys(BUTTONS).filter(action => session.actions.includes(action));
    byId('recording-buttons').replaceChildren(...actions.map(makeButton));
  },

  draw(snapshot) {
    const recording = snapshot.recording;
    byId('recording-panel').hidden = !recording;
    if (!recording) return;
    for (const button of byId('recording-buttons').children) show(button, refusal(button.dataset.action, recording));
    setData(byId('recording'), 'state', recording.state);
    setText(byId('recording'), recording.episode < 0 ? recording.state + ', nothing recorded yet' : `${recording.state}, episode ${count(recording.episode)}, ${short(recording.seconds)} s, `
      + `${short(recording.bytes / 1e6)} MB${recording.dropped ? ', ' + count(recording.dropped) + ' lost' : ''}`
      + (recording.note ? ', ' + recording.note : ''));
  },

  key(event) {
    const action = actions.find(name => BUTTONS[name].key === event.key.toLowerCase() && !event.shiftKey);
    if (action) act(action);
    return Boolean(action);
  },
};
