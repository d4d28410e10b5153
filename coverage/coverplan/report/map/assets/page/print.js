// On paper: the map at a round scale, title block, then the tables.
const PAPER = { A4: [297, 210], A3: [420, 297] };
const SCALES = [50000, 75000, 100000, 150000, 200000, 250000, 300000, 400000, 500000, 600000, 750000, 800000, 1000000, 1500000, 2000000, 3000000];
let paper = 'A4';
let kept = null;

function pageRule() {
  let rule = document.getElementById('page-rule');
  if (!rule) { rule = h('style', { id: 'page-rule' }); document.head.appendChild(rule); }
  rule.textContent = '@page { size: ' + paper + ' landscape; margin: 9mm; }';
}

function beforePrint() {
  if (kept) { return; }
  kept = { centre: map.getCenter(), zoom: map.getZoom(), open: state.open, tab: state.tab };
  pageRule();
  document.body.classList.add('printing', paper.toLowerCase());
  state.open = -1;
  fill(parts.sheet, printSheet());
  const pane = document.getElementById('map_planner');
  const size = PAPER[paper];
  const px = 96 / 25.4;
  // The rules of print are not in force yet: only variables under body.printing hold the size now.
  pane.style.setProperty('--sheet-width', Math.floor((size[0] - 18) * px) + 'px');
  pane.style.setProperty('--sheet-height', Math.floor((size[1] - 18 - 30) * px) + 'px');
  map.invalidateSize({ animate: false });
  fit();
  if (state.view === 'map') { roundScale(); }
  renderScale();
  redraw();
}

// 1 : n on paper; a CSS pixel is 1/96 inch there.
function roundScale() {
  const lat = map.getCenter().lat * Math.PI / 180;
  const perPixel = zoom => Math.cos(lat) / metres(zoom);
  const now = perPixel(map.getZoom()) / (0.0254 / 96);
  const next = SCALES.find(n => n >= now) || SCALES[SCALES.length - 1];
  map.setZoom(map.getZoom() + Math.log2(now / next), { animate: false });
}

function paperScale() {
  const lat = map.getCenter().lat * Math.PI / 180;
  return Math.round(Math.cos(lat) / metres(map.getZoom()) / (0.0254 / 96));
}

function afterPrint() {
  if (!kept) { return; }
  const back = kept;
  kept = null;
  document.body.classList.remove('printing', 'a4', 'a3');
  const pane = document.getElementById('map_planner');
  pane.style.removeProperty('--sheet-width');
  pane.style.removeProperty('--sheet-height');
  state.open = back.open;
  map.invalidateSize({ animate: false });
  map.setView(back.centre, back.zoom, { animate: false });
  fill(parts.sheet);
  renderScale();
  redraw();
}

function printSheet() {
  const page = (title, table) => h('section.page', {}, h('h2', {}, title), table);
  const sheets = [page(say('caption.gaps', { type: kindName(), n: T.code.length }), gapTable())];
  if (planned().length) {
    sheets.push(page(say('caption.chosen', { n: planned().length }), h('table', {}, h('thead', {}, h('tr', {}, ['no', 'site_name', 'township', 'cost'].map(key => h('th', { scope: 'col' }, say('col.' + key))))),
      h('tbody', {}, planned().map((j, n) => h('tr', {}, h('td', {}, h('span.no' + (conditional(j) ? '.maybe' : ''), {}, n + 1)), h('td', {}, siteLabel(j)), h('td', {}, T.name[DATA.candidates.township[j]] || ''), h('td', {}, DATA.candidates.cost[j] === null ? '' : money(DATA.candidates.cost[j]))))))));
  }
  if (DATA.targets.length) { sheets.push(page(say('caption.targets', { n: DATA.targets.length }), targetTable())); }
  return sheets;
}

// Bar and numeric scale; the map without boundaries has none, and says so.
function renderScale() {
  if (state.view === 'circle') { fill(parts.scale, h('span', {}, say('scale.none'))); return; }
  const lat = map.getCenter().lat * Math.PI / 180;
  const perPixel = Math.cos(lat) / metres(map.getZoom());
  const nice = [1, 2, 5, 10, 20, 50, 100].map(km => km * 1000).filter(m => m / perPixel <= 150).pop() || 1000;
  const width = nice / perPixel;
  fill(parts.scale,
    svg('svg', { width: width + 44, height: 22, role: 'img', 'aria-label': say('km', { n: nice / 1000 }), 'data-metres': nice, 'data-width': width },
      svg('path', { d: 'M1 12v5h' + width + 'v-5M' + (1 + width / 2) + ' 17v-3', fill: 'none', stroke: '#15202b', 'stroke-width': 1.5 }),
      svg('text', { x: 1, y: 9, 'font-size': 10 }, '0'),
      svg('text', { x: 1 + width, y: 9, 'font-size': 10, 'text-anchor': 'middle' }, say('km', { n: nice / 1000 }))),
    kept ? h('span.numeric', {}, '1 : ' + count(Math.round(paperScale() / 1000) * 1000)) : null);
}
