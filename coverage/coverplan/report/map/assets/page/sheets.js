// A workbook without any library: a stored zip of small XML parts, codes as text, numbers as numbers.
function crcOf(bytes) {
  let crc = -1;
  for (let n = 0; n < bytes.length; n += 1) {
    crc ^= bytes[n];
    for (let bit = 0; bit < 8; bit += 1) { crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0); }
  }
  return (crc ^ -1) >>> 0;
}

function zipOf(entries) {
  const out = [];
  const central = [];
  let offset = 0;
  const put16 = (list, value) => list.push(value & 255, (value >>> 8) & 255);
  const put32 = (list, value) => { put16(list, value & 65535); put16(list, value >>> 16); };
  entries.forEach(entry => {
    const name = new TextEncoder().encode(entry.name);
    const body = new TextEncoder().encode(entry.text);
    const head = [];
    put16(head, 20); put16(head, 0x0800); put16(head, 0); put16(head, 0); put16(head, 0x21);
    put32(head, crcOf(body)); put32(head, body.length); put32(head, body.length);
    put16(head, name.length); put16(head, 0);
    const local = new Uint8Array([0x50, 0x4b, 3, 4].concat(head));
    out.push(local, name, body);
    const tail = [];
    put16(tail, 0); put16(tail, 0); put16(tail, 0); put32(tail, 0); put32(tail, offset);
    central.push(new Uint8Array([0x50, 0x4b, 1, 2, 20, 0].concat(head, tail)), name);
    offset += local.length + name.length + body.length;
  });
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0];
  put16(end, entries.length); put16(end, entries.length); put32(end, size); put32(end, offset); put16(end, 0);
  return new Blob(out.concat(central, [new Uint8Array(end)]), { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' });
}

const xml = text => clean(text).replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));

function columnName(n) {
  return n < 26 ? String.fromCharCode(65 + n) : columnName(Math.floor(n / 26) - 1) + String.fromCharCode(65 + (n % 26));
}

function sheetXml(rows) {
  const cell = (value, r, c, style) => {
    const at = columnName(c) + (r + 1);
    if (value === null || value === undefined || value === '') { return ''; }
    if (typeof value === 'number') { return '<c r="' + at + '" s="' + style + '"><v>' + value + '</v></c>'; }
    return '<c r="' + at + '" s="' + style + '" t="inlineStr"><is><t xml:space="preserve">' + xml(value) + '</t></is></c>';
  };
  const widths = rows[1].map((_, c) => Math.min(46, 3 + Math.max.apply(null, rows.slice(1).map(row => Array.from(String(row[c] === null || row[c] === undefined ? '' : row[c])).reduce((w, ch) => w + (ch > '\u00ff' ? 2 : 1), 0)))));
  return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" state="frozen"/></sheetView></sheetViews><cols>' +
    widths.map((w, c) => '<col min="' + (c + 1) + '" max="' + (c + 1) + '" width="' + w + '" customWidth="1"/>').join('') + '</cols><sheetData>' +
    rows.map((row, r) => '<row r="' + (r + 1) + '">' + row.map((value, c) => cell(value, r, c, r === 0 ? 1 : r === 1 ? 2 : 0)).join('') + '</row>').join('') +
    '</sheetData><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>';
}

function workbook(sheets) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const pack = 'http://schemas.openxmlformats.org/package/2006/';
  const kindOf = 'application/vnd.openxmlformats-officedocument.spreadsheetml.';
  return zipOf([
    { name: '[Content_Types].xml', text: head + '<Types xmlns="' + pack + 'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="' + kindOf + 'sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="' + kindOf + 'styles+xml"/>' + sheets.map((_, n) => '<Override PartName="/xl/worksheets/sheet' + (n + 1) + '.xml" ContentType="' + kindOf + 'worksheet+xml"/>').join('') + '</Types>' },
    { name: '_rels/.rels', text: head + '<Relationships xmlns="' + pack + 'relationships"><Relationship Id="rId1" Type="' + rel + '/officeDocument" Target="xl/workbook.xml"/></Relationships>' },
    { name: 'xl/workbook.xml', text: head + '<workbook xmlns="' + main + '" xmlns:r="' + rel + '"><sheets>' + sheets.map((sheet, n) => '<sheet name="' + xml(sheet.name).slice(0, 31) + '" sheetId="' + (n + 1) + '" r:id="rId' + (n + 1) + '"/>').join('') + '</sheets></workbook>' },
    { name: 'xl/_rels/workbook.xml.rels', text: head + '<Relationships xmlns="' + pack + 'relationships">' + sheets.map((_, n) => '<Relationship Id="rId' + (n + 1) + '" Type="' + rel + '/worksheet" Target="worksheets/sheet' + (n + 1) + '.xml"/>').join('') + '<Relationship Id="rId' + (sheets.length + 1) + '" Type="' + rel + '/styles" Target="styles.xml"/></Relationships>' },
    { name: 'xl/styles.xml', text: head + '<styleSheet xmlns="' + main + '"><fonts count="3"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="黑体"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf fontId="0"/><xf fontId="1" applyFont="1"/><xf fontId="2" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>' },
  ].concat(sheets.map((sheet, n) => ({ name: 'xl/worksheets/sheet' + (n + 1) + '.xml', text: sheetXml(sheet.rows) }))));
}

