// The optional script of a page: a choice without leaving the page, and traces that only a script
// can remove. Nothing depends on it: the server holds back what was not granted.
(() => {
  'use strict';
  const doc = document, root = doc.documentElement, data = root.dataset;
  const { settings, status, mode, off, consent, consentState } = doc.currentScript?.dataset || {};
  // A second copy, or one that the server did not insert, has nothing to do.
  if (!settings || 'consent' in data) return;
  const words = text => text?.match(/\S+/g) || [];
  let on = words(consent), state = consentState, busy;

  // Storage that is blocked throws, or rejects.
  const attempt = async action => { try { await action(); } catch {} };

  const json = async (path, options) => {
    const answer = await fetch(path, options);
    if (!answer.ok) throw 0;
    return answer.json();
  };

  const reflect = () => {
    data.consent = on.join(' ');
    // A page that is the same for everyone learns it later.
    if (state) data.consentState = state;
  };

  // For each domain that this host is in, and last for the host alone.
  const expire = (key, domain) => {
    doc.cookie = key + '=;path=/;max-age=0;domain=' + domain;
    if (domain) expire(key, domain.replace(/.[^.]*/, ''));
  };

  // Items are `kind:name`, encoded; after `*` anything may follow.
  const sweep = items => items.forEach(item => attempt(() => {
    const [kind, text] = item.split(':'), [start, more] = text.split('*'), name = decodeURIComponent(start);
    if (kind == 'indexed') return indexedDB.deleteDatabase(name);
    if (kind == 'cache') return caches.delete(name);
    const store = window[kind + 'Storage'];
    for (const key of store ? Object.keys(store) : doc.cookie.split(/=[^;]*;? ?/))
      if (key == name || more == '' && key.startsWith(name)) store ? store.removeItem(key) : expire(key, '.' + location.hostname);
  }));

  const show = (html, focus) => attempt(() => {
    const parsed = doc.createElement('template'), old = doc.querySelector('[data-consent-banner]'), height = root.scrollHeight;
    parsed.innerHTML = html;
    const line = parsed.content.firstElementChild;
    if (!line) return old.remove();
    line.autofocus = false;
    if (old) old.replaceWith(line);
    else doc.body.prepend(line);
    line.onblur = () => line.removeAttribute('tabindex');
    if (focus) line.focus();
    else {
      // What is being read stays where it is.
      if (scrollY) scrollBy(0, root.scrollHeight - height);
      // A live region tells what changes in it, not what it came with.
      setTimeout(() => line.append(...line.childNodes), 200);
    }
    // Its last link hides it.
    [...line.querySelectorAll('a')].pop().onclick = () => {
      line.remove();
      return false;
    };
  });

  // What the server knows now. Only a choice has a source.
  const done = (answer, method, source) => {
    const units = { ...answer.categories, ...answer.services }, previous = on, before = state, back = method == 'back';
    on = Object.keys(units).filter(id => units[id].granted && units[id].basis != 'necessary');
    state = answer.status == 'undecided' ? 'unset' : 'decided';
    reflect();
    sweep(answer.sweep || []);
    // What was withdrawn lives on in this document, and what was granted may not be in it.
    busy = previous.some(id => !units[id]?.granted) || back && before != state ||
      (back || mode == 'reload') && on.some(id => !previous.includes(id));
    const focus = source == 'banner', { html } = answer;
    if (source && !busy) show(html, focus);
    doc.dispatchEvent(new CustomEvent('consent:state', { detail: Object.freeze({ state: answer, previous, method, source }) }));
    if (busy) {
      attempt(() => history.replaceState({ ...history.state, consent: { html, focus: focus && !scrollY, was: history.state } }, ''));
      location.reload();
      // A page may ask whether to leave it.
      setTimeout(() => busy = 0, 3e3);
    }
  };

  doc.addEventListener('submit', event => {
    const form = event.target, button = event.submitter;
    // Not `form.action`: the buttons have that name.
    if (busy > 1 || event.defaultPrevented || form.getAttribute('action') != settings || !form.requestSubmit ||
      !form.matches('[data-consent-banner] form,[data-consent-form]') || !button?.matches('[name=action]:not([value=once])')) return;
    event.preventDefault();
    if (busy) return;
    busy = 1;
    const action = button.value, cat = {}, svc = {}, body = { action, categories: cat, services: svc, page: true };
    for (const [key, value] of new FormData(form)) {
      const [kind, id] = key.split('.'), said = { cat, svc }[kind];
      // What is said twice is a no.
      if (said) said[id] = !(id in said) && value == '1';
      else body[key] = value;
    }
    json(settings, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      keepalive: true
    }).then(answer => done(answer, action, body.from), () => {
      busy = 2;
      form.requestSubmit(button);
      busy = 0;
    });
  });

  // Other scripts that ask the server hand over its answer.
  doc.addEventListener('consent:done', event => done(...event.detail));

  addEventListener('pageshow', event => event.persisted && attempt(async () => done(await json(status, { cache: 'no-store' }), 'back')));

  reflect();
  sweep(words(off));
  attempt(() => {
    const { html, focus, was } = history.state.consent;
    history.replaceState(was, '');
    // The place in the page is restored once it has loaded.
    if (focus) show(html, focus);
    else addEventListener('pageshow', () => html && show(html), { once: true });
  });
})();
