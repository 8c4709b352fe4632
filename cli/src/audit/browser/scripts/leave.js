// What a page hears when a reader turns away from it; trackers wait for that.
(() => {
  const hidden = { configurable: true, get: () => "hidden" };
  Object.defineProperty(document, "visibilityState", hidden);
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  window.dispatchEvent(new Event("blur"));
  window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }));
  window.dispatchEvent(new Event("unload"));
  return true;
})()