// The rows of the tables, with heads in words.
function bookSheets() {
  const now = figures();
  const number = numberOf(chosen());
  const nearWords = k => { const told = nearestWords(state.type, k); return told ? told.name + ' ' + told.far : ''; };
  const title = text => [both(DATA.county.name) + ' · ' + text + ' · ' + say('subtitle', { date: DATA.county.as_of, mode: say('mode.' + state.mode) }) + (DATA.example ? ' · ' + say('imprint.example') : '')];
  const head = [say('col.n'), say('fact.code'), say('col.township'), say('col.state'), say('col.places'), say('col.people'), say('col.nearest'), say('col.site')];
  if (now.cover) { head.push(say('card.covered') + ' ' + say('minutes', { n: state.cutoff }), say('card.uncovered'), say('card.unknown'), say('col.change'), say('col.share')); }
  const words = { h: say('has'), n: say('none'), u: say('unreported') };
  const body = gapOrder().map((k, n) => {
    const row = [n + 1, T.code[k], T.name[k], words[now.presence.state[k]], (DATA.presence[state.type] ? DATA.presence[state.type].open[k] : 0) + now.presence.added[k], T.people[k],
      nearWords(k), planned().filter(j => DATA.candidates.township[j] === k).map(j => number[j]).join('、')];
    if (now.cover) { row.push(now.cover.covered[k], now.cover.uncovered[k], now.cover.unknown[k], now.cover.covered[k] - now.base.covered[k], shareWords(k).words); }
    return row;
  });
  const alone = model.alone(state.type, chosen(), state.cutoff);
  const sites = chosen().map((j, n) => [n + 1, DATA.candidates.id[j], proposal(j) ? both(proposal(j).label) : DATA.candidates.name[j], T.name[DATA.candidates.township[j]] || '', conditional(j) ? say('if_none') : '', DATA.candidates.cost[j], alone[n], proofOf(j) ? say('proof.' + proofOf(j).label) : '']);
  const out = [
    { name: say('tab.gaps'), rows: [title(say('caption.gaps', { type: kindName(), n: T.code.length })), head].concat(body) },
    { name: say('tab.sites'), rows: [title(kindName()), [say('col.no'), say('col.id'), say('col.site_name'), say('col.township'), say('col.condition'), say('col.cost'), say('col.alone_presence'), say('col.proof')]].concat(sites) },
    { name: say('tab.targets'), rows: [title(say('tab.targets')), ['clause', 'target', 'aim', 'done', 'missing', 'status', 'lead', 'added_here', 'missing_then'].map(key => say('col.' + key))].concat(targetRows().map(item => { const r = item.row; return [clean(r.clause), both(r.name), r.target, r.done, r.missing, say('target.' + (r.status || 'unreported')), clean(r.lead), item.more || '', item.missing]; })) },
  ];
  if (state.log.length) { out.push({ name: say('log.title'), rows: [title(say('log.title')), ['n', 'who', 'act', 'site_name', 'effect', 'reason'].map(key => say('col.' + key))].concat(state.log.map((e, n) => [n + 1, e.who || '', say('act.' + e.act), e.name, e.people, e.reason])) }); }
  return out;
}

