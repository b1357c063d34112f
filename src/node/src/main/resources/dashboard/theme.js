// Light or dark: what the system says, until somebody chooses.

import {forgetColours} from './canvas.js';
import {byId} from './dom.js';

/** Shows the theme and lets the button change it; `changed()` is called for each. Returns what changes it. */
export function openTheme(changed) {
  const choose = theme => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem('theme', theme);
    forgetColours();
    changed();
  };
  const other = () => choose(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
  choose(localStorage.getItem('theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  byId('theme').addEventListener('click', other);
  return other;
}
