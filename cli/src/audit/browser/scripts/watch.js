// Runs in every document and frame before any script of the page, and tells the auditor what
// scripts store. What the page sees is what it would see without this.
(() => {
  const tell = globalThis.__consentAuditSeen;
  if (!tell || globalThis.__consentAuditWatches) return;
  Object.defineProperty(globalThis, "__consentAuditWatches", { value: true });
  delete globalThis.__consentAuditSeen;

  // The first line of a stack that is not in here.
  const place = () => {
    const lines = (new Error().stack || "").split("\n").slice(1);
    for (const line of lines) {
      const found = /\(?((?:https?|blob|data|file):[^\s)]*?):(\d+):(\d+)\)?$/.exec(line);
      if (found) return [found[1], Number(found[2]), Number(found[3])];
    }
    return [location.href, 0, 0];
  };
  const say = (what) => {
    try {
      tell(JSON.stringify({ ...what, origin: origin, frame: location.href, place: place() }));
    } catch { /* a page that is going away */ }
  };
  const wrap = (holder, name, before) => {
    const original = holder && holder[name];
    if (typeof original !== "function") return;
    holder[name] = new Proxy(original, {
      apply(target, self, given) {
        try { before(self, given); } catch { /* the page goes on */ }
        return Reflect.apply(target, self, given);
      },
    });
  };

  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    ...cookie,
    set(text) {
      say({ kind: "cookie", text: String(text) });
      return cookie.set.call(this, text);
    },
  });
  if (globalThis.CookieStore) {
    const text = (name, value, more) => {
      let line = `${name}=${value}`;
      if (more.expires != null) line += `; Expires=${new Date(Number(more.expires)).toUTCString()}`;
      if (more.maxAge != null) line += `; Max-Age=${more.maxAge}`;
      if (more.domain) line += `; Domain=${more.domain}`;
      line += `; Path=${more.path || "/"}; SameSite=${more.sameSite || "strict"}; Secure`;
      return more.partitioned ? `${line}; Partitioned` : line;
    };
    wrap(CookieStore.prototype, "set", (_, [first, value]) => {
      const more = typeof first === "object" ? first : { name: first, value };
      say({ kind: "cookie", text: text(more.name, more.value, more) });
    });
    wrap(CookieStore.prototype, "delete", (_, [first]) => {
      const more = typeof first === "object" ? first : { name: first };
      say({ kind: "cookie", text: text(more.name, "", { ...more, maxAge: 0 }) });
    });
  }
  wrap(Storage.prototype, "setItem", (self, [key, value]) => {
    const kind = self === globalThis.localStorage ? "local" : "session";
    say({ kind, key: String(key), text: String(value) });
  });
  wrap(globalThis.IDBFactory && IDBFactory.prototype, "open", (_, [name]) =>
    say({ kind: "indexed", key: String(name) }));
  wrap(globalThis.CacheStorage && CacheStorage.prototype, "open", (_, [name]) =>
    say({ kind: "cache", key: String(name) }));
  wrap(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, "register", (_, [script]) =>
    say({ kind: "worker", key: String(new URL(script, location.href)) }));
  addEventListener("securitypolicyviolation", (event) =>
    say({ kind: "violation", key: event.effectiveDirective, text: event.blockedURI }), true);
})();