// Two plans side by side: the page's own (A) and a scenario file (B).
function compareDialog(text) {
  let tree;
  try { tree = JSON.parse(text); } catch (fault) { notice(say('scenario.not_json')); return; }
  if (!tree || tree.coverplan_scenario !== 1 || tree.county !== DATA.county.code || !tree.chosen) { notice(say('scenario.other')); return; }
  const a = chosen();
  const b = (Array.isArray(tree.chosen[state.type]) ? tree.chosen[state.type] : []).map(id => DATA.candidates.id.indexOf(id)).filter(j => j >= 0);
  const measured = model.measured(state.type);
  const facts = list => {
    const p = model.presence(state.type, list);
    const cover = measured ? model.reached(state.type, model.nearest(state.type, list), state.cutoff) : null;
    return { p, cover, cost: model.cost(list) };
  };
  const one = facts(a);
  const two = facts(b);
  const row = (name, x, y) => h('tr', {}, h('th', { scope: 'row' }, name), h('td.num', {}, count(x)), h('td.num', {}, count(y)), h('td.num', {}, signed(y - x)));
  const rows = [row(say('card.sites'), a.length, b.length), row(say('compare.shared'), a.filter(j => b.indexOf(j) >= 0).length, a.filter(j => b.indexOf(j) >= 0).length), row(say('has'), one.p.tally.h, two.p.tally.h), row(say('none'), one.p.tally.n, two.p.tally.n)];
  if (measured) { rows.push(row(say('card.covered') + ' ' + say('minutes', { n: state.cutoff }), one.cover.total.covered, two.cover.total.covered), row(say('card.uncovered'), one.cover.total.uncovered, two.cover.total.uncovered)); }
  if (measured) {
    const spread = list => { const t = bandsOf(state.type, list, state.cutoff).total; return say('compare.span', { low: count(t.low), high: count(t.high) }); };
    rows.push(h('tr', {}, h('th', { scope: 'row' }, say('compare.band')), h('td.num', {}, spread(a)), h('td.num', {}, spread(b)), h('td', {})));
  }
  if (one.cost.sum || two.cost.sum) { rows.push(row(say('col.cost'), one.cost.sum, two.cost.sum)); }
  const towns = T.code.map((_, k) => {
    const x = measured ? one.cover.covered[k] : one.p.added[k];
    const y = measured ? two.cover.covered[k] : two.p.added[k];
    return x === y ? null : row(T.name[k], x, y);
  }).filter(Boolean);
  const head = h('thead', {}, h('tr', {}, [say('compare.what'), say('compare.a'), say('compare.b'), say('compare.diff')].map((label, n) => h('th', { scope: 'col', class: n ? 'num' : null }, label))));
  openDialog(say('compare.title', { type: kindName() }), [h('table.compare', {}, head, h('tbody', {}, rows)), h('h3', {}, say(measured ? 'compare.towns' : 'compare.towns_presence')), towns.length ? h('table', {}, head.cloneNode(true), h('tbody', {}, towns)) : h('p', {}, say('compare.same'))]);
}

function openDialog(title, body, buttons) {
  const back = document.activeElement;
  const shade = h('div.shade', {});
  const close = () => { if (shade.parentNode) { document.body.removeChild(shade); } if (back) { back.focus(); } };
  const dialog = h('div.dialog', { role: 'dialog', 'aria-modal': 'true', 'aria-label': title, tabindex: -1, onkeydown: event => { if (event.key === 'Escape') { close(); } } },
    h('h2', {}, title), body, h('div.tools', {}, buttons || null, h('button', { type: 'button', onclick: close }, say('close'))));
  put(shade, dialog);
  document.body.appendChild(shade);
  dialog.focus();
  return close;
}

// A venue known by its township only may be pinned; its coordinates go into the next run's table.
const PINS = {};
let pinning = -1;
function startPin(v) {
  pinning = v;
  state.view = 'map';
  state.open = -1;
  changed('view');
  document.body.classList.add('pinning');
  notice(say('pin.how', { name: DATA.venues.name[v] }));
}
function placePin(latlng) {
  if (pinning < 0) { return; }
  PINS[pinning] = [Math.round(latlng.lat * 1e5) / 1e5, Math.round(latlng.lng * 1e5) / 1e5];
  DATA.venues.at[pinning] = PINS[pinning];
  pinning = -1;
  document.body.classList.remove('pinning');
  notice(say('pin.done'));
  changed();
}
function pinsCsv() {
  const head = ['id', 'name', 'township', 'lon', 'lat', 'note'];
  return csv([head].concat(Object.keys(PINS).map(v => [DATA.venues.id[v], DATA.venues.name[v], T.name[DATA.venues.township[v]] || '', PINS[v][1], PINS[v][0], say('pin.note')])));
}
