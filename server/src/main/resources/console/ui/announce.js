const regions = {};

/** Says something to screen readers, and shows it for a while at the foot of the page. */
export function announce(text, {show = false} = {}) {
  regions.polite ??= document.getElementById('announcer');
  regions.toast ??= document.getElementById('toast');
  regions.polite.textContent = text;
  if (!show) return;
  const toast = regions.toast;
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(regions.timer);
  regions.timer = setTimeout(() => (toast.hidden = true), 4000);
}
