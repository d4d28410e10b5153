// Files out and in: CSV, the scenario, the meeting's log.
function saveFile(name, body, type) {
  const blob = body instanceof Blob ? body : new Blob([body], { type });
  const link = h('a', { href: URL.createObjectURL(blob), download: name });
  document.body.appendChild(link);
  link.click();
  document.body.removeChild(link);
  window.setTimeout(() => URL.revokeObjectURL(link.href), 2000);
}

// A text cell that a spreadsheet would run gets an apostrophe; numbers never do.
function csvCell(value) {
  if (value === null || value === undefined) { return ''; }
  if (typeof value === 'number') { return String(value); }
  let text = clean(value);
  if (/^[=+\-@\t\r]/.test(String(value))) { text = "'" + text; }
  return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}
const csv = rows => '\ufeff' + rows.map(row => row.map(csvCell).join(',')).join('\r\n') + '\r\n';

function gapsCsv() {
  const now = figures();
  const number = numberOf(chosen());
  const gaps = DATA.gaps[state.type];
  const near = nearestNow(state.type);
  const spread = now.cover ? bands() : null;
  const head = ['code9', 'township', 'type', 'state', 'places', 'people', 'nearest', 'nearest_min', 'nearest_km', 'chosen_sites', 'outside_not_counted'];
  if (now.cover) { head.push('people_covered_' + state.cutoff + 'min', 'people_uncovered_' + state.cutoff + 'min', 'people_unknown_' + state.cutoff + 'min', 'people_covered_before', 'people_covered_least', 'people_covered_most'); }
  const rows = gapOrder().map(k => {
    const told = nearestWords(state.type, k);
    const row = [T.code[k], T.name[k], typeName(state.type), say({ h: 'has', n: 'none', u: 'unreported' }[now.presence.state[k]]),
      (DATA.presence[state.type] ? DATA.presence[state.type].open[k] : 0) + now.presence.added[k], T.people[k],
      told ? told.name : '', near[k].minutes === null ? null : Math.round(10 * near[k].minutes) / 10, gaps && near[k].site < 0 ? gaps.km[k] : null,
      planned().filter(j => DATA.candidates.township[j] === k).map(j => number[j]).join(' '), T.outside[k] ? say('outside.words') : ''];
    if (now.cover) { row.push(now.cover.covered[k], now.cover.uncovered[k], now.cover.unknown[k], now.base.covered[k], spread.low[k], spread.high[k]); }
    return row;
  });
  return csv([head].concat(rows));
}

function sitesCsv() {
  const head = ['number', 'type', 'candidate_id', 'name', 'code9', 'township', 'if_none', 'cost_yuan', 'people_alone'];
  const alone = model.alone(state.type, chosen(), state.cutoff);
  return csv([head].concat(chosen().map((j, n) => [n + 1, typeName(state.type), DATA.candidates.id[j], DATA.candidates.name[j], T.code[DATA.candidates.township[j]] || '', T.name[DATA.candidates.township[j]] || '', conditional(j) ? say('if_none') : '', DATA.candidates.cost[j], alone[n]])));
}

function targetsCsv() {
  const head = ['clause', 'name', 'target', 'done', 'planned', 'missing', 'unreported', 'status', 'lead', 'added_here', 'added_if_none', 'missing_then'];
  return csv([head].concat(targetRows().map(item => { const r = item.row; return [r.clause, both(r.name), r.target, r.done, r.planned, r.missing, r.unreported, say('target.' + (r.status || 'unreported')), r.lead, item.more, item.perhaps, item.missing]; })));
}

function logCsv() {
  const head = ['n', 'who', 'act', 'type', 'candidate_id', 'name', 'people', 'cutoff_min', 'reason'];
  return csv([head].concat(state.log.map((e, n) => [n + 1, e.who || '', say('act.' + e.act), typeName(e.type), e.candidate, e.name, e.people, e.cutoff, e.reason])));
}

// What Python reads back: the chosen candidates of each type, and how it came to that.
function scenario() {
  const picked = {};
  TYPES.forEach(type => { picked[type.id] = (state.chosen[type.id] || []).map(j => DATA.candidates.id[j]); });
  return {
    coverplan_scenario: 1, county: DATA.county.code, as_of: DATA.county.as_of, chosen: picked,
    view: { type: state.type, metric: state.metric, cutoff_min: state.cutoff },
    added: addedSites(),
    log: state.log,
  };
}
const scenarioText = () => JSON.stringify(scenario(), null, 1) + '\n';

