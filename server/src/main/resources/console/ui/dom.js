const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Text is always text, never markup, so nothing that the server says can become script.
 *
 * @param {string} tag such as `button.primary`
 * @param {object} [props] attributes; `on…` are handlers, `style` an object, `key` tells rows apart, and `keep` leaves
 *     the element's content to whoever made it
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  return fill(element, props, children);
}

/** The same for a part of a drawing. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...present(children).map(standIn));
  return element;
}

const present = (children) =>
  children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);

const standsFor = new WeakMap();

/**
 * A kept element that is shown now stays where it is: taken out and put back, even for a moment, it would lose the focus,
 * the pointer and its scroll position. Another stands for it in what is to come.
 */
function standIn(child) {
  if (child.nodeType !== Node.ELEMENT_NODE || !('keep' in child.dataset) || !child.isConnected) return child;
  const other = document.createElement('span');
  other.dataset.standIn = '';
  standsFor.set(other, child);
  return other;
}

function settle(element) {
  if (element.nodeType !== Node.ELEMENT_NODE) return;
  for (const other of element.querySelectorAll('[data-stand-in]')) other.replaceWith(standsFor.get(other));
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) element[name] = value;
  else if (name === 'style') for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
  else if (name === 'key') element.dataset.key = value;
  else if (name === 'keep') element.dataset.keep = '';
  else if (name === 'value' || name === 'checked' || name === 'selected' || name === 'disabled') {
    element[name] = value;
    if (value === true) element.setAttribute(name, '');
  } else element.setAttribute(name, value === true ? '' : value);
}

/**
 * Makes what an element holds like new children, and leaves alone what is alike already: focus, selection and scroll
 * positions stay when a table is written again each second.
 */
export function morph(parent, ...children) {
  const wanted = present(children);
  const byKey = new Map();
  for (const child of parent.children) if (child.dataset?.key) byKey.set(child.dataset.key, child);
  let at = parent.firstChild;
  for (const next of wanted) {
    const kept = standsFor.get(next) ?? (next.isConnected ? next : null);
    if (kept?.parentNode === parent) {
      while (at !== kept) at = without(at);
      at = at.nextSibling;
      continue;
    }
    const node = kept ?? (typeof next === 'object' ? next : document.createTextNode(next));
    const same = node.dataset?.key ? byKey.get(node.dataset.key) : at;
    if (same && alike(same, node)) {
      if (same === at) at = at.nextSibling;
      else parent.insertBefore(same, at);
      become(same, node);
    } else {
      parent.insertBefore(node, at);
      settle(node);
    }
  }
  while (at) at = without(at);
}

/** Takes a node away; what came after it. */
function without(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

const alike = (a, b) =>
  a === b || (a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.dataset?.key === b.dataset?.key);

function become(old, next) {
  if (old === next) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const {name} of [...old.attributes]) {
    if (!next.hasAttribute(name) && !(name === 'open' && old.nodeName === 'DETAILS')) old.removeAttribute(name);
  }
  for (const {name, value} of next.attributes) {
    // Written as attribute, a style would be inline and refused by the page's policy.
    if (name === 'style') old.style.cssText = next.style.cssText;
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (!next.hasAttribute('style') && old.hasAttribute('style')) old.style.cssText = '';
  for (const handler of ['onclick', 'oninput', 'onchange', 'onsubmit', 'onkeydown']) {
    if (old[handler] !== next[handler]) old[handler] = next[handler];
  }
  if ('keep' in next.dataset) return;
  morph(old, [...next.childNodes]);
  if ('value' in next && old.value !== next.value && document.activeElement !== old) old.value = next.value;
  if ('checked' in next && old.checked !== next.checked) old.checked = next.checked;
  if ('disabled' in next && old.disabled !== next.disabled) old.disabled = next.disabled;
}
