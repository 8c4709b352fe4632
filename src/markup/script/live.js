// Activates inert markup in the page, for the modes `live` and `shell` and for markup that scripts
// insert. Loaded after `core.js`, which writes the granted units to the root element.
(() => {
  'use strict';
  const d = document, data = d.documentElement.dataset, { status, mode, marks } = d.currentScript?.dataset || {};
  // Without `core.js` it has nothing to do. A page that is the same for everyone requests the
  // visitor's state, and so does one that another script has inserted in place of this one.
  if (!('consent' in data)) return;
  if (mode == 'shell') fetch(status, { cache: 'no-store' }).then(r => r.ok ? r.json() : Promise.reject()).then(state => {
    d.dispatchEvent(new CustomEvent('consent:done', { detail: [state, 'load', 'load'] }));
    const t = d.querySelector('template[data-consent-shell]');
    if (state.banner ?? state.status == 'undecided') t?.replaceWith(t.content);
  }, () => {});
  if (data.consentLive) return;
  data.consentLive = 1;
  const words = s => s.match(/\S+/g) || [''], names = words(marks || 'data-consent-category data-consent-service data-category data-service'), marked = '[' + names.join('],[') + ']', seen = new WeakSet();
  let now = Promise.resolve(), later = now, due;

  // An empty or unknown name is never granted. A service implies its category; if several are
  // named, this script cannot tell which one that is.
  const on = s => s == null || words(s).every(id => id == 'necessary' || words(data.consent).includes(id) && id);
  // The first two names of marks take precedence.
  const can = (e, [cat, svc, ...rest] = names) => {
    const c = e.getAttribute(cat), s = e.getAttribute(svc);
    return (c ?? s) != null || !rest[0] ? on(s) && (s != null && !/\S\s+\S/.test(c) || on(c)) : can(e, rest);
  };

  const run = old => {
    const s = d.createElement('script'), { type } = old.dataset, src = old.dataset.src ?? old.getAttribute('src');
    // Copies attribute nodes: a parser accepts names that `setAttribute` rejects.
    for (const a of old.attributes) if (a.name != 'type') s.setAttributeNode(a.cloneNode());
    if (type) s.type = type;
    if (src) s.src = src;
    s.text = old.text;
    // Browsers hide the nonce attribute from scripts.
    s.nonce = old.nonce;
    seen.add(s);
    const put = () => old.replaceWith(s), wait = () => new Promise(r => {
      s.onload = s.onerror = r;
      put();
    });
    // `async` scripts wait for nothing and `defer` scripts wait for each other. The others keep
    // their order by `async = false`, except that an inline script must be awaited by hand.
    if (s.hasAttribute('async')) put();
    else if (type == 'module' || src && s.defer) later = later.then(src ? wait : put);
    else {
      s.async = false;
      now = src ? Promise.all([now, wait()]) : now.then(put);
    }
  };

  const wake = list => {
    for (const e of list) {
      const { localName: tag, dataset } = e;
      if (seen.has(e) || e.matches(marked) && !can(e)) continue;
      if (tag == 'script') {
        if (e.type != 'text/plain') continue;
        seen.add(e);
        // A page that requires trusted types rejects it.
        try { run(e); } catch {}
      } else if (tag == 'template') {
        const t = e.content, first = t.firstElementChild, box = e.closest('[data-consent-placeholder]') || e;
        const held = box.contains(d.activeElement), inner = [...t.querySelectorAll(marked + ',script:not([type="text/plain"])')];
        // Scripts would otherwise run as they are inserted, out of order.
        for (const s of inner) if (s.localName == 'script' && s.type != 'text/plain') {
          s.dataset.type = s.type;
          s.type = 'text/plain';
        }
        box.replaceWith(t);
        wake(inner);
        if (held && first) {
          first.focus();
          // The element takes no focus by itself.
          if (d.activeElement != first) {
            first.tabIndex = -1;
            first.focus();
          }
        }
      } else for (const k of ['srcset', 'poster', 'href', 'src']) if (k in dataset) {
        e.setAttribute(tag == 'object' && k == 'src' ? 'data' : k, dataset[k]);
        delete dataset[k];
      }
    }
  };

  const look = () => {
    due = 0;
    wake(d.querySelectorAll(marked));
  };

  d.addEventListener('consent:state', look);
  new MutationObserver(() => due ||= setTimeout(look)).observe(d, { childList: true, subtree: true });
  look();
})();
