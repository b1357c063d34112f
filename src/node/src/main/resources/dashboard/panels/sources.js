// The observation sources and how old they are.

import {byId, element, reconcile, setData, setText} from '../dom.js';
import {count, short} from '../format.js';

function complaint(source) {
  if (typeof source.ageMs !== 'number') return 'never seen';
  if (source.ageMs > source.maxAgeMs) return 'stale';
  return source.frozen ? 'frozen' : source.blank ? 'blank' : source.offset ? 'stamps' : '';
}

export default {
  draw(snapshot) {
    reconcile(byId('sources'), snapshot.sources,
      () => element('li', '', element('span', 'name', element('span'), element('i')), element('span', 'age'), element('span', 'bar', element('i'))),
      (item, source) => {
        const known = typeof source.ageMs === 'number';
        const wrong = complaint(source);
        setText(item.children[0].children[0], source.name);
        setText(item.children[0].children[1], source.input === source.name ? '' : source.input);
        setText(item.children[1], (wrong ? wrong + (known ? ', ' : '') : '')
          + (known ? short(source.ageMs) + ' of ' + short(source.maxAgeMs) + ' ms' : ''));
        setData(item, 'bad', Boolean(wrong));
        item.title = `${source.kind}, ${count(source.samples)} samples, ${count(source.rejected)} rejected`
          + (typeof source.offsetMs === 'number' ? `, stamps ${short(Math.abs(source.offsetMs))} ms ${source.offsetMs < 0 ? 'ahead' : 'behind'}` : '');
        item.querySelector('.bar i').style.width = (known ? Math.min(100, 100 * source.ageMs / source.maxAgeMs) : 100) + '%';
      });
  },
};
