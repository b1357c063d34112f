// The operator's buttons and their keys. What makes a robot move needs Shift.

import {byId, element} from '../dom.js';

const BUTTONS = {
  start: {label: 'Start', key: 'S', shift: true},
  stop: {label: 'Stop', key: 'X'},
  reset: {label: 'Reset', key: 'R', shift: true},
  estop: {label: 'E-STOP', key: 'Escape', name: 'Esc'},
};
let page;
let actions = [];

const keyName = button => (button.shift ? 'Shift+' : '') + (button.name || button.key);

function act(action) {
  page.post('control/' + action, BUTTONS[action].label);
}

function makeButton(action) {
  const {label} = BUTTONS[action];
  const button = element('button', '', label);
  button.dataset.action = action;
  button.title = 'Key: ' + keyName(BUTTONS[action]);
  button.setAttribute('aria-keyshortcuts', keyName(BUTTONS[action]).replace('Esc', 'Escape'));
  button.addEventListener('click', () => act(action));
  return button;
}

export default {
  mount(given) {
    page = given;
  },

  session(session) {
    actions = Object.keys(BUTTONS).filter(action => session.actions.includes(action));
    byId('controls').replaceChildren(...actions.map(makeButton));
    byId('keys').replaceChildren(...actions.flatMap(action =>
      [element('kbd', '', keyName(BUTTONS[action])), ' ' + BUTTONS[action].label.toLowerCase() + ' ']));
  },

  key(event) {
    const action = actions.find(name => BUTTONS[name].key.toLowerCase() === event.key.toLowerCase()
      && (name === 'estop' || Boolean(BUTTONS[name].shift) === event.shiftKey));
    if (action) act(action);
    return Boolean(action);
  },
};
