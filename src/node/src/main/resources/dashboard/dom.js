// Elements of the page. They are reused, so that focus and selection survive twenty updates a second.

export const byId = id => document.getElementById(id);

/** Sets text only if it changed. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets a data attribute only if it changed. */
export function setData(element, name, value) {
  if (element.dataset[name] !== String(value)) element.dataset[name] = value;
}

/** A new element with children. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Makes the list's children match the items: `create()` makes one, `update(child, item)` fills it. */
export function reconcile(list, items, create, update) {
  while (list.children.length > items.length) list.lastElementChild.remove();
  while (list.children.length < items.length) list.append(create());
  items.forEach((item, i) => update(list.children[i], item, i));
}
