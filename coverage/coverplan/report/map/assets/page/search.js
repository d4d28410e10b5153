// Find by name, code or pinyin initials: townships, venues, candidates.
function searchBox() {
  const list = h('ul.hits', { id: 'hits', role: 'listbox', 'aria-label': say('search.hits') });
  let found = [];
  let at = -1;
  const box = h('input.search', {
    type: 'search', placeholder: say('search'), 'aria-label': say('search'), autocomplete: 'off', spellcheck: 'false',
    role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'hits', 'aria-autocomplete': 'list',
    oninput: () => show(box.value),
    onkeydown: event => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        at = Math.max(0, Math.min(found.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
        mark();
      } else if (event.key === 'Enter' && found.length) {
        take(found[Math.max(0, at)]);
      } else if (event.key === 'Escape') { hide(); }
    },
    onblur: () => window.setTimeout(hide, 150),
  });
  function mark() {
    Array.prototype.forEach.call(list.children, (row, n) => {
      row.setAttribute('aria-selected', n === at ? 'true' : 'false');
      if (n === at) { row.scrollIntoView({ block: 'nearest' }); box.setAttribute('aria-activedescendant', row.id); }
    });
  }
  function hide() { list.style.display = 'none'; box.setAttribute('aria-expanded', 'false'); }
  function take(hit) {
    hide();
    box.value = hit.name;
    openTownship(hit.township);
  }
  function show(text) {
    found = lookup(text).slice(0, 12);
    at = -1;
    fill(list, found.map((hit, n) => h('li', { id: 'hit' + n, role: 'option', 'aria-selected': 'false', onmousedown: () => take(hit) }, hit.name, h('small', {}, ' ' + hit.what))));
    list.style.display = found.length ? 'block' : 'none';
    box.setAttribute('aria-expanded', found.length ? 'true' : 'false');
  }
  return h('div.searchbox', {}, box, list);
}

function lookup(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) { return []; }
  const out = [];
  const weigh = (name, find, code) => {
    const lower = name.toLowerCase();
    const readings = (find || '').split(' ');
    if (lower === wanted || code === wanted) { return 0; }
    if (lower.indexOf(wanted) === 0) { return 1; }
    if (readings.some(r => r === wanted)) { return 2; }
    if (readings.some(r => r.indexOf(wanted) === 0)) { return 3; }
    if (lower.indexOf(wanted) > 0) { return 4; }
    return -1;
  };
  const add = (table, what, townshipOf) => table.name.forEach((name, n) => {
    const w = weigh(name, table.find[n], (table.code || table.id)[n]);
    if (w >= 0 && townshipOf(n) >= 0) { out.push({ name, what: what(n), township: townshipOf(n), w, n: out.length }); }
  });
  add(T, () => say('search.township'), n => n);
  add(DATA.venues, n => say('search.venue') + ' · ' + (T.name[DATA.venues.township[n]] || ''), n => DATA.venues.township[n]);
  add(DATA.candidates, n => say('search.candidate') + ' · ' + (T.name[DATA.candidates.township[n]] || ''), n => DATA.candidates.township[n]);
  return out.sort((a, b) => a.w - b.w || a.n - b.n);
}
