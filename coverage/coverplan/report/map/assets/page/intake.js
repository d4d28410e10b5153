// Rows taken on the page: venues and reports, pasted from a spreadsheet or opened from a CSV file.
const ADDED = { rows: [] };

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
  return rows.filter(row => row.some(value => value.trim() !== ''));
}

const folded = text => clean(String(text).normalize('NFKC')).toLowerCase().replace(/[([【〔<《][^()[\]【】〔〕<>《》]*[)\]】〕>》]/g, '').replace(/[\s_\-*:：/、,，.。·"'“”‘’]+/g, '');
const bare = text => clean(String(text).normalize('NFKC')).replace(/\s+/g, '').replace(/[([【〔][^()[\]【】〔〕]*[)\]】〕]/g, '').replace(/^.*?[省市]/, '').replace(DATA.county.name[0], '').replace(/(人民政府|政府|街道办事处|办事处|街道办)$/, m => (/街道/.test(m) ? '街道' : ''));

// Which of the two tables this is: the one whose columns are all there.
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
  const reports = find('reports');
  if (['township', 'type', 'answer'].every(c => reports[c] !== undefined)) { return { table: 'reports', at: reports }; }
  const venues = find('venues');
  if (['name', 'type', 'township', 'status'].every(c => venues[c] !== undefined)) { return { table: 'venues', at: venues }; }
  return null;
}

function townshipOf(text) {
  const code = String(text).trim();
  if (/^\d{9}(000)?$/.test(code)) { return T.code.indexOf(code.slice(0, 9)); }
  const name = bare(text);
  const exact = T.name.indexOf(name);
  if (exact >= 0) { return exact; }
  const stem = T.name.map(full => full.replace(/(街道|镇|乡)$/, ''));
  const hits = stem.map((s, k) => (s === name ? k : -1)).filter(k => k >= 0);
  return hits.length === 1 ? hits[0] : -1;
}

function typeNamed(text) {
  const word = folded(text);
  const hit = TYPES.find(type => folded(type.id) === word || folded(type.name[0]) === word || folded(type.name[1]) === word);
  return hit ? hit.id : '';
}

function wordOf(choices, text) {
  const word = folded(text);
  return Object.keys(choices).find(key => folded(key) === word || choices[key].some(other => folded(other) === word)) || '';
}

function dateOf(text) {
  const found = /^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?/.exec(String(text).trim());
  if (!found) { return ''; }
  const two = n => ('0' + (n || 1)).slice(-2);
  return found[1] + '-' + two(found[2]) + '-' + two(found[3]);
}

// Returns every row with its fate; nothing is changed yet.
function judged(text) {
  const cells = cellsOf(text);
  for (let top = 0; top < Math.min(cells.length, 30); top += 1) {
    const found = tableOf(cells[top]);
    if (found) { return { table: found.table, rows: cells.slice(top + 1).map((row, n) => judge(found, row, top + n + 2)) }; }
  }
  return null;
}

function judge(found, row, line) {
  const value = column => (found.at[column] === undefined ? '' : (row[found.at[column]] || '').trim());
  const k = townshipOf(value('township'));
  const type = typeNamed(value('type'));
  const out = { table: found.table, line, township: k, type, words: row.join(' '), reason: '' };
  if (/^(合计|总计|小计)/.test(row.join('').trim())) { out.reason = say('take.total'); return out; }
  if (k < 0) { out.reason = say('take.no_township', { found: clean(value('township')) }); return out; }
  if (!type) { out.reason = say('take.no_type', { found: clean(value('type')) }); return out; }
  if (found.table === 'reports') {
    out.answer = wordOf(DATA.intake.answers, value('answer'));
    if (!out.answer) { out.reason = say('take.no_answer', { found: clean(value('answer')) }); }
    return out;
  }
  out.name = clean(value('name'));
  out.id = clean(value('id')) || 'page-' + T.code[k] + '-' + type + '-' + line;
  out.status = wordOf(DATA.intake.statuses, value('status'));
  out.opened_on = dateOf(value('opened_on'));
  out.closed_on = dateOf(value('closed_on'));
  out.village = clean(value('village'));
  if (!out.name) { out.reason = say('take.no_name'); } else if (!out.status) { out.reason = say('take.no_status', { found: clean(value('status')) }); } else if (DATA.venues.id.indexOf(out.id) >= 0) { out.reason = say('take.twice', { found: out.id }); }
  return out;
}

// The same law as in the library: dates weigh more than the status word.
function openThen(row) {
  const day = DATA.county.as_of;
  const begun = !row.opened_on || row.opened_on <= day;
  const still = row.status === 'open' && (!row.closed_on || row.closed_on > day);
  const later = row.status === 'closed' && Boolean(row.closed_on) && row.closed_on > day;
  return begun && (still || later);
}

function takeRows(rows) {
  rows.filter(row => !row.reason).forEach(row => {
    ADDED.rows.push(row);
    const p = DATA.presence[row.type];
    if (row.table === 'reports') {
      if (!p.answers) { p.answers = {}; }
      p.answers[row.township] = row.answer;
    } else {
      const v = DATA.venues;
      const place = villageSite(row);
      ['id', 'name'].forEach(column => v[column].push(row[column]));
      v.find.push('');
      v.type.push(row.type);
      v.township.push(row.township);
      v.at.push(place >= 0 ? DATA.candidates.at[place] : null);
      v.location.push(place >= 0 ? 'village' : 'township');
      v.status.push(row.status);
      v.open.push(openThen(row));
      v.active.push('unknown');
      v.opened_on.push(row.opened_on);
      if (DATA.travel) { DATA.travel.venue_column.push(place >= 0 ? model.columnOf(place) : -1); }
      if (openThen(row)) {
        p.open[row.township] += 1;
        if (place < 0) { p.unlocated[row.township] += 1; }
      } else if (row.status === 'planned' || row.status === 'building') { p.planned[row.township] += 1; }
    }
    settle(row.type, row.township);
  });
  model.forget();
}

// The village's own candidate stands where a venue of that village stands.
function villageSite(row) {
  if (!row.village) { return -1; }
  const stem = text => folded(text).replace(/(社区居民委员会|村民委员会|居民委员会|社区居委会|村委会|居委会|社区|村)$/, '');
  const hits = DATA.candidates.name.map((name, j) => (DATA.candidates.kind[j] === 'village' && DATA.candidates.township[j] === row.township && stem(name) === stem(row.village) ? j : -1)).filter(j => j >= 0);
  return hits.length === 1 ? hits[0] : -1;
}

function settle(type, k) {
  const p = DATA.presence[type];
  const answer = p.answers && p.answers[k];
  const letters = Array.from(p.state);
  const silent = letters[k] === 'u' || letters[k] === 'h';
  if (p.open[k] > 0) {
    letters[k] = 'h';
    p.reason[k] = 'venue';
  } else if (answer === 'none') {
    letters[k] = 'n';
    p.reason[k] = 'zero_report';
  } else if (answer && silent) {
    letters[k] = 'u';
    p.reason[k] = 'no_answer';
  }
  p.state = letters.join('');
}

function intakeDialog() {
  const area = h('textarea', { id: 'paste', rows: 7, placeholder: say('take.hint'), 'aria-label': say('take.title') });
  const out = h('div.fates');
  const box = h('input', { type: 'file', accept: '.csv,.txt,.tsv', 'aria-label': say('take.open') });
  box.addEventListener('change', () => {
    if (!box.files.length) { return; }
    const reader = new FileReader();
    reader.onload = () => {
      const bytes = new Uint8Array(reader.result);
      let text = '';
      try { text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); } catch (fault) { text = new TextDecoder('gb18030').decode(bytes); }
      area.value = text;
    };
    reader.readAsArrayBuffer(box.files[0]);
  });
  const run = () => {
    const found = judged(area.value);
    if (!found) { fill(out, h('p.refusal', {}, say('take.no_table'))); return; }
    const good = found.rows.filter(row => !row.reason);
    takeRows(found.rows);
    changed();
    fill(out, h('p', { id: 'taken' }, say('take.done', { n: good.length, m: found.rows.length - good.length })),
      h('ul', {}, found.rows.filter(row => row.reason).slice(0, 40).map(row => h('li', {}, say('take.row', { line: row.line }) + row.reason))));
  };
  openDialog(say('take.title'), [h('p.small', {}, say('take.words')), area, box, out], h('button.primary', { type: 'button', id: 'take', onclick: run }, say('take.run')));
  area.focus();
}

// The whole page as a file of its own, with the rows and the choice inside.
function savedPage() {
  const saved = { rows: ADDED.rows, scenario: scenario(), mode: state.mode, metric: state.metric };
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
  takeRows(saved.rows || []);
  readScenario(JSON.stringify(saved.scenario));
  state.mode = saved.mode || 'now';
  state.metric = saved.metric || 'presence';
}
