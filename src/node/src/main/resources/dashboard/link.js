// The connection to the node: its session, its stream of events, and the operator's commands.

const SILENT_MS = 700;
const SILENT_PERIODS = 4;

/** Calls `on.session`, `on.past`, `on.state`, `on.latency`, `on.say` and, four times a second and when it changes, `on.link(up, silentMs)`. */
export class Link {
  #on;
  #heard = 0;
  #broken = false;
  session = {key: '', actions: [], cameras: [], rateHz: 20};

  constructor(on) {
    this.#on = on;
  }

  open() {
    const events = new EventSource('events');
    events.addEventListener('past', event => this.#on.past(JSON.parse(event.data)));
    events.addEventListener('state', event => {
      const before = this.up;
      this.#heard = performance.now();
      this.#broken = false;
      this.#on.state(JSON.parse(event.data));
      if (!before) this.#tell();
    });
    events.addEventListener('latency', event => this.#on.latency(JSON.parse(event.data)));
    events.addEventListener('defect', event =>
      this.#on.say('The node could not describe its state: ' + JSON.parse(event.data).message));
    events.addEventListener('open', () => this.#openSession()); // a restarted node has a new session key
    events.addEventListener('error', () => { // the connection is closed: the node has ended
      this.#broken = true;
      this.#tell();
    });
    setInterval(() => this.#tell(), 250);
  }

  #tell() {
    this.#on.link(this.up, this.#heard ? performance.now() - this.#heard : Infinity);
  }

  /** Whether the node has said anything lately. */
  get up() {
    return this.#heard > 0 && !this.#broken
      && performance.now() - this.#heard < Math.max(SILENT_MS, SILENT_PERIODS * 1000 / this.session.rateHz);
  }

  async #openSession() {
    try {
      const answer = await fetch('session');
      if (!answer.ok) return this.#on.say((await answer.text()).trim());
      this.session = await answer.json();
      this.#on.session(this.session);
    } catch {
      // the stream opens again when the node is back
    }
  }

  /** Sends a POST of this session; returns null when done, else why not. */
  async post(path, body) {
    try {
      const answer = await fetch(path, {method: 'POST', headers: {'X-Dpros-Session': this.session.key}, body});
      return answer.ok ? null : (await answer.text()).trim();
    } catch {
      return 'did not reach the node. Use the hardware stop.';
    }
  }
}
