// The operator's buttons and their keys. What makes a robot move needs Shift; the two stops are never out of reach.

import {byId, element} from '../dom.js';
import {Buttons} from '../buttons.js';

const BUTTONS = {
  start: {label: 'Start', key: 'S', shift: true},
  stop: {label: 'Stop', key: 'X', always: true},
  reset: {label: 'Reset', key: 'R', shift: true},
  estop: {label: 'E-STOP', key: 'Escape', name: 'Esc', always: true},
};
let buttons;

export default {
  mount(page) {
    buttons = new Buttons(page, BUTTONS);
  },

  session(session) {
    buttons.offer(byId('controls'), session.actions);
    byId('keys').replaceChildren(...buttons.actions.flatMap(action =>
      [element('kbd', '', buttons.keyName(action)), ' ' + BUTTONS[action].label.toLowerCase() + ' ']));
  },

  link: up => buttons.link(up),

  draw: snapshot => buttons.refuse(snapshot.refusals),

  key: event => buttons.key(event),
};
