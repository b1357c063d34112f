// The live page: receives snapshots, keeps a little history, draws, and sends the operator's commands.

import {drawCamera, drawStrip, drawTimeline, drawWaterfall, forgetColours} from './plots.js';
import {clock, setText, showLatency, showRecording, showSafety, showSources, showTiles} from './panels.js';

const STRIP_SECONDS = 10;
const TIMELINE_SECONDS = 60;
const IMAGE_PERIOD_MS = 100;
const SILENT_MS = 1500;
const STAGES = ['camera', 'prepare', 'wait', 'encode', 'denoise', 'publish'];
const BUTTONS = {
  start: {label: 'Start', key: 'S'}, stop: {label: 'Stop', key: 'X'}, reset: {label: 'Reset', key: 'R'},
  record: {label: 'Record', key: 'C'}, save: {label: 'Save', key: 'V'}, discard: {label: 'Discard', key: 'D'},
  estop: {label: 'E-STOP', key: 'Escape'},
};
const byId = id => document.getElementById(id);

let session = {key: '', actions: [], cameras: []};
let snapshot = null;
let latency = [];
let camera = null;
let image = null;
let imageTag = '';
let lastHeard = 0;
let dirty = false;
const strips = [];
const cycles = new Map();

async function begin() {
  chooseTheme(localStorage.getItem('theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  STAGES.forEach(stage => {
    const item = document.createElement('li');
    item.className = 's-' + stage;
    item.textContent = stage;
    byId('stages').append(item);
  });
  addEventListener('keydown', onKey);
  addEventListener('resize', () => { dirty = true; showLatency(latency); });
  await openSession();
  listen();
  setInterval(fetchImage, IMAGE_PERIOD_MS);
  setInterval(checkLink, 250);
  requestAnimationFrame(draw);
}

async function openSession() {
  const answer = await fetch('session');
  if (!answer.ok) return say(await answer.text());
  session = await answer.json();
  const controls = byId('controls');
  controls.replaceChildren(...Object.keys(BUTTONS).filter(action => session.actions.includes(action)).map(action => {
    const button = document.createElement('button');
    button.dataset.action = action;
    button.textContent = BUTTONS[action].label;
    button.title = 'Key: ' + BUTTONS[action].key;
    button.setAttribute('aria-keyshortcuts', BUTTONS[action].key);
    button.addEventListener('click', () => act(action));
    return button;
  }));
  byId('keys').replaceChildren(...session.actions.filter(action => action !== 'estop').flatMap(action => {
    const key = document.createElement('kbd');
    key.textContent = BUTTONS[action].key;
    return [key, ' ' + BUTTONS[action].label.toLowerCase() + ' '];
  }));
  camera = camera && session.cameras.includes(camera) ? camera : session.cameras[0] || null;
  byId('camera-tabs').replaceChildren(...(session.cameras.length < 2 ? [] : session.cameras.map(name => {
    const tab = document.createElement('button');
    tab.textContent = name;
    tab.setAttribute('aria-pressed', name === camera);
    tab.addEventListener('click', () => chooseCamera(name));
    return tab;
  })));
}

function chooseCamera(name) {
  camera = name;
  image = null;
  imageTag = '';
  for (const tab of byId('camera-tabs').children) tab.setAttribute('aria-pressed', tab.textContent === name);
  fetchImage();
}

function listen() {
  const events = new EventSource('events');
  events.addEventListener('state', event => onState(JSON.parse(event.data)));
  events.addEventListener('latency', event => { latency = JSON.parse(event.data); showLatency(latency); });
  events.addEventListener('defect', event => say('The node could not describe its state: ' + JSON.parse(event.data).message));
  events.addEventListener('open', openSession); // a restarted node has a new session key
}

function onState(next) {
  const now = performance.now() / 1000;
  snapshot = next;
  lastHeard = performance.now();
  (next.joints ? next.joints.names : []).forEach((name, i) => {
    const strip = strips[i] || (strips[i] = {points: []});
    Object.assign(strip, {name, unit: next.joints.unit, lower: number(next.joints.lower[i]), upper: number(next.joints.upper[i])});
    strip.points.push({time: now, commanded: number(next.joints.commanded[i]), measured: number(next.joints.measured[i])});
    while (strip.points[0].time < now - STRIP_SECONDS) strip.points.shift();
  });
  for (const cycle of next.cycles) if (!cycles.has(cycle.id)) cycles.set(cycle.id, {...cycle, time: now});
  for (const [id, cycle] of cycles) if (cycle.time < now - TIMELINE_SECONDS) cycles.delete(id);
  dirty = true;
}

