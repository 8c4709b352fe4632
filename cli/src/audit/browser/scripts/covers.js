// What the banner hides while the keyboard is on it: the first such link or control of the page, by
// its label.
(() => {
  const holder = all("[data-consent-audit-banner]")[0];
  if (!holder) return null;
  const [x, y] = [scrollX, scrollY];
  const targets = all("a[href], button, input, select, textarea, summary")
    .filter((target) => visible(target) && !inside(target, holder)).slice(0, 80);
  const hidden = targets.find((target) => {
    target.focus();
    const box = target.getBoundingClientRect();
    // Hidden is what no corner looks out of.
    const points = [0.05, 0.5, 0.95].flatMap((right) => [0.1, 0.5, 0.9].map((down) => [box.x + box.width * right, box.y + box.height * down]));
    const seen = points.filter(([left, top]) => left >= 0 && top >= 0 && left < innerWidth && top < innerHeight);
    return seen.length > 0 && seen.every(([left, top]) => inside(document.elementFromPoint(left, top), holder));
  });
  document.activeElement?.blur();
  scrollTo({ left: x, top: y, behavior: "instant" });
  return hidden ? label(hidden) || hidden.tagName.toLowerCase() : null;
})()
