// Brings what a selector finds into the window: where its middle is, and whether nothing lies over it.
(() => {
  const found = all(SELECTOR)[0];
  if (!found) return null;
  globalThis.__consentAuditAim = found;
  found.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = found.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = found.getRootNode().elementFromPoint(x, y);
  const free = !!top && (top === found || found.contains(top) || (top.contains(found) && top.matches("label, button, a")));
  return [x, y, free];
})()
