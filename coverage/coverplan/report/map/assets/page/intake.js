// Rows taken on the page, pasted or opened: venues, reports, asked minutes; each with its fate.
const ADDED = { takings: [] };
const takenRows = () => [].concat.apply([], ADDED.takings);

// A sheet's cells: tab or comma, quotes doubled inside quotes.
function cellsOf(text) {
  const clearText = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const mark = clearText.split('\n')[0].indexOf('\t') >= 0 ? '\t' : ',';
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let n = 0; n < clearText.length; n += 1) {
    const c = clearText[n];
    if (quoted) {
      if (c === '"' && clearText[n + 1] === '"') { cell += '"'; n += 1; } else if (c === '"') { quoted = false; } else { cell += c; }
    } else if (c === '"' && cell === '') {
      quoted = true;
    } else if (c === mark || c === '\n') {
      rows[rows.length - 1].push(cell);
      cell = '';
      if (c === '\n') { rows.push([]); }
    } else { cell += c; }
  }
  rows[rows.length - 1].push(cell);
  return rows;
}

const folded = text => clean(String(text).normalize('NFKC')).toLowerCase().replace(/[([【〔<《][^()[\]【】〔〕<>《》]*[)\]】〕>》]/g, '').replace(/[\s_\-*:：/、,，.。·"'“”‘’]+/g, '');

// Which of the tables this is: the one whose columns are all there.
const NEEDED = { reports: ['township', 'type', 'answer'], venues: ['name', 'type', 'township', 'status'], asked_seats: ['from_code9', 'to_code9', 'minutes'], asked_villages: ['code12', 'minutes'] };
function tableOf(header) {
  const names = header.map(folded);
  const find = table => {
    const words = DATA.intake[table];
    const at = {};
    Object.keys(words).forEach(column => {
      for (let w = 0; w < words[column].length && at[column] === undefined; w += 1) {
        const place = names.indexOf(folded(words[column][w]));
        if (place >= 0 && !Object.keys(at).some(other => at[other] === place)) { at[column] = place; }
      }
    });
    return at;
  };
  return Object.keys(NEEDED).map(table => ({ table, at: find(table) })).find(found => NEEDED[found.table].every(c => found.at[c] !== undefined)) || null;
}

function wordOf(choices, text) {
  const word = folded(text);
  return Object.keys(choices).find(key => folded(key) === word || choices[key].some(other => folded(other) === word)) || '';
}

// A whole date; '' where there is none, null where it is not one.
function dateOf(text) {
  const plain = text.normalize('NFKC').replace(/\s+(00:00.*)?/g, '');
  if (!plain || DASH.test(plain)) { return ''; }
  const found = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(plain) || /^(\d{4})(年)(\d{1,2})月(\d{1,2})[日号]$/.exec(plain) || /^(\d{4})()(\d\d)(\d\d)$/.exec(plain);
  if (!found) { return null; }
  const two = n => ('0' + n).slice(-2);
  const day = new Date(Date.UTC(+found[1], found[3] - 1, +found[4]));
  const iso = found[1] + '-' + two(found[3]) + '-' + two(found[4]);
  return day.toISOString().slice(0, 10) === iso ? iso : null;
}

const DASH = /^([—–―─\-/\\…]{1,2}|n\/a|na|#n\/a)$/i;
// Digits of a code, or '' where it is none: Excel may have made it a number.
function codeOf(text, digits) {
  const plain = text.normalize('NFKC').replace(/\s+/g, '').replace(/^['’‘`]+/, '').replace(/^(\d+)\.0$/, '$1');
  return /^\d+$/.test(plain) && (plain.length === digits || (/^(9|12)$/.test(plain.length) && plain.length > digits && /^0+$/.test(plain.slice(digits)))) ? plain.slice(0, digits) : '';
}
// Minutes; null where the cell is blank, NaN where it holds no number.
function minutesOf(text) {
  const plain = text.normalize('NFKC').replace('−', '-').replace(/(\d) +(?=\d)/g, '$1?').replace(/\s+/g, '').replace(/(分钟|分|min)$/, '');
  if (!plain || DASH.test(plain)) { return null; }
  const bare = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replace(/,/g, '') : plain;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : NaN;
}

// Returns every row with its fate; nothing is changed yet.
function judged(text) {
  const cells = cellsOf(text);
  const filled = row => row.some(value => value.trim() !== '');
  for (let top = 0; top < Math.min(cells.length, 30); top += 1) {
    const found = tableOf(cells[top]);
    if (found) {
      const seen = {};
      const rows = [];
      cells.slice(top + 1).forEach((row, n) => {
        if (!filled(row) || found.table === (tableOf(row) || {}).table) { return; }
        const out = judge(found, row, top + n + 2);
        if (!out.reason && out.key) {
          if (seen[out.key]) { out.reason = say('take.again', { line: seen[out.key] }); } else { seen[out.key] = out.line; }
        }
        rows.push(out);
      });
      return { table: found.table, rows };
    }
  }
  return null;
}

function judge(found, row, line) {
  const value = column => (found.at[column] === undefined ? '' : (row[found.at[column]] || '').trim());
  const out = { table: found.table, line, words: row.join(' '), reason: '' };
  const no = (key, what) => { out.reason = say(key, { found: clean(what) }); return out; };
  if (/^(合计|总计|小计)/.test(row.join('').trim())) { return no('take.total', ''); }
  if (/^asked/.test(found.table)) { return judgeMinutes(out, value, no); }
  const k = townshipOf(value('township'));
  const type = typeNamed(value('type'));
  out.township = k;
  out.type = type;
  if (k < 0) { return no('take.no_township', value('township')); }
  if (!type) { return no('take.no_type', value('type')); }
  if (found.table === 'reports') {
    out.answer = wordOf(DATA.intake.answers, value('answer'));
    out.key = type + ' ' + k;
    return out.answer ? out : no('take.no_answer', value('answer'));
  }
  out.name = clean(value('name'));
  out.id = clean(value('id')) || 'page-' + T.code[k] + '-' + type + '-' + line;
  out.key = out.id;
  out.place_id = clean(value('place_id'));
  out.status = wordOf(DATA.intake.statuses, value('status'));
  out.village = clean(value('village'));
  if (!out.name) { return no('take.no_name', ''); }
  if (!out.status) { return no('take.no_status', value('status')); }
  const days = ['opened_on', 'closed_on'].map(column => dateOf(value(column)));
  out.opened_on = days[0];
  out.closed_on = days[1];
  if (days.indexOf(null) >= 0) { return no('take.no_date', value(days[0] === null ? 'opened_on' : 'closed_on')); }
  const degrees = ['lat', 'lon'].map(column => minutesOf(value(column)));
  if ((degrees[0] !== null || degrees[1] !== null) && COUNT.degrees) {
    if (!(degrees[0] >= 3 && degrees[0] <= 54 && degrees[1] >= 73 && degrees[1] <= 136) || beyond(degrees) > 2) { return no('take.no_degrees', value('lon') + ' ' + value('lat')); }
    out.at = degrees;
  }
  return DATA.venues.id.indexOf(out.id) >= 0 ? no('take.twice', out.id) : out;
}

function judgeMinutes(out, value, no) {
  if (!DATA.asked) { return no('take.no_asked', ''); }
  out.minutes = minutesOf(value('minutes'));
  if (out.table === 'asked_villages') {
    out.village = VILLAGE.code.indexOf(codeOf(value('code12'), 12));
    out.key = 'v' + out.village;
    if (out.village < 0) { return no('take.no_village', value('code12')); }
  } else {
    const ends = ['from_code9', 'to_code9'].map(column => T.code.indexOf(codeOf(value(column), 9)));
    out.from = ends[0];
    out.to = ends[1];
    out.key = ends.join('>');
    if (ends[0] < 0 || ends[1] < 0) { return no('take.no_seat', value(ends[0] < 0 ? 'from_code9' : 'to_code9')); }
    if (ends[0] === ends[1]) { return no('take.same_seat', T.name[ends[0]]); }
    if (out.minutes === null) { return no('take.no_minutes', ''); }
  }
  return out.minutes === null || out.minutes >= 0 ? out : no('take.no_minutes', value('minutes'));
}

// The same law as in the library: dates weigh more than the status word.
function openThen(row) {
  const day = DATA.county.as_of;
  const begun = !row.opened_on || row.opened_on <= day;
  const still = row.status === 'open' && (!row.closed_on || row.closed_on > day);
  const later = row.status === 'closed' && Boolean(row.closed_on) && row.closed_on > day;
  return begun && (still || later);
}

// What the run gave, before any row was taken here.
let GIVEN = null;
const CHANGING = ['presence', 'gaps', 'targets', 'coverage', 'programmes', 'plans', 'evidence', 'near', 'phases', 'prices', 'provenance'];
function takeRows(rows) {
  const good = rows.filter(row => !row.reason);
  if (good.length) { ADDED.takings.push(good); retake(); }
}
function untake() { ADDED.takings.pop(); retake(); changed(); }

// From the run and all rows taken so far, everything that follows from them.
function retake() {
  if (!GIVEN) { GIVEN = { text: JSON.stringify(CHANGING.map(key => DATA[key])), travel: DATA.travel, rung: DATA.rung, venues: DATA.venues.id.length, columns: DATA.travel ? DATA.travel.venue_column.slice() : [], quality: JSON.stringify([T.at_own, T.at_asked, T.at_seat, T.at_none]), refusals: DATA.refusals }; }
  JSON.parse(GIVEN.text).forEach((value, n) => { DATA[CHANGING[n]] = value; });
  const v = DATA.venues;
  Object.keys(v).forEach(column => { v[column].length = GIVEN.venues; });
  COUNT.venue_village.length = GIVEN.venues;
  COUNT.place_id.length = GIVEN.venues;
  DATA.travel = GIVEN.travel;
  DATA.rung = GIVEN.rung;
  DATA.refusals = GIVEN.refusals;
  JSON.parse(GIVEN.quality).forEach((list, n) => { T[['at_own', 'at_asked', 'at_seat', 'at_none'][n]] = list; });
  Object.keys(PINS).forEach(n => { if (n < GIVEN.venues) { v.at[n] = PINS[n]; } });
  const rows = takenRows();
  const venuePlace = DATA.asked ? DATA.asked.venue_place.slice() : [];
  const columns = GIVEN.columns.slice();
  const told = {};
  const touched = {};
  rows.forEach(row => {
    if (row.type) { touched[row.type] = true; }
    if (row.table === 'reports') { told[row.type + ' ' + row.township] = row.answer; }
    if (row.table !== 'venues') { return; }
    const n = villageOf(row.township, row.village);
    const village = n < 0 ? -1 : SEATS + n;
    const site = SITE_OF[n] === undefined ? -1 : SITE_OF[n];
    const place = village >= 0 || !row.at ? village : nearPlace(row.at);
    // Where minutes stand on roads or lines, a village without a site of its own has no column here.
    const known = site >= 0 || (village >= 0 && (DATA.asked || !DATA.travel));
    const located = known || row.at;
    const fresh = { id: row.id, name: row.name, type: row.type, township: row.township, at: row.at || (site >= 0 ? DATA.candidates.at[site] : null), location: row.at && (DATA.asked || !DATA.travel) ? 'own' : known ? 'village' : 'township', status: row.status, open: openThen(row), active: 'unknown', opened_on: row.opened_on };
    Object.keys(v).forEach(column => v[column].push(fresh[column] === undefined ? '' : fresh[column]));
    COUNT.venue_village.push(village);
    COUNT.place_id.push(row.place_id || '');
    venuePlace.push(fresh.open && located && typeOf(row.type) ? place : -1);
    columns.push(site >= 0 ? model.columnOf(site) : -1);
  });
  Object.keys(touched).forEach(type => T.code.forEach((_, k) => { if (told[type + ' ' + k] || rows.some(row => row.type === type && row.township === k)) { settle(type, k, told[type + ' ' + k]); } }));
  const asked = rows.some(row => /^asked/.test(row.table) && row.minutes !== null);
  const given = rows.length && DATA.asked && (asked || DATA.rung === 'B') ? answers(rows) : null;
  if (given) {
    DATA.rung = 'B';
    DATA.refusals = Object.assign({}, GIVEN.refusals, DATA.asked.refusals);
    DATA.travel = askedTravel(given, venuePlace);
    const how = ['own', 'asked', 'seat', 'none'];
    how.forEach(word => { T['at_' + word] = T.code.map(() => 0); });
    for (let i = 0; i < DATA.asked.residents; i += 1) { T['at_' + DATA.travel.where[i]][DATA.travel.demand.township[i]] += DATA.asked.people[i] || 0; }
  } else if (DATA.travel) { DATA.travel = Object.assign({}, DATA.travel, { venue_column: columns }); }
  model.load();
  if (!rows.length) { return; }
  TYPES.forEach(type => { if (asked || touched[type.id]) { refusalsOf(type); } });
  recount(told, asked);
  Object.keys(DATA.gaps).forEach(type => { if (DATA.asked && (asked || touched[type])) { renear(type, given, venuePlace); } });
  // What was proven beforehand knew nothing of these rows.
  TYPES.forEach(type => {
    if (!asked && !touched[type.id]) { return; }
    ['plans', 'evidence', 'near', 'phases', 'prices'].forEach(key => { delete DATA[key][type.id]; });
    ['plans', 'evidence'].forEach(key => { DATA[key][type.id] = {}; });
    const row = DATA.programmes[type.id];
    if (row) { row.status = 'taken'; row.statement = DATA.texts['status.taken_note']; }
  });
  DATA.provenance.notes = [[0, 1].map(n => DATA.texts['take.note'][n].replace('{n}', rows.length))].concat(DATA.provenance.notes);
}

// How far outside the outline a point lies; 0 inside, or without an outline. [km]
function beyond(at) {
  if (!GEO.outline.length || within({ lat: at[0], lng: at[1] }, GEO.outline)) { return 0; }
  let least = Infinity;
  GEO.outline.forEach(part => part.forEach(line => line.forEach((b, n) => {
    const a = line[n ? n - 1 : 0];
    const east = Math.cos(at[0] * Math.PI / 180);
    const x = (b[1] - a[1]) * east;
    const y = b[0] - a[0];
    const along = x || y ? Math.max(0, Math.min(1, ((at[1] - a[1]) * east * x + (at[0] - a[0]) * y) / (x * x + y * y))) : 0;
    least = Math.min(least, kilometres(at, [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])]));
  })));
  return least;
}

// The nearest seat or village of known place within 1.5 km, as the library attaches it; −2 without one.
function nearPlace(at) {
  let best = -2;
  let least = 1.5;
  const look = (place, point) => { const km = point && point[0] !== null ? kilometres(at, point) : Infinity; if (km < least || (km === least && best < 0)) { least = km; best = place; } };
  T.seat.forEach((seat, k) => look(k, seat));
  DATA.candidates.id.forEach((_, j) => { if (DATA.candidates.kind[j] === 'village' && COUNT.candidate_village[j] >= 0) { look(COUNT.candidate_village[j], DATA.candidates.at[j]); } });
  return best;
}

function intakeDialog() {
  const area = h('textarea', { id: 'paste', rows: 7, placeholder: say('take.hint'), 'aria-label': say('take.title') });
  const out = h('div.fates', { 'aria-live': 'polite' });
  const pick = h('span');
  const done = h('p.small');
  const box = h('input', { type: 'file', accept: '.xlsx,.csv,.txt,.tsv', style: { display: 'none' } });
  box.addEventListener('change', () => {
    if (!box.files.length) { return; }
    const reader = new FileReader();
    reader.onload = () => {
      fill(pick);
      fill(out);
      area.value = '';
      let file;
      try { file = openedFile(new Uint8Array(reader.result)); } catch (fault) { fill(out, h('p.refusal', {}, say(DATA.texts[fault.message] ? fault.message : 'open.broken'))); return; }
      area.value = file.sheets[file.at].text;
      fill(pick, clean(box.files[0].name));
      if (file.sheets.length > 1) {
        put(pick, ' ');
        put(pick, h('select', { id: 'sheet-name', 'aria-label': say('open.sheet'), onchange: event => { area.value = file.sheets[event.target.value].text; } },
          file.sheets.map((sheet, n) => h('option', { value: n, selected: n === file.at }, clean(sheet.name) + (sheet.hidden ? say('open.hidden') : '')))));
      }
    };
    reader.readAsArrayBuffer(box.files[0]);
  });
  const standing = () => fill(done, takenRows().length ? [say('take.standing', { n: takenRows().length }), ' ', h('button.small', { type: 'button', id: 'untake', onclick: () => { untake(); fill(out); standing(); } }, say('take.undo'))] : null);
  const run = () => {
    const found = judged(area.value);
    if (!found) { fill(out, h('p.refusal', {}, say('take.no_table'))); return; }
    const good = found.rows.filter(row => !row.reason);
    takeRows(found.rows);
    changed();
    const waiting = /^asked/.test(found.table) && DATA.asked && DATA.rung !== 'B';
    fill(out, h('p', { id: 'taken' }, say('take.done', { n: good.length, m: found.rows.length - good.length }) + (good.length && /^asked/.test(found.table) && !waiting ? say('take.timed') : '')),
      good.length ? h('p.small', {}, say('status.taken_note')) : null,
      h('ul', {}, found.rows.filter(row => row.reason).slice(0, 40).map(row => h('li', {}, say('take.row', { line: row.line }) + row.reason))));
    standing();
  };
  standing();
  openDialog(say('take.title'), [h('p.small', {}, say('take.words')), area, h('p', {}, box, h('button', { type: 'button', onclick: () => { box.value = ''; box.click(); } }, say('take.open')), ' ', pick), out, done], h('button.primary', { type: 'button', id: 'take', onclick: run }, say('take.run')));
  area.focus();
}

const takenMark = () => (takenRows().length ? ' · ' + say('take.mark', { n: takenRows().length }) : '');

// The rows taken here as tables of their own, for the next run.
function takenCsv(table) {
  const rows = takenRows().filter(row => row.table === table);
  const columns = Object.keys(DATA.intake[table]);
  const cell = { lat: row => (row.at ? row.at[0] : ''), lon: row => (row.at ? row.at[1] : ''), township: row => T.code[row.township], code12: row => VILLAGE.code[row.village], from_code9: row => T.code[row.from], to_code9: row => T.code[row.to] };
  return csv([columns].concat(rows.map(row => columns.map(column => (cell[column] ? cell[column](row) : row[column])))));
}

// The whole page as a file of its own, with the rows and the choice inside.
function savedPage() {
  const saved = { takings: ADDED.takings, scenario: scenario(), mode: state.mode, metric: state.metric };
  const mark = '<script type="application/json" id="saved">';
  const text = JSON.stringify(saved).replace(/[<>&\u2028\u2029]/g, c => '\\u' + ('000' + c.charCodeAt(0).toString(16)).slice(-4));
  const start = PRISTINE.indexOf(mark);
  const stop = PRISTINE.indexOf('</script>', start);
  return PRISTINE.slice(0, start + mark.length) + text + PRISTINE.slice(stop);
}

function restoreSaved() {
  const node = document.getElementById('saved');
  const saved = node && node.textContent.trim() ? JSON.parse(node.textContent) : null;
  if (!saved) { return; }
  ADDED.takings = saved.takings || [];
  if (ADDED.takings.length) { retake(); }
  readScenario(JSON.stringify(saved.scenario));
  state.mode = saved.mode || 'now';
  state.metric = saved.metric || 'presence';
}
