/* Narrows the list of exhibits to those that have every word. Without it the list is whole, and the browser's own search finds. */
(() => {
  "use strict";
  const part = document.getElementById("find");
  const form = part.querySelector("form");
  const field = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const reports = [...part.querySelectorAll("details")].map(report => ({
    report,
    groups: [...report.querySelectorAll("div")].map(group => ({
      group,
      items: [...group.querySelectorAll("li")].map(item => ({
        item, words: plain([report.querySelector("summary"), group.querySelector("h3"), item].map(one => one?.textContent ?? "").join(" ")),
      })),
    })),
  }));

  const search = () => {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const {report, groups} of reports) {
      const before = found;
      for (const {group, items} of groups) {
        for (const {item, words} of items) {
          item.hidden = !wanted.every(word => words.includes(word));
          found += !item.hidden;
        }
        group.hidden = items.every(({item}) => item.hidden);
      }
      report.hidden = found === before;
      report.open = wanted.length > 0 && found > before;
    }
    const said = found === 0 ? status.dataset.none : found === 1 ? status.dataset.one : status.dataset.many;
    status.textContent = wanted.length ? said.replace("{count}", found) : "";
  };

  field.addEventListener("input", search);
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  search();
})();
