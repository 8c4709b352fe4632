// Optional script of a page: makes a choice without leaving the page, and removes storage entries
// that only a script can remove. The server enforces consent without it. Names are short because
// every page contains them.
(() => {
  'use strict';
  const d = document, root = d.documentElement, data = root.dataset;
  let { settings, mode, off, status, consent, consentState: state } = d.currentScript?.dataset || {}, busy, late;
  // A copy that the server did not insert has nothing to do.
  if (!settings) return;
  // A second copy arrives with a page that another script has inserted in place of this one. If
  // that page comes from a cache and is older than the choice, it still shows the banner.
  if (data.consent != null) return state && state != data.consentState && location.reload();
  let on = consent.match(/\S+/g) || [];

  // Blocked storage throws an error, or rejects.
  const attempt = async f => { try { await f(); } catch {} };

  // Expires a cookie for each parent domain of this host, and last for the host alone.
  const expire = (k, s) => {
    d.cookie = k + '=;path=/;max-age=0;domain=' + s;
    if (s) expire(k, s.replace(/.[^.]*/, ''));
  };

  // Each item is `kind:name`, percent-encoded; `*` at the end matches any suffix.
  const sweep = s => attempt(() => {
    const [kind, start, any] = s.split(/[:*]/), name = decodeURIComponent(start), o = window[kind + 'Storage'];
    if (kind == 'indexed') return indexedDB.deleteDatabase(name);
    if (kind == 'cache') return caches.delete(name);
    for (const k of o ? Object.keys(o) : d.cookie.split(/=[^;]*;? ?/))
      if (k == name || any == '' && k.startsWith(name)) o ? o.removeItem(k) : expire(k, '.' + location.hostname);
  });

  // Shows the confirmation, in place of the banner unless that still asks.
  const show = (html, focus) => attempt(() => {
    const b = (focus || state != 'unset') && d.querySelector('[data-consent-banner]'), h = root.scrollHeight;
    const [e] = d.createRange().createContextualFragment(html).children;
    if (!e) return b.remove();
    e.autofocus = false;
    let a;
    // A `<base>` of the page would change these addresses.
    for (a of e.querySelectorAll('a')) a.href = new URL(a.getAttribute('href'), location);
    b ? b.replaceWith(e) : d.body.prepend(e);
    e.onblur = () => e.removeAttribute('tabindex');
    // The last link hides the confirmation.
    a.onclick = () => !!e.remove();
    if (focus) return e.focus();
    // Keeps the scroll position, by hand if the browser does not.
    if (scrollY && !('overflowAnchor' in root.style)) scrollBy(0, root.scrollHeight - h);
    // A live region announces changes, not its initial content.
    setTimeout(() => e.append(...e.childNodes), 200);
  });

  // Applies the state of the server. Without a source no choice was made here: the visitor returned
  // to the page.
  const done = (now, method, source) => {
    const u = { ...now.categories, ...now.services }, previous = on, s = state, focus = source == 'banner';
    data.consent = (on = Object.keys(u).filter(k => u[k].granted && u[k].basis != 'necessary')).join(' ');
    data.consentState = state = now.status == 'undecided' ? 'unset' : 'decided';
    now.sweep?.map(sweep);
    // Withdrawn scripts still run in this document, and granted markup may be missing from it.
    busy = previous.some(k => !u[k]?.granted) || (!source && s != state) || (!source || mode == 'reload') && on.some(k => !previous.includes(k));
    if (source && !busy) show(now.html, focus);
    d.dispatchEvent(new CustomEvent('consent:state', { detail: Object.freeze({ state: now, previous, method, source }) }));
    if (busy) {
      attempt(() => history.replaceState({ ...history.state, consent: [now.html, focus && !scrollY, history.state] }, ''));
      location.reload();
      // A page may ask for confirmation before it is left.
      setTimeout(() => busy = 0, 3e3);
    }
  };

  d.addEventListener('submit', e => {
    const f = e.target, b = e.submitter;
    if (busy == 2 || e.defaultPrevented || !f.requestSubmit ||
      !b?.matches(`:is([data-consent-banner] *${mode == 'reload' ? '' : ',[data-consent-form]'})[action="${settings}"] [name=action]:not([value=once])`)) return;
    e.preventDefault();
    if (busy) return;
    busy = 1;
    const body = { categories: {}, services: {}, page: true };
    for (const [k, v] of new FormData(f, b)) {
      const [s, id] = k.split('.'), o = body[s == 'cat' ? 'categories' : 'services'];
      // Contradicting values count as a rejection.
      if (id) o[id] = !(id in o) && v == '1';
      else body[k] = v;
    }
    fetch(settings, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
      keepalive: true
    }).then(r => r.ok ? r.json() : Promise.reject()).then(now => done(now, body.action, body.from), () => setTimeout(() => {
      // Not within the current submission.
      busy = 2;
      f.requestSubmit(b);
      busy = 0;
    }));
  });

  // Other scripts pass on responses of the server.
  d.addEventListener('consent:done', e => done(...e.detail));

  data.consent = consent;
  // A page that is the same for everyone gets the state later.
  if (state) data.consentState = state;
  off?.split(' ').map(sweep);
  attempt(() => {
    const [html, focus, s] = history.state.consent;
    history.replaceState(s, '');
    focus ? show(html, focus) : late = html;
  });
  // Restores the scroll position once the page has loaded.
  addEventListener('pageshow', e => e.persisted ? attempt(() => fetch(status).then(r => r.json()).then(done)) : late && setTimeout(show, 99, late));
})();
