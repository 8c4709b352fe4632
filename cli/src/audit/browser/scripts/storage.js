// What the page's origin holds in its storage, its links, and what it makes connections ready for.
(async () => {
  const items = (kind, storage) => {
    try {
      return Object.keys(storage).map((key) => ({ kind, key, text: String(storage.getItem(key)) }));
    } catch {
      return [];
    }
  };
  const stored = [...items("local", localStorage), ...items("session", sessionStorage)];
  const named = async (kind, names) => {
    try {
      for (const name of await names()) stored.push({ kind, key: String(name), text: "" });
    } catch { /* a browser or an origin without it */ }
  };
  await named("indexed", async () => (await indexedDB.databases()).map((base) => base.name));
  await named("cache", () => caches.keys());
  return { origin, stored };
})()
