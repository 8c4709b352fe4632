// Boxes and switches of the page, as they stand. Radio buttons have a no of their own, which is where
// they start.
(() => boxesIn(document)
  .filter(({ tick }) => tick.type !== "radio")
  .map(({ label, ticked }) => ({ label, ticked })))()
