// Buttons that post to /control/ACTION. One that the node would refuse now says why instead of posting.

import {element} from './dom.js';

const SILENT = 'no answer from the node';

/** Buttons by action: `label`, `key`, and where they apply `shift`, the key's `name`, and `always`: never refused. */
export class Buttons {
  /** The actions that the node has. */
  actions = [];
  #page;
  #kinds;
  #made = new Map();
  #refusals = {};
  #up = false;

  constructor(page, kinds) {
    this.#page = page;
    this.#kinds = kinds;
  }

  /** Fills the box with those that the session has. */
  offer(box, actions) {
    this.actions = Object.keys(this.#kinds).filter(action => actions.includes(action));
    this.#made = new Map(this.actions.map(action => [action, this.#make(action)]));
    box.replaceChildren(...this.#made.values());
    this.#show();
  }

  #make(action) {
    const made = element('button', '', this.#kinds[action].label);
    made.type = 'button';
    made.dataset.action = action;
    made.setAttribute('aria-keyshortcuts', this.keyName(action).replace('Esc', 'Escape'));
    made.addEventListener('click', () => this.#act(action));
    return made;
  }

  /** The key as a person calls it. */
  keyName(action) {
    const kind = this.#kinds[action];
    return (kind.shift ? 'Shift+' : '') + (kind.name || kind.key);
  }

  /** Whether the node answers. */
  link(up) {
    if (up === this.#up) return;
    this.#up = up;
    this.#show();
  }

  /** What cannot be done now: actions with the reason. */
  refuse(refusals) {
    this.#refusals = refusals;
    this.#show();
  }

  #refusal(action) {
    if (this.#kinds[action].always) return '';
    return this.#up ? this.#refusals[action] || '' : SILENT;
  }

  #show() {
    for (const [action, button] of this.#made) {
      const why = this.#refusal(action);
      const title = why || 'Key: ' + this.keyName(action);
      if (button.title === title) continue;
      button.title = title;
      button.setAttribute('aria-disabled', Boolean(why));
      button.setAttribute('aria-description', why);
    }
  }

  #act(action) {
    const why = this.#refusal(action);
    if (why) this.#page.say(this.#kinds[action].label + ': ' + why);
    else this.#page.post('control/' + action, this.#kinds[action].label);
  }

  /** Acts on a key; whether it was one of these. Escape is heard with Shift too. */
  key(event) {
    const action = this.actions.find(name => this.#kinds[name].key.toLowerCase() === event.key.toLowerCase()
      && (event.key === 'Escape' || Boolean(this.#kinds[name].shift) === event.shiftKey));
    if (action) this.#act(action);
    return Boolean(action);
  }
}
