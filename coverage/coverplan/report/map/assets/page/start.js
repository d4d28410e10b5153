// The page is built once for a language; afterwards only what changed is drawn again.
function build() {
  const app = document.getElementById('app');
  document.documentElement.lang = tongue ? 'en' : 'zh-CN';
  document.title = say('title', { county: both(DATA.county.name) });
  ['headline', 'cards', 'controls', 'reconcile', 'legend', 'scale', 'sheet', 'imprint'].forEach(name => { parts[name] = h('div.' + name, { id: name }); });
  parts.headline = h('p.headline', { id: 'headline', role: 'status', 'aria-live': 'polite' });
  parts.tabs = h('div.tabs', { role: 'tablist', 'aria-label': say('tabs') });
  parts.tabpanel = h('div.tabpanel', { role: 'tabpanel', id: 'tabpanel', tabindex: 0 });
  parts.types = h('div.types');
  parts.modes = h('div.modes');
  parts.views = h('div.views');
  parts.layers = h('div.items');
  parts.subtitle = h('small');
  parts.notice = h('div.notice', { role: 'status' });
  const mapBox = document.getElementById('map_planner') || h('div.folium-map', { id: 'map_planner' });
  fill(app,
    h('a.skip', { href: '#tabpanel', onclick: () => parts.tabpanel.focus() }, say('skip')),
    h('header.top', {},
      h('h1', {}, say('title', { county: both(DATA.county.name) }), parts.subtitle),
      parts.types, parts.modes, h('div.spring'), searchBox(), exportMenu(),
      h('select.paper', { 'aria-label': say('paper'), onchange: event => { paper = event.target.value; } }, ['A4', 'A3'].map(name => h('option', { value: name, selected: name === paper }, name))),
      h('button.primary', { type: 'button', onclick: () => window.print() }, say('print')),
      h('button', { type: 'button', lang: tongue ? 'zh-CN' : 'en', onclick: switchTongue }, tongue ? '中文' : 'EN')),
    h('main', {},
      h('section.map', { 'aria-label': say('aria.map') },
        h('div.map-title', {}, h('b', {}, say('title', { county: both(DATA.county.name) })), h('span', { id: 'map-subtitle' })),
        h('div.stage', {}, mapBox, watermark(),
        h('div.corner', {}, parts.views, h('details.menu.layers', {}, h('summary', {}, say('layers')), parts.layers)),
        hasPlaces && h('div.north', { role: 'img', 'aria-label': say('north') }, svg('svg', { viewBox: '0 0 24 34', width: 22, height: 31, 'aria-hidden': 'true' }, svg('path', { d: 'M12 1l8 22-8-5-8 5z', fill: 'none', stroke: '#15202b', 'stroke-width': 1.4 }), svg('path', { d: 'M12 1v17l-8 5z', fill: '#15202b' }), svg('text', { x: 12, y: 33, 'text-anchor': 'middle', 'font-size': 10, 'font-weight': 700 }, say('north.letter')))),
        parts.scale), parts.legend, parts.imprint),
      h('aside.panel', { 'aria-label': say('aria.panel') }, parts.headline, parts.cards, parts.controls, parts.tabs, parts.tabpanel, parts.reconcile)),
    parts.sheet, parts.notice);
  fill(parts.imprint, imprint());
}

