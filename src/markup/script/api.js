// Interface for other scripts of the page: see `consent.d.ts`. Loaded after `core.js`.
(() => {
  'use strict';
  const d = document, data = d.documentElement.dataset, { settings, status, consent, consentState } = d.querySelector('script[data-settings]')?.dataset || {};
  // Without `core.js` it has nothing to do. A second copy arrives with a page that another script
  // has inserted in place of this one.
  if (!settings) return;
  if (window.Consent) {
    // The page comes from a cache and was made for another state.
    if (d.readyState == 'complete' && consentState && consent + consentState != data.consent + data.consentState) location.reload();
    return d.dispatchEvent(new Event('consent:page'));
  }
  const freeze = o => {
    if (Object(o) === o) Object.values(o).forEach(freeze);
    return Object.freeze(o);
  };
  const get = () => freeze({ status: data.consentState || 'unknown', granted: data.consent?.match(/\S+/g) || [] });
  const known = () => data.consentState, shows = () => !!d.querySelector('[data-consent-banner]');
  const tell = (name, detail) => d.dispatchEvent(new CustomEvent('consent:' + name, { detail: freeze(detail) }));
  const lacks = (a, b) => a.filter(id => !b.includes(id));

  // An empty list names no unit.
  const is = c => c == 'necessary' || get().granted.includes(c) || (c?.any ? c.any.some(is) :
    c?.not ? !is(c.not) : Array.isArray(c) && !!c[0] && c.every(is));

  const fail = (message, code) => { throw Object.assign(new Error(message), { code }); };
  const json = async (path, how) => {
    const r = await fetch(path, how);
    if (r.ok) return freeze(await r.json());
    const o = await r.json().catch(() => ({}));
    fail(o.message, o.error || 'http');
  };
  const details = () => json(status, { cache: 'no-store' });

  // Requests run one at a time. A unit that is not named keeps its value at the time of the
  // request.
  let turn = Promise.resolve();
  const post = (action, said) => turn = turn.catch(() => {}).then(async () => {
    const body = { action, from: 'api', page: true, return_to: location.pathname + location.search + location.hash };
    if (said) {
      const { categories, services } = await details(), units = { ...categories, ...services };
      lacks(Object.keys(said), Object.keys(units)).forEach(id => fail('No such unit: ' + id, 'unknown_unit'));
      // Implied consent does not count as an acceptance.
      const all = part => Object.fromEntries(Object.entries(part).map(([id, u]) =>
        [id, !!(said[id] ?? said[u.category] ?? u.basis == 'given')]));
      body.categories = all(categories);
      body.services = all(services);
    }
    const state = await json(settings, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      keepalive: true
    });
    d.dispatchEvent(new CustomEvent('consent:done', { detail: [state, action, 'api'] }));
    return state;
  });

  let last = get(), shown = shows();
  // In a page that is the same for everyone the banner appears after the state is known.
  const look = () => queueMicrotask(() => {
    if (shown != shows()) tell((shown = !shown) ? 'shown' : 'hidden', {});
  });
  d.addEventListener('consent:state', ({ detail: { method, source } }) => {
    const { status, granted: previous } = last, { granted } = last = get();
    const changed = [...lacks(granted, previous), ...lacks(previous, granted)], detail = { categories: granted, changed, previous, method, source };
    if (status == 'unknown') tell('ready', last);
    else {
      if (status != last.status && last.status == 'decided') tell('first', detail);
      if (changed[0]) tell('change', detail);
    }
    look();
  });
  d.addEventListener('consent:page', look);

  window.Consent = Object.freeze({
    has: c => !!known() && is(c),
    get,
    details,
    accept: ids => ids ? post('save', Object.fromEntries([ids].flat().map(id => [id, true]))) : post('accept'),
    reject: () => post('reject'),
    save: said => post('save', said),
    open: () => location.assign(settings),
    on: (name, act) => {
      let live = act;
      const listen = e => live?.(e.detail);
      d.addEventListener('consent:' + name, listen);
      // For listeners that are added later.
      if (name == 'ready' ? known() : name == 'shown' && shown) queueMicrotask(() => live?.(name == 'ready' ? get() : freeze({})));
      return () => live = d.removeEventListener('consent:' + name, listen);
    }
  });
  if (known()) tell('ready', last);
  if (shown) tell('shown', {});
})();
