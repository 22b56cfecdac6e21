"use strict";
/* A link from the table opens what it leads to; the search leaves what has all of its words. */

const rows = [...document.querySelectorAll(".scenario")];

function openTarget() {
  const found = rows.find((one) => `#${one.id}` === location.hash);
  if (found) found.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();

const wanted = document.getElementById("search");
wanted.addEventListener("input", () => {
  const words = wanted.value.toLowerCase().split(/\s+/);
  for (const one of rows)
    one.hidden = !words.every((word) => one.textContent.toLowerCase().includes(word));
});