/** Numbers that JSON cannot hold arrive as strings. */
function number(value) {
  return typeof value === 'number' ? value : NaN;
}

function draw() {
  requestAnimationFrame(draw);
  if (!dirty || !snapshot) return;
  dirty = false;
  const now = performance.now() / 1000;
  document.title = snapshot.safety.state.toLowerCase() + ' · ' + snapshot.title;
  setText(byId('title'), snapshot.title);
  showSafety(snapshot.safety);
  showTiles(byId('facts'), snapshot.facts);
  showTiles(byId('counters'), snapshot.counters);
  showSources(snapshot.sources);
  showRecording(snapshot.recording);
  drawCamera(byId('camera'), image, snapshot.overlays.find(overlay => overlay.camera === camera));
  const source = snapshot.sources.find(candidate => candidate.name === camera);
  const trouble = !source ? '' : source.frozen ? 'image frozen' : source.blank ? 'image blank'
    : !(source.ageMs <= source.maxAgeMs) ? 'no new image' : '';
  byId('camera-note').hidden = !trouble;
  setText(byId('camera-note'), trouble);
  drawStrips(now);
  drawWaterfall(byId('waterfall'), snapshot.cycles, STAGES);
  drawTimeline(byId('timeline'), [...cycles.values()], now, TIMELINE_SECONDS);
}

function drawStrips(now) {
  const box = byId('joints');
  const count = snapshot.joints ? snapshot.joints.names.length : 0;
  while (box.children.length > count) box.lastElementChild.remove();
  while (box.children.length < count) {
    const strip = document.createElement('div');
    strip.className = 'strip';
    strip.append(document.createElement('canvas'));
    box.append(strip);
  }
  for (let i = 0; i < count; i++) drawStrip(box.children[i].firstElementChild, strips[i], now, STRIP_SECONDS);
}

let fetching = false;

async function fetchImage() {
  if (!camera || fetching || document.hidden) return;
  fetching = true;
  const wanted = camera;
  try {
    const answer = await fetch('camera/' + encodeURIComponent(wanted), {headers: imageTag ? {'If-None-Match': imageTag} : {}});
    if (answer.status === 200) {
      const received = await createImageBitmap(await answer.blob());
      if (wanted === camera) {
        if (image) image.close();
        image = received;
        imageTag = answer.headers.get('ETag') || '';
        dirty = true;
      } else {
        received.close();
      }
    }
  } catch {
    // the link is shown by checkLink
  } finally {
    fetching = false;
  }
}

function checkLink() {
  const up = performance.now() - lastHeard < SILENT_MS;
  byId('link').dataset.up = up;
  setText(byId('link-text'), up && snapshot ? 'live · ' + clock(snapshot.rosNs) : lastHeard ? 'no answer from the node' : 'connecting');
  if (!up && lastHeard) {
    byId('state').dataset.state = 'unknown';
    setText(byId('state-name'), 'no data');
    setText(byId('state-reason'), 'last heard ' + Math.round((performance.now() - lastHeard) / 1000) + ' s ago');
  }
}

async function act(action) {
  if (!session.actions.includes(action)) return;
  try {
    const answer = await fetch('control/' + action, {method: 'POST', headers: {'X-Dpros-Session': session.key}});
    const text = (await answer.text()).trim();
    say(answer.ok ? '' : BUTTONS[action].label + ': ' + text);
  } catch {
    say(BUTTONS[action].label + ' did not reach the node. Use the hardware stop.');
  }
}

function say(text) {
  byId('message').hidden = !text;
  setText(byId('message'), text);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key.toLowerCase() === 't') {
    chooseTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    return;
  }
  for (const [action, {key}] of Object.entries(BUTTONS)) {
    if (event.key.toLowerCase() === key.toLowerCase()) act(action);
  }
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('theme', theme);
  forgetColours();
  dirty = true;
  showLatency(latency);
}

begin();
