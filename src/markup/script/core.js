// The optional script of a page: a choice without leaving the page, and traces that only a script
// can remove. Nothing depends on it: the server holds back what was not granted. Names are short
// because every page carries them.
(() => {
  'use strict';
  const d = document, root = d.documentElement, data = root.dataset;
  let { settings, mode, off, status, consent, consentState: state } = d.currentScript?.dataset || {}, busy, late;
  // A copy that the server did not insert has nothing to do.
  if (!settings) return;
  // A second copy comes with a page that another script put in place of this one. If that page is
  // from a store and older than the choice, it still asks.
  if (data.consent != null) return state && state != data.consentState && location.reload();
  let on = consent.match(/\S+/g) || [];

  // Storage that is blocked throws, or rejects.
  const attempt = async f => { try { await f(); } catch {} };

  // Expires a cookie for each domain that this host is in, and last for the host alone.
  const expire = (k, s) => {
    d.cookie = k + '=;path=/;max-age=0;domain=' + s;
    if (s) expire(k, s.replace(/.[^.]*/, ''));
  };

  // Each item is `kind:name`, encoded; after `*` anything may follow.
  const sweep = s => attempt(() => {
    const [kind, start, any] = s.split(/[:*]/), name = decodeURIComponent(start), o = window[kind + 'Storage'];
    if (kind == 'indexed') return indexedDB.deleteDatabase(name);
    if (kind == 'cache') return caches.delete(name);
    for (const k of o ? Object.keys(o) : d.cookie.split(/=[^;]*;? ?/))
      if (k == name || any == '' && k.startsWith(name)) o ? o.removeItem(k) : expire(k, '.' + location.hostname);
  });

  // Shows the line that says what was saved, for the banner unless that still asks.
  const show = (html, focus) => attempt(() => {
    const b = (focus || state != 'unset') && d.querySelector('[data-consent-banner]'), h = root.scrollHeight;
    const [e] = d.createRange().createContextualFragment(html).children;
    if (!e) return b.remove();
    e.autofocus = false;
    let a;
    // A base of the page would lead them elsewhere.
    for (a of e.querySelectorAll('a')) a.href = new URL(a.getAttribute('href'), location);
    b ? b.replaceWith(e) : d.body.prepend(e);
    e.onblur = () => e.removeAttribute('tabindex');
    // Its last link hides it.
    a.onclick = () => !!e.remove();
    if (focus) return e.focus();
    // What is being read stays where it is, if need be by hand.
    if (scrollY && !('overflowAnchor' in root.style)) scrollBy(0, root.scrollHeight - h);
    // A live region tells what changes in it, not what it came with.
    setTimeout(() => e.append(...e.childNodes), 200);
  });

  // Takes what the server knows now. Without a source nobody chose here: the page was gone back to.
  const done = (now, method, source) => {
    const u = { ...now.categories, ...now.services }, previous = on, s = state, focus = source == 'banner';
    data.consent = (on = Object.keys(u).filter(k => u[k].granted && u[k].basis != 'necessary')).join(' ');
    data.consentState = state = now.status == 'undecided' ? 'unset' : 'decided';
    now.sweep?.map(sweep);
    // What was withdrawn lives on in this document, and what was granted may not be in it.
    busy = previous.some(k => !u[k]?.granted) || (!source && s != state) || (!source || mode == 'reload') && on.some(k => !previous.includes(k));
    if (source && !busy) show(now.html, focus);
    d.dispatchEvent(new CustomEvent('consent:state', { detail: Object.freeze({ state: now, previous, method, source }) }));
    if (busy) {
      attempt(() => history.replaceState({ ...history.state, consent: [now.html, focus && !scrollY, history.state] }, ''));
      location.reload();
      // A page may ask whether to leave it.
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
      // What is said twice is a no.
      if (id) o[id] = !(id in o) && v == '1';
      else body[k] = v;
    }
    fetch(settings, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
      keepalive: true
    }).then(r => r.ok ? r.json() : Promise.reject()).then(now => done(now, body.action, body.from), () => setTimeout(() => {
      // Not within the submission that is under way.
      busy = 2;
      f.requestSubmit(b);
      busy = 0;
    }));
  });

  // Other scripts that ask the server hand over its answer.
  d.addEventListener('consent:done', e => done(...e.detail));

  data.consent = consent;
  // A page that is the same for everyone learns it later.
  if (state) data.consentState = state;
  off?.split(' ').map(sweep);
  attempt(() => {
    const [html, focus, s] = history.state.consent;
    history.replaceState(s, '');
    focus ? show(html, focus) : late = html;
  });
  // The place in the page is restored once it has loaded.
  addEventListener('pageshow', e => e.persisted ? attempt(() => fetch(status).then(r => r.json()).then(done)) : late && setTimeout(show, 99, late));
})();