function watermark() {
  const words = [DATA.example ? say('watermark.example') : '', DATA.profile === 'meeting' ? say('watermark.meeting') : ''].filter(Boolean).join('　');
  if (!words) { return null; }
  return svg('svg', { class: 'watermark', 'aria-hidden': 'true', width: '100%', height: '100%' },
    svg('defs', {}, svg('pattern', { id: 'mark', width: 260, height: 170, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(-24)' }, svg('text', { x: 20, y: 90, 'font-size': 27, 'font-weight': 700 }, words))),
    svg('rect', { width: '100%', height: '100%', fill: 'url(#mark)' }));
}

function imprint() {
  const c = DATA.county;
  return [
    DATA.example ? h('b.example', {}, say('imprint.example')) : null,
    h('span', {}, say('imprint.unit', { unit: clean(c.unit) })),
    h('span', {}, say('imprint.as_of', { date: c.as_of })),
    hasPeople && DATA.population.year ? h('span', {}, say('imprint.population', { year: DATA.population.year, kind: say('population.' + DATA.population.kind) })) : null,
    h('span', {}, say('imprint.crs', { crs: DATA.crs, datum: DATA.datum === 'gcj02' ? 'GCJ-02' : 'WGS84' })),
    h('span', {}, say(GEO.lines.length ? 'imprint.source' : 'imprint.source_plain')),
    h('span', {}, say('imprint.review')),
    DATA.approximate ? h('b', {}, say('boundary.note')) : null,
    h('b', {}, say('imprint.internal')),
  ];
}

function switchTongue() {
  tongue = 1 - tongue;
  build();
  plan.svg.setAttribute('aria-label', say('aria.map'));
  ['in', 'out'].forEach(way => {
    const button = document.querySelector('.leaflet-control-zoom-' + way);
    ['title', 'aria-label'].forEach(name => button.setAttribute(name, say('zoom.' + way)));
  });
  changed('view');
}

function render(what) {
  if (what === 'gone') { return; }
  fill(parts.types, typeSwitch());
  fill(parts.modes, modeSwitch());
  fill(parts.views, viewSwitch());
  fill(parts.layers, layerMenu());
  const sub = say('subtitle', { date: DATA.county.as_of, mode: say('mode.' + state.mode) }) + takenMark();
  fill(parts.subtitle, sub);
  fill(document.getElementById('map-subtitle'), ' ' + kindName() + ' · ' + sub);
  fill(parts.legend, legend());
  renderPanel();
  if (what !== 'step') { renderTab(); } else { renderStep(); }
  if (what === 'view') { map.invalidateSize({ animate: false }); fit(); redraw(); } else if (refit() || what === 'layers') { redraw(); } else { paint(); }
  renderScale();
}

function start() {
  build();
  map = L.map('map_planner', { zoomSnap: 0, zoomDelta: 0.5, zoomAnimation: false, fadeAnimation: false, inertia: !REDUCED, attributionControl: false, zoomControl: false, minZoom: 6, maxZoom: 16, keyboard: false });
  L.control.zoom({ position: 'topleft', zoomInTitle: say('zoom.in'), zoomOutTitle: say('zoom.out') }).addTo(map);
  map.setView(T.circle.length ? [T.circle[0][0], T.circle[0][1]] : [35, 105], 9);
  buildDrawing(map.getPanes().overlayPane);
  map.on('zoomend viewreset', () => { redraw(); renderScale(); });
  map.on('moveend', () => paint());
  restoreSaved();
  onChange(render);
  window.addEventListener('resize', () => { if (!kept) { map.invalidateSize({ animate: false }); fit(); } });
  window.addEventListener('beforeprint', beforePrint);
  window.addEventListener('afterprint', afterPrint);
  document.addEventListener('keydown', event => {
    if (!(event.ctrlKey || event.metaKey) || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { return; }
    if (event.key === 'z') { event.preventDefault(); undo(); }
    if (event.key === 'y') { event.preventDefault(); redo(); }
  });
  changed('view');
  document.body.setAttribute('data-ready', 'yes');
}

window.coverplan = {
  data: DATA, model, state, bandsOf, shareWords, nearestOf, scenario, readScenario, gapsCsv, sitesCsv, targetsCsv, logCsv, lookup, toggle, choose, undo, redo,
  set, pickType, judged, townshipOf, typeNamed, villageOf, takeRows, untake, openedFile, inflate, sheetsOf, takenCsv, savedPage, workbook, bookSheets, compareDialog, startPin, placePin, startAdding, pinsCsv, picture, ink: INK, map: () => map, evaluate: figures, changed, setPaper: name => { paper = name; },
};
start();
