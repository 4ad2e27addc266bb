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
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
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
  const wanted = children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
  const byKey = new Map();
  for (const child of parent.children) if (child.dataset?.key) byKey.set(child.dataset.key, child);
  let at = parent.firstChild;
  for (const next of wanted) {
    const node = typeof next === 'object' ? next : document.createTextNode(next);
    const same = node.dataset?.key ? byKey.get(node.dataset.key) : at;
    if (same && alike(same, node)) {
      if (same === at) at = at.nextSibling;
      else parent.insertBefore(same, at);
      become(same, node);
    } else {
      parent.insertBefore(node, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
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
