// Refuses on a page of settings: by a button that does, else by turning every box off and saving.
// How many clicks that takes; nothing where neither is there. It may be that this is only looked for.
(() => {
  const buttons = all("button, input[type=submit], [role=button]").filter(visible);
  const refuses = buttons.find((button) => sort(button) === "reject");
  if (refuses) {
    if (PRESS) refuses.click();
    return 1;
  }
  const saves = buttons.find((button) => sort(button) === "save");
  if (!saves) return null;
  const on = boxesIn(document).filter(({ tick, ticked }) => ticked && tick.type !== "radio");
  if (PRESS) {
    for (const { tick } of on) tick.click();
    saves.click();
  }
  return on.length + 1;
})()