function readScenario(text) {
  let tree;
  try { tree = JSON.parse(text); } catch (fault) { return say('scenario.not_json'); }
  if (!tree || tree.coverplan_scenario !== 1 || typeof tree.chosen !== 'object' || !tree.chosen) { return say('scenario.other'); }
  if (tree.county !== DATA.county.code) { return say('scenario.county', { found: clean(tree.county), county: DATA.county.code }); }
  (Array.isArray(tree.added) ? tree.added : []).forEach(site => { if (site && typeOf(site.type) && T.code.indexOf(site.code9) >= 0) { addSite(site); } });
  const number = {};
  DATA.candidates.id.forEach((id, j) => { number[id] = j; });
  const lost = [];
  TYPES.forEach(type => {
    const ids = Array.isArray(tree.chosen[type.id]) ? tree.chosen[type.id] : [];
    remember(null);
    state.chosen[type.id] = ids.filter(id => {
      if (number[id] === undefined) { lost.push(clean(id)); }
      return number[id] !== undefined;
    }).map(id => number[id]).filter((j, n, all) => all.indexOf(j) === n);
  });
  state.log = Array.isArray(tree.log) ? tree.log.filter(e => e && typeof e === 'object').map(e => ({ act: clean(e.act || ''), type: clean(e.type || ''), candidate: clean(e.candidate || ''), name: clean(e.name || ''), people: Number(e.people) || 0, cutoff: Number(e.cutoff) || 0, reason: clean(e.reason || ''), who: clean(e.who || '') })) : [];
  state.past = [];
  state.future = [];
  state.mode = 'plan';
  changed();
  return lost.length ? say('scenario.lost', { n: lost.length, list: lost.slice(0, 5).join('、') }) : say('scenario.read');
}

function openScenario(then) {
  const box = h('input', { type: 'file', accept: '.json,application/json' });
  box.addEventListener('change', () => {
    if (!box.files.length) { return; }
    const reader = new FileReader();
    reader.onload = () => then(String(reader.result));
    reader.readAsText(box.files[0], 'utf-8');
  });
  box.click();
}

let noticeTimer = 0;
function notice(text) {
  fill(parts.notice, text);
  parts.notice.style.display = 'block';
  window.clearTimeout(noticeTimer);
  noticeTimer = window.setTimeout(() => { parts.notice.style.display = 'none'; }, 6000);
}

function exportMenu() {
  const slug = DATA.county.slug;
  const out = 'text/csv;charset=utf-8';
  const box = h('div.items', { role: 'menu' });
  const item = (label, run) => h('button', { type: 'button', role: 'menuitem', onclick: event => { event.target.closest('details').open = false; run(); } }, label);
  // Built when it opens: what can leave depends on what has been done.
  const list = () => [
    item(say('export.book'), () => saveFile(slug + '.xlsx', workbook(bookSheets()))),
    item(say('export.gaps'), () => saveFile(slug + '-gaps.csv', gapsCsv(), out)),
    item(say('export.sites'), () => saveFile(slug + '-sites.csv', sitesCsv(), out)),
    item(say('export.targets'), () => saveFile(slug + '-targets.csv', targetsCsv(), out)),
    state.log.length ? item(say('export.log'), () => saveFile(slug + '-log.csv', logCsv(), out)) : null,
    Object.keys(PINS).length ? item(say('export.pins'), () => saveFile(slug + '-pins.csv', pinsCsv(), out)) : null,
    item(say('picture.menu'), savePicture),
    h('hr'),
    item(say('scenario.save'), () => saveFile(slug + '-scenario.json', scenarioText(), 'application/json')),
    item(say('scenario.open'), () => openScenario(text => notice(readScenario(text)))),
    item(say('compare.menu'), () => openScenario(compareDialog)),
    h('hr'),
    item(say('take.menu'), intakeDialog),
    Object.keys(NEEDED).filter(table => takenRows().some(row => row.table === table)).map(table => item(say('take.export') + ' ' + table + '.csv', () => saveFile(table + '.csv', takenCsv(table), out))),
    item(say('page.save'), () => saveFile(slug + '-map.html', savedPage(), 'text/html;charset=utf-8')),
  ];
  fill(box, list());
  return h('details.menu', { ontoggle: event => { if (event.target.open) { fill(box, list()); } } }, h('summary', {}, say('export')), box);
}
